/** What the stories of holes share: seconds that pass, orders from outside, and reports of the first charger, word by word. */
import { at } from '#base/assert.ts';
import type { Failure } from '#base/outcome.ts';
import { toA, toMa, triple } from '#base/units.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import type { Report, SampledValue } from '#site/report.ts';
import type { Held } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import type { Desk } from './site.ts';

const WALL_MS = 1_800_000_000_000;

/** What a bay is booked at now, in A by phase. */
export const exposureA = (desk: Desk, bay: number): readonly number[] =>
  at(exposuresOf(desk.state, desk.atMs), bay).map(toA);

/** The last limit sent to a bay, in A; 0 where none was. */
export const limitA = (desk: Desk, bay: number): number => desk.limitsA()[bay] ?? 0;

export const newestHeld = (desk: Desk, bay: number): Held | undefined =>
  at(desk.state.connectors, bay).ledger.held.at(-1);

/** Seconds pass; every limit that leaves is acknowledged at once. */
export function live(desk: Desk, seconds: number, each: (second: number) => void): void {
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    each(second);
    desk.settleAll(desk.pass().commands);
  }
}

/** The energy manager limits the main circuit: its cars alone, or all that it feeds. */
export function order(desk: Desk, amps: number, evOnly = true): void {
  const limit = { source: 'ems', circuit: 0, limitMa: triple(toMa(amps)), limitW: null, evOnly };
  const rest = { validUntilMs: null, validUntilWallMs: null, failSafeMa: null, setAtMs: desk.atMs };
  desk.feed({ type: 'limits-set', source: 'ems', atMs: desk.atMs, limits: [{ ...limit, ...rest }] });
}

/** The first charger says one thing, and nothing around it. */
export function tell(desk: Desk, report: Report, freshId = 0, traits: ChargerTraits | null = null): void {
  const atChargerMs = WALL_MS + desk.atMs;
  desk.feed({
    type: 'charger-reported',
    charger: 0,
    report,
    atMs: desk.atMs,
    atWallMs: 0,
    atChargerMs,
    freshId,
    traits,
  });
}

/** StartTransaction without the StatusNotification that should come with it. */
export function tellStart(desk: Desk): void {
  const atWallMs = WALL_MS + desk.atMs;
  const rest = { connectorId: 1, idToken: 'T', meterStartWh: 0, reservationId: null };
  tell(desk, { kind: 'transaction-started', ...rest, atWallMs }, 1);
}

/** One sample of the first bay's car with these values, on L1 and so on; phases beyond them are not mentioned. */
export function tellSample(desk: Desk, measurand: SampledValue['measurand'], values: readonly number[]): void {
  const phases = ['L1', 'L2', 'L3'] as const;
  const sampled = values.map((value, i) => ({ measurand, phase: at(phases, i), value, location: 'Outlet' }));
  const sample = { atWallMs: WALL_MS + desk.atMs, context: 'Sample.Periodic', values: sampled };
  tell(desk, { kind: 'meter-values', connectorId: 1, transactionId: 1, samples: [sample] });
}

/** A command that came to nothing. */
export function fail(desk: Desk, command: GateCommand, why: Failure): void {
  const { generation } = at(desk.state.chargers, command.charger);
  const atChargerMs = WALL_MS + desk.atMs;
  desk.feed({
    type: 'command-settled',
    command,
    generation,
    outcome: { ok: false, why },
    atMs: desk.atMs,
    atChargerMs,
  });
}
