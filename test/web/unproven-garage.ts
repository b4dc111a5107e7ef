/**
 * The garage in the week it is put into service: some bays are not proven yet, one is being set up, one has
 * been switched off, one does not obey, one was just told less.
 */

import type { GateConnector, GateView } from '#site/gate/view.ts';
import { NOTHING_DONE } from '#site/initial.ts';
import type { Charger, Connector, Held, SiteState } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import { garageGate, garageState, NOW_MS } from './garage.ts';

const changed = <T>(list: readonly T[], by: Readonly<Record<number, (value: T) => T>>): readonly T[] =>
  list.map((value, i) => by[i]?.(value) ?? value);

const offline = (charger: Charger): Charger => ({ ...charger, link: 'offline' });
const ofClass =
  (leaseClass: ChargerTraits['leaseClass'], writesPerDay: number | null = 500) =>
  (charger: Charger): Charger => ({ ...charger, traits: { ...charger.traits, leaseClass, writesPerDay } });

const inSetUp = (charger: Charger): Charger => ({
  ...ofClass('unknown')(charger),
  setup: {
    ...NOTHING_DONE,
    todo: [{ kind: 'maximum' }, { kind: 'read-back', connector: 25 }],
    cleared: ['16 A from 22:00 on every day (level 3)'],
  },
});

const held = (limitMa: number, sentMsAgo: number): Held => ({
  limitMa,
  lapseMa: 6000,
  lapsesAtMs: NOW_MS + 300_000 - sentMsAgo,
  sentAtMs: NOW_MS - sentMsAgo,
  ackedAtMs: NOW_MS - sentMsAgo + 100,
});

const toldLess = (connector: Connector): Connector => ({
  ...connector,
  ledger: { ...connector.ledger, held: [held(12_000, 60_000), held(6000, 4000)] },
});
const written =
  (count: number) =>
  (connector: Connector): Connector => ({
    ...connector,
    ledger: { ...connector.ledger, writes: { dayMs: NOW_MS - 10_800_000, count } },
  });

export function unprovenState(): SiteState {
  const state = garageState('troubled');
  return {
    ...state,
    commissioningUntilMs: NOW_MS + 9 * 86_400_000,
    chargers: changed(state.chargers, {
      1: found => ({ ...offline(found), switchedOff: true }),
      13: found => offline(ofClass('unknown')(found)),
      24: ofClass('B'),
      25: inSetUp,
      27: ofClass('unknown'),
      28: ofClass('C'),
    }),
    connectors: changed(state.connectors, { 5: toldLess, 24: written(12), 27: written(410), 28: written(61) }),
  };
}

const gates: Readonly<Record<number, Partial<GateConnector>>> = {
  1: { control: 'offline', exposureMa: [0, 0, 0], exposureBy: 'switched-off' },
  5: { exposureMa: [12_000, 12_000, 12_000], exposureBy: 'decrease-unseen', grantMa: 6000, leaseLeftMs: 296_000 },
  13: { leaseClass: 'unknown', exposureMa: [16_000, 16_000, 16_000], exposureBy: 'offline-unproven', lapsedMa: 16_000 },
  24: { leaseClass: 'B', control: 'unproven' },
  25: {
    leaseClass: 'unknown',
    control: 'unproven',
    exposureMa: [32_000, 32_000, 32_000],
    exposureBy: 'set-up',
    lapsedMa: 32_000,
  },
  27: { leaseClass: 'unknown', control: 'unproven' },
  28: { leaseClass: 'C', control: 'unproven' },
};

export function unprovenGate(): GateView {
  const gate = garageGate('troubled');
  return { ...gate, connectors: gate.connectors.map((connector, i) => ({ ...connector, ...gates[i] })) };
}
