/**
 * The house of the end-to-end tests: a main fuse with a meter, two rows, six chargers with seven sockets. Row A
 * carries three cars on L1, row B three on L2 and L3 each, so 24 A and 36 A are 8 A and 12 A for each of them.
 */
import type { ChargerPlan } from './charger.ts';
import { chargerOf, PHASES, socketOf } from './plans.ts';
import type { SitePlan } from './site.ts';

/** Cars take half a second to four seconds then, so that a busy machine's own delays fit into the grace window too. */
const CARS_ARE_FASTER = 2;

export const METER_INTERVAL_MS = 500;
export const MAIN_A = 100;
export const MARGIN_A = 1.5;
export const DESIGN_A = 60;
export const BUILDING_A = [9.5, 9.5, 9.5] as const;
/** All cars together while the meter is silent; the building at its worst fits beside them. */
export const FAIL_SAFE_A = 33;

/** What each socket gets while nothing but the rows is in the way, A, by charger/connector. */
export const SHARES_A: Readonly<Record<string, number>> = {
  'F1/1': 8,
  'F2/1': 8,
  'F3/1': 8,
  'F4/1': 12,
  'F5/1': 12,
  'F5/2': 12,
  'F6/1': 12,
};

const PASSWORD = 'sixteen-letters!';

const OPEN = 'fallbackA: 0, auth: none, address: 127.0.0.1';

/** Each charger's entry in the site file. */
const ENTRIES = {
  F1: `{ identity: F1, name: Bay 1, circuit: row-a, ratingA: 16, rotation: RST, fallbackA: 0, password: "\${F1_PASSWORD}" }`,
  F2: `{ identity: F2, name: Bay 2, circuit: row-a, ratingA: 32, rotation: STR, ${OPEN} }`,
  F3: `{ identity: F3, name: Bay 3, circuit: row-a, ratingA: 32, phases: 1, rotation: R, ${OPEN} }`,
  F4: `{ identity: F4, name: Bay 4, circuit: row-b, ratingA: 32, phases: 1, rotation: S, ${OPEN} }`,
  F5: `{ identity: F5, name: Pillar, circuit: row-b, ratingA: 32, rotation: TRS, ${OPEN},
      connectors: [{ connectorId: 1, name: Bay 5 }, { connectorId: 2, name: Bay 6 }] }`,
  F6: `{ identity: F6, name: Bay 7, circuit: row-b, ratingA: 32, phases: 1, rotation: T, ${OPEN} }`,
} as const;

type Identity = keyof typeof ENTRIES;

const yaml = (chargers: readonly Identity[]) => `
site: { name: House with two rows, timezone: Europe/Berlin }
supply: { phases: 3, nominalV: 230 }
circuits:
  - id: main
    name: Main fuse
    limits:
      - { source: fuse, kind: hard, limitA: ${MAIN_A} }
      - { source: contract, kind: live, limitW: 66000 }
    designLoadA: ${DESIGN_A}
    failSafeA: ${FAIL_SAFE_A}
    marginA: ${MARGIN_A}
    meter: grid
  - { id: row-a, name: Row A, parent: main, limits: [{ source: fuse, kind: hard, limitA: 24, evOnly: true }] }
  - { id: row-b, name: Row B, parent: main, limits: [{ source: fuse, kind: hard, limitA: 36, evOnly: true }] }
meters:
  - id: grid
    profile: eastron-sdm630
    bus: { tcp: "127.0.0.1:METER_PORT" }
    intervalMs: ${METER_INTERVAL_MS}
    timeoutMs: 400
chargers:
${chargers.map(identity => `  - ${ENTRIES[identity]}`).join('\n')}
ocpp: { host: 127.0.0.1, port: 0 }
web: { host: 127.0.0.1, port: 0, token: "\${TOKEN}" }
limits: { sources: [ems] }
`;

const rowA = ['row-a', 'main'];
const rowB = ['row-b', 'main'];
const pillar = ['pillar', 'row-b', 'main'];

const CHARGERS: readonly ChargerPlan[] = [
  chargerOf('F1', 'birch', [socketOf(1, PHASES.RST, 16, rowA)], { password: PASSWORD }),
  chargerOf('F2', 'alder', [socketOf(1, PHASES.STR, 32, rowA)]),
  chargerOf('F3', 'birch', [socketOf(1, PHASES.R, 32, rowA)], { repeatsStatus: false }),
  chargerOf('F4', 'cedar', [socketOf(1, PHASES.S, 32, rowB)]),
  chargerOf('F5', 'birch', [socketOf(1, PHASES.TRS, 32, pillar), socketOf(2, PHASES.TRS, 32, pillar)]),
  // It samples as rarely as the gateway asks for.
  chargerOf('F6', 'alder', [socketOf(1, PHASES.T, 32, rowB)], { sampleMs: 'as-told' }),
];

/**
 * The house with some of its chargers.
 * @param strangers chargers of the site file that no strict client plays
 */
export const houseWith = (chargers: readonly Identity[], strangers: readonly Identity[] = []): SitePlan => ({
  yaml: yaml([...chargers, ...strangers]),
  environment: { F1_PASSWORD: PASSWORD },
  meterIntervalMs: METER_INTERVAL_MS,
  meterAt: 'main',
  limitsA: { main: MAIN_A, 'row-a': 24, 'row-b': 36, pillar: 32 },
  buildingA: BUILDING_A,
  carsAreFaster: CARS_ARE_FASTER,
  chargers: CHARGERS.filter(({ identity }) => chargers.some(wanted => wanted === identity)),
});

export const HOUSE: SitePlan = houseWith(['F1', 'F2', 'F3', 'F4', 'F5', 'F6']);
