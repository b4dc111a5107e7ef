/** What is billed of a session where its charger's clock, register or reason cannot be true. */
import { describe, expect, it } from 'vitest';
import type { Heard } from '#site/charger-stamp.ts';
import { initialState } from '#site/initial.ts';
import {
  asItGoesUp,
  begunBy,
  closedAtLast,
  correctedBy,
  type Ended,
  endedBy,
  type Session,
  withSessions,
} from '#site/session.ts';
import { registerAfterAll } from '#site/session-register.ts';
import { topologyOf } from './site.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');
const at = (atWallMs: number, offsetMs = 0): Heard => ({ atWallMs, offsetMs, isLive: true });
const RATED_W = 11_000;

const begun = begunBy(
  {
    ...{ kind: 'transaction-started', connectorId: 1, idToken: 'ANNA', meterStartWh: 5_000 },
    ...{ atWallMs: NOON, reservationId: null },
  },
  'CP1',
  7,
  at(NOON),
);
const stop = (more: Partial<Ended> = {}): Ended => ({
  ...{ kind: 'transaction-ended', transactionId: 7, idToken: null, meterStopWh: 9_000, atWallMs: NOON + HOUR },
  ...{ reason: 'Local', samples: [] },
  ...more,
});
const sample = (wh: number, atWallMs: number, context = 'Sample.Periodic') => ({
  ...{ atWallMs, context },
  values: [{ measurand: 'Energy.Active.Import.Register', phase: null, value: wh, location: 'Outlet' } as const],
});
const sampled = (session: Session, wh: number, afterMs: number): Session => ({
  ...session,
  register: registerAfterAll(session.register, [sample(wh, NOON + afterMs)], NOON + afterMs, RATED_W),
});
const ended = (session: Session, report: Ended) => endedBy(session, report, at(report.atWallMs), RATED_W);

describe('the register of a stop', () => {
  it('that is above all before it is billed as it is', () => {
    const over = ended(sampled(begun, 8_000, HOUR / 2), stop());
    expect(over).toMatchObject({ billed: { meterWh: 9_000, atWallMs: NOON + HOUR, reason: 'Local' }, flags: [] });
  });

  it.each([
    ['the start', begun, 5_000],
    ['a sample of the session', sampled(begun, 8_000, HOUR / 2), 8_000],
  ])('that is below %s is held there, told, and kept as it was said', (_, session, heldWh) => {
    const over = ended(session, stop({ meterStopWh: 12 }));
    expect(over).toMatchObject({ meterStopWh: 12, billed: { meterWh: heldWh }, flags: ['register-held'] });
  });

  it('is not held at a sample that leapt, nor at one that ran back', () => {
    const leapt = sampled(begun, 900_000, HOUR / 2);
    expect(leapt.register.wh).toBe(5_000);
    expect(sampled(sampled(begun, 8_000, HOUR / 2), 200, HOUR / 2 + 1).register.wh).toBe(8_000);
    expect(ended(leapt, stop())).toMatchObject({ billed: { meterWh: 9_000 }, flags: [] });
  });

  it('is not held at a sample from after it: that is of the next car', () => {
    expect(ended(sampled(begun, 9_900, 1.5 * HOUR), stop())).toMatchObject({ billed: { meterWh: 9_000 }, flags: [] });
  });

  it('that leaps by more than the socket can give is told and billed as it is', () => {
    const over = ended(begun, stop({ meterStopWh: 5_000 + RATED_W + 1_001 }));
    expect(over).toMatchObject({ billed: { meterWh: 17_001 }, flags: ['register-leap'] });
    expect(ended(begun, stop({ meterStopWh: 5_000 + RATED_W + 1_000 })).flags).toEqual([]);
  });
});

it('a stop before its start by a clock that was set in between is billed at the start', () => {
  const over = endedBy(begun, stop({ atWallMs: NOON - 30_000, meterStopWh: 5_000 }), at(NOON + 5_000), RATED_W);
  expect(over).toMatchObject({ endedAtWallMs: NOON - 30_000, billed: { atWallMs: NOON }, flags: ['stop-time'] });
});

describe('the reason of a stop', () => {
  const asked = (by: 'deauthorised' | 'remote', atWallMs = NOON + HOUR - 5_000): Session => ({
    ...begun,
    stopAsked: { by, atWallMs },
  });

  it.each([
    ['Remote', asked('deauthorised'), 'DeAuthorized'],
    ['Remote', asked('deauthorised', NOON), 'DeAuthorized'],
    ['Local', asked('deauthorised', NOON), 'Local'],
    ['Local', asked('remote'), 'Remote'],
    ['Other', asked('remote'), 'Remote'],
    ['EVDisconnected', asked('remote'), 'EVDisconnected'],
    ['PowerLoss', asked('deauthorised'), 'PowerLoss'],
    ['Local', asked('remote', NOON), 'Local'],
    ['Local', begun, 'Local'],
  ])('%s is billed as what caused it, and stays in the record', (reason, session, wanted) => {
    const over = ended(session, stop({ reason }));
    expect([over.reason, over.billed?.reason]).toEqual([reason, wanted]);
    expect(over.flags).toEqual(wanted === reason ? [] : ['reason-ours']);
  });
});

it('a session closed without its stop ends where its charger last told a register, and its real stop is kept beside', () => {
  const { session, report } = closedAtLast(sampled(begun, 8_000, HOUR / 2));
  expect(report).toMatchObject({ transactionId: 7, meterStopWh: 8_000, atWallMs: NOON + HOUR / 2, reason: 'Other' });
  expect(session).toMatchObject({ billed: { meterWh: 8_000 }, flags: ['stop-missing'] });
  const corrected = correctedBy(session, stop(), at(NOON + 30 * HOUR));
  expect(corrected).toMatchObject({
    ...{ billed: session.billed, flags: ['stop-missing', 'stop-late'] },
    correction: { meterWh: 9_000, atWallMs: NOON + HOUR, reason: 'Local', heardWallMs: NOON + 30 * HOUR },
  });
});

it('samples that begin or end a session go up with no register below what was told before', () => {
  const told = [sample(20, NOON, 'Transaction.Begin'), sample(30, NOON + HOUR, 'Transaction.End')];
  const held = asItGoesUp(sampled(begun, 8_000, HOUR / 2), told, at(NOON + HOUR));
  expect(held.map(({ values }) => values[0]?.value)).toEqual([5_000, 8_000]);
});

it('after a restart the session that began last runs at its socket, whatever its charger’s clock said', () => {
  const wrong: Session = { ...begun, id: 1, startedAtWallMs: NOON + 100 * HOUR };
  const later: Session = { ...begun, id: 2, startedAtWallMs: NOON + HOUR, beganWallMs: NOON + HOUR };
  const state = initialState(topologyOf({ bays: [{}] }), 0);
  const { connectors } = withSessions(state, [wrong, later], { nowMs: 0, wallMs: NOON + 2 * HOUR });
  expect(connectors[0]?.transaction?.id).toBe(2);
});
