/** The site of the kills: eight chargers on one fuse that does not carry them all, a meter, and a back office. */

/** As in `profiles/chargers/sim-birch.json`: proven, and told tenths of an ampere. */
export const MODEL = {
  chargePointVendor: 'Birch',
  chargePointModel: 'Post 22',
  firmwareVersion: '1.2.7',
} as const;

/** How a charger is used. @param lastsMs its sessions, from and to */
export type Use = {
  readonly name: string;
  readonly ratingA: number;
  readonly lastsMs: readonly [number, number];
  /** How long it stays away from a gateway that was killed, from and to. */
  readonly awayMs: readonly [number, number];
  /** It comes first, and has all it wants before the others come. */
  readonly stays: boolean;
};

/** Over as soon as they have begun. */
const HURRIED = { ratingA: 32, lastsMs: [0, 15], awayMs: [0, 0], stays: false } as const;
/** Long enough to be let up. */
const SHORT = { ratingA: 32, lastsMs: [200, 2_000], awayMs: [0, 0], stays: false } as const;
/** Through all. What they hold must not be forgotten, and nobody hears of it before they are back. */
const LONG = { ratingA: 10, lastsMs: [900_000, 900_000], awayMs: [0, 3_000], stays: true } as const;

export const USES: readonly Use[] = [HURRIED, HURRIED, HURRIED, SHORT, SHORT, SHORT, LONG, LONG].map((use, i) => ({
  ...use,
  name: `K${i + 1}`,
}));
/** What those hold together who stay. */
export const HELD_A = 2 * LONG.ratingA;
const FUSE_A = 63;
const MARGIN_A = 1;
/** The building draws all that it was declared to, from the beginning to the end. */
export const BUILDING_A = 20;
/** What all limits in force may come to: the two that stay, and three more at their minimum. */
export const ROOM_A = FUSE_A - MARGIN_A - BUILDING_A;

export const STATION = 'KILLS-1';
/** One card for each charger; the office knows them all, and so does the site file. */
export const cardOf = (charger: string): string => `TAG-${charger}`;
/** Chargers are numbered upstream in the order of the site file. */
export const numberOf = (charger: string): number => USES.findIndex(use => use.name === charger) + 1;

/** Where everything listens, on loopback. */
export type Ports = {
  readonly meter: number;
  readonly office: number;
  readonly chargers: number;
  readonly web: number;
};

export const siteYaml = ({ meter, office, chargers, web }: Ports): string => `
site: { name: Yard, timezone: Europe/Berlin }
supply: { phases: 3, nominalV: 230 }
circuits:
  - id: main
    limits: [{ source: fuse, kind: hard, limitA: ${FUSE_A} }]
    designLoadA: ${BUILDING_A}
    marginA: ${MARGIN_A}
    failSafeA: 36
    meter: grid
meters:
  - { id: grid, profile: eastron-sdm630, bus: { tcp: "127.0.0.1:${meter}" }, intervalMs: 200, timeoutMs: 150 }
chargers:
${USES.map(({ name, ratingA }) => `  - { identity: ${name}, circuit: main, ratingA: ${ratingA}, fallbackA: 0, writesPerDay: unlimited, profile: sim-birch, auth: none, address: 127.0.0.1 }`).join('\n')}
ocpp: { host: 127.0.0.1, port: ${chargers} }
web: { host: 127.0.0.1, port: ${web} }
upstream:
  url: "ws://127.0.0.1:${office}/ocpp"
  identity: ${STATION}
  messagesPerS: 1000
  whoMayCharge: known
  knownTokens: [${USES.map(use => cardOf(use.name)).join(', ')}]
`;
