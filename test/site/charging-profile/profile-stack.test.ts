/**
 * What a back office may set, replace and clear at the one station it sees. Clauses are those of OCPP 1.6 edition 2
 * and its errata sheet; K01 and K10 are requirements of 2.0.1.
 */
import { describe, expect, it } from 'vitest';
import {
  MAX_PERIODS,
  MAX_STACK_LEVEL,
  mostInstalled,
  type ProfileContext,
  type ProfileRefusal,
} from '#site/charging-profile/profile-rules.ts';
import {
  clearProfiles,
  installProfile,
  NO_PROFILES,
  type ProfileFilter,
  type ProfileStack,
  startRefusal,
  withoutEnded,
} from '#site/charging-profile/profile-stack.ts';
import { context, DAY, type Draft, NOON, periods, profile, session, stackOf } from './profiles.ts';

const install = (stack: ProfileStack, draft: Draft, where: ProfileContext = context(1, session), atWallMs = NOON) =>
  installProfile(stack, profile(draft), atWallMs, where);

const TX = { purpose: 'TxProfile' } as const;
const MAX = { purpose: 'ChargingStationMaxProfile' } as const;

describe('a profile is taken', () => {
  const taken: readonly [string, Draft, ProfileContext][] = [
    ['a limit of the whole station (3.13.1)', MAX, context(0)],
    ['a default for every connector (3.13.1)', {}, context(0)],
    ['a default for one connector (3.13.1)', {}, context(2)],
    ['for the transaction it names (K01.FR.04)', { ...TX, transactionId: 7 }, context(1, session)],
    ['for the transaction that runs, without naming it (7.8)', TX, context(1, session)],
    ['for a transaction that is called 0', { ...TX, transactionId: 0 }, context(1, { ...session, upstreamId: 0 })],
    ['relative to the start of charging (7.9)', { kind: 'Relative' }, context(1)],
    [
      'absolute without a start, which then is the start of charging (7.13)',
      { schedule: { startWallMs: null } },
      context(1),
    ],
    ['every day (7.9)', { kind: 'Recurring', recurrency: 'Daily' }, context(1)],
    ['every week (7.9)', { kind: 'Recurring', recurrency: 'Weekly' }, context(1)],
    ['a start in the future (K01.FR.30)', { schedule: { startWallMs: NOON + DAY } }, context(1)],
    ['0 A, which is a pause', { schedule: { periods: periods([0, 0]) } }, context(1)],
    ['in watts (7.12)', { schedule: { unit: 'W', periods: periods([0, 11_000]) } }, context(3)],
    [
      'more phases than the socket has (errata 3.34, K01.FR.45)',
      { schedule: { periods: periods([0, 16, 3]) } },
      context(2),
    ],
    [
      'phases for a socket of direct current, which ignores them (K01.FR.44)',
      { schedule: { periods: periods([0, 16, 1]) } },
      context(3),
    ],
    ['a hint at the least useful rate (7.13)', { schedule: { minRate: 8.1 } }, context(1)],
    ['the highest level that is promised (9.4.1)', { stackLevel: MAX_STACK_LEVEL }, context(1)],
  ];
  it.each(taken)('%s', (_what, draft, where) => {
    const { stack, outcome } = install(NO_PROFILES, draft, where);
    expect(outcome).toEqual({ status: 'Accepted' });
    expect(stack).toEqual([
      { connector: where.connector, profile: profile(draft), session: draft.purpose === 'TxProfile' ? 700 : null },
    ]);
  });
});

describe('a profile is Rejected, and nothing changes', () => {
  const many = Array.from({ length: MAX_PERIODS + 1 }, (_, i) => [i, 16] as const);
  const refused: readonly [string, Draft, ProfileContext, ProfileRefusal['reason']][] = [
    ['on a connector that is not there (errata 3.39)', {}, context(4), 'UnknownEvse'],
    ['on a connector below 0', {}, context(-1), 'UnknownEvse'],
    ['a limit of the station on one connector (3.13.1)', MAX, context(1), 'InvalidProfile'],
    ['a limit of the station that is relative (K01.FR.38)', { ...MAX, kind: 'Relative' }, context(0), 'InvalidProfile'],
    [
      'a limit of the station without a start',
      { ...MAX, schedule: { startWallMs: null } },
      context(0),
      'InvalidProfile',
    ],
    ['a transaction profile on the whole station (K01.FR.16)', TX, context(0, session), 'InvalidProfile'],
    ['a transaction profile without a transaction (3.13.1)', TX, context(1), 'TxNotFound'],
    [
      'for a transaction that runs elsewhere (K01.FR.33)',
      { ...TX, transactionId: 8 },
      context(1, session),
      'TxNotFound',
    ],
    [
      'for our own id, which the back office cannot know',
      { ...TX, transactionId: 700 },
      context(1, session),
      'TxNotFound',
    ],
    [
      'for a named transaction before the back office has named it',
      { ...TX, transactionId: 0 },
      context(1, { ...session, upstreamId: null }),
      'TxNotFound',
    ],
    ['a transaction named in a default (7.8)', { transactionId: 7 }, context(1, session), 'InvalidProfile'],
    [
      'relative, with a start (K01.FR.41)',
      { kind: 'Relative', schedule: { startWallMs: NOON } },
      context(1),
      'InvalidSchedule',
    ],
    ['recurring without saying how often', { kind: 'Recurring' }, context(1), 'InvalidProfile'],
    [
      'recurring without a start (K01.FR.40)',
      { kind: 'Recurring', recurrency: 'Daily', schedule: { startWallMs: null } },
      context(1),
      'InvalidProfile',
    ],
    ['on a level above what is promised (9.4.1)', { stackLevel: MAX_STACK_LEVEL + 1 }, context(1), 'InvalidStackLevel'],
    ['on a level below 0 (7.8)', { stackLevel: -1 }, context(1), 'InvalidStackLevel'],
    ['valid to before it is valid from', { validFromWallMs: NOON, validToWallMs: NOON }, context(1), 'InvalidProfile'],
    ['without a period', { schedule: { periods: [] } }, context(1), 'InvalidSchedule'],
    [
      'with a first period that is not at 0 (5.16.4)',
      { schedule: { periods: periods([60, 16]) } },
      context(1),
      'InvalidSchedule',
    ],
    [
      'with periods out of order (K01.FR.35)',
      { schedule: { periods: periods([0, 16], [60, 8], [30, 6]) } },
      context(1),
      'InvalidSchedule',
    ],
    [
      'with two periods at one time',
      { schedule: { periods: periods([0, 16], [0, 8]) } },
      context(1),
      'InvalidSchedule',
    ],
    ['with a negative limit', { schedule: { periods: periods([0, -1]) } }, context(1), 'InvalidSchedule'],
    [
      'with a limit that is no number',
      { schedule: { periods: periods([0, Number.NaN]) } },
      context(1),
      'InvalidSchedule',
    ],
    [
      'for no phase at all',
      { schedule: { unit: 'W', periods: periods([0, 11_000, 0]) } },
      context(3),
      'InvalidSchedule',
    ],
    ['that lasts no time', { schedule: { durationS: 0 } }, context(1), 'InvalidSchedule'],
    [
      'for fewer phases than cars may use here (K01.FR.43)',
      { schedule: { periods: periods([0, 16, 3], [60, 16, 1]) } },
      context(1),
      'InvalidSchedule',
    ],
    [
      'for fewer phases than cars may use somewhere (K01.FR.43)',
      { schedule: { periods: periods([0, 16, 1]) } },
      context(0),
      'InvalidSchedule',
    ],
    [
      'with more periods than are kept (9.4.3)',
      { schedule: { periods: periods(...many) } },
      context(1),
      'TooManyElements',
    ],
  ];
  it.each(refused)('%s', (_what, draft, where, reason) => {
    const before = stackOf([0, { id: 90 }]);
    const { stack, outcome } = install(before, draft, where);
    expect(outcome).toMatchObject({ status: 'Rejected', reason });
    expect(stack).toBe(before);
  });
});

describe('a profile inside a remote start', () => {
  it('must be for the transaction to come and name none (5.16.2, K05.FR.02)', () => {
    const refusal = (draft: Draft) => startRefusal(NO_PROFILES, profile(draft), NOON, context(1))?.reason ?? null;
    expect(refusal(TX)).toBeNull();
    expect(refusal({})).toBe('InvalidProfile');
    expect(refusal({ ...TX, transactionId: 0 })).toBe('InvalidProfile');
    expect(refusal({ ...TX, schedule: { periods: [] } }), 'K05.FR.05').toBe('InvalidSchedule');
  });

  it('gives way to one for the same transaction and level that comes later (errata 3.42)', () => {
    const started = stackOf([1, TX]);
    const { stack } = install(started, { ...TX, id: 2, transactionId: 7 });
    expect(stack.map(entry => entry.profile.id)).toEqual([2]);
  });

  it('and has one of another level beside it (errata 3.42)', () => {
    const { stack } = install(stackOf([1, TX]), { ...TX, id: 2, transactionId: 7, stackLevel: 1 });
    expect(stack.map(entry => entry.profile.id)).toEqual([1, 2]);
  });

  it('is refused where no more are kept (9.4.5)', () => {
    expect(startRefusal(full(), profile({ ...TX, id: 0 }), NOON, context(3))?.reason).toBe('TooManyElements');
  });
});

/** As many as are kept at three connectors: levels of everyone's default first, then of each socket's own. */
function full(): ProfileStack {
  const places = [0, 1, 2, 3].flatMap(connector =>
    Array.from({ length: MAX_STACK_LEVEL + 1 }, (_, stackLevel) => [connector, stackLevel] as const),
  );
  return stackOf(
    ...places
      .slice(0, mostInstalled(3))
      .map(([connector, stackLevel], id) => [connector, { id: id + 1, stackLevel }] as const),
  );
}

describe('each purpose of each connector has one profile on each level', () => {
  const ids = (stack: ProfileStack) => stack.map(entry => [entry.connector, entry.profile.id]);

  it('and a new one of the same level replaces it, whatever its id (3.13.2)', () => {
    expect(ids(install(stackOf([1, { id: 5 }]), { id: 6 }).stack)).toEqual([[1, 6]]);
  });

  it('and one of another level stands beside it (3.13.2)', () => {
    expect(ids(install(stackOf([1, { id: 5 }]), { id: 6, stackLevel: 1 }).stack)).toEqual([
      [1, 5],
      [1, 6],
    ]);
  });

  it('and the same id replaces it, whatever its purpose and level (5.16.3)', () => {
    const { stack, outcome } = install(stackOf([1, { id: 5 }]), { ...TX, id: 5, stackLevel: 2 });
    expect(outcome.status).toBe('Accepted');
    expect(stack).toMatchObject([{ connector: 1, session: 700, profile: { id: 5, purpose: 'TxProfile' } }]);
  });

  it('and the same id replaces it on whichever connector it stands (5.16.4)', () => {
    expect(ids(install(stackOf([1, { id: 5 }], [0, { id: 6 }]), { id: 5 }, context(2)).stack)).toEqual([
      [0, 6],
      [2, 5],
    ]);
  });

  it('and one that takes the id of one and the place of another replaces both', () => {
    const { stack } = install(stackOf([1, { id: 5 }], [1, { id: 6, stackLevel: 1 }]), { id: 5, stackLevel: 1 });
    expect(stack).toMatchObject([{ profile: { id: 5, stackLevel: 1 } }]);
    expect(stack).toHaveLength(1);
  });

  it('so that purposes and connectors stand beside each other', () => {
    const stack = stackOf([0, { ...MAX, id: 1 }], [0, { id: 2 }], [1, { id: 3 }], [1, { ...TX, id: 4 }]);
    expect(ids(stack)).toEqual([
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
    ]);
  });

  it('and so many of them are kept as is said, not one more (9.4.5); one that replaces another is no more', () => {
    const all = full();
    expect(all).toHaveLength(4 * 3 + 2 * (MAX_STACK_LEVEL + 1));
    const { stack, outcome } = install(all, { id: 900 }, context(3));
    expect(outcome).toMatchObject({ status: 'Rejected', reason: 'TooManyElements' });
    expect(stack).toBe(all);
    expect(install(all, { id: 901 }, context(0)).stack).toHaveLength(all.length);
  });

  it('and one that is over makes room', () => {
    const old = stackOf([1, { id: 5, validToWallMs: NOON + DAY }]);
    expect(install(old, { id: 6, stackLevel: 1 }, context(1), NOON + DAY).stack).toMatchObject([
      { profile: { id: 6 } },
    ]);
  });
});

describe('profiles are cleared', () => {
  const stack = stackOf(
    [0, { ...MAX, id: 1 }],
    [0, { id: 2 }],
    [1, { id: 3, stackLevel: 4 }],
    [1, { ...TX, id: 4 }],
    [2, { id: 5, stackLevel: 2 }],
  );
  const any: ProfileFilter = { profileId: null, connectorId: null, purpose: null, stackLevel: null };
  const rows: readonly [string, Partial<ProfileFilter>, readonly number[]][] = [
    ['all of them, when nothing is named (errata 3.25)', {}, [1, 2, 3, 4, 5]],
    ['by id', { profileId: 3 }, [3]],
    ['by id alone, whatever else is named (errata 3.26)', { profileId: 1, connectorId: 2, purpose: 'TxProfile' }, [1]],
    ['of a connector (6.13)', { connectorId: 1 }, [3, 4]],
    ['of the station as a whole (6.13)', { connectorId: 0 }, [1, 2]],
    ['of a purpose (6.13)', { purpose: 'TxDefaultProfile' }, [2, 3, 5]],
    ['of a level (6.13)', { stackLevel: 4 }, [3]],
    ['that match all that is named (errata 3.26)', { connectorId: 0, purpose: 'TxDefaultProfile' }, [2]],
    ['that match purpose and level', { purpose: 'TxDefaultProfile', stackLevel: 0 }, [2]],
    ['none where connector and level match two of them (errata 3.25)', { connectorId: 1, stackLevel: 2 }, []],
    ['or none: the answer is Unknown (K10.FR.01)', { connectorId: 2, purpose: 'TxProfile' }, []],
    ['none by an id that is not there', { profileId: 99 }, []],
  ];
  it.each(rows)('%s', (_what, filter, ids) => {
    const { stack: left, cleared } = clearProfiles(stack, { ...any, ...filter });
    expect(cleared.map(entry => entry.profile.id)).toEqual(ids);
    expect(left).toEqual(stack.filter(entry => !cleared.includes(entry)));
  });
});

describe('the stack', () => {
  it('loses a transaction profile with its transaction (3.13.1)', () => {
    const stack = stackOf([1, { ...TX, id: 4 }], [1, { id: 3 }]);
    expect(withoutEnded(stack, new Set([700]))).toBe(stack);
    expect(withoutEnded(stack, new Set([701])).map(entry => entry.profile.id)).toEqual([3]);
  });

  it('comes back from the disk as it was (errata 3.37)', () => {
    const stack = stackOf([0, MAX], [1, { ...TX, id: 4, kind: 'Relative' }]);
    expect(JSON.parse(JSON.stringify(stack))).toEqual(stack);
  });
});
