import { describe, expect, test } from 'vitest';
import { WAITING_CALLS_MAX } from '#ocpp/calls.ts';
import { OPEN_CALL_FORGOTTEN_MS, OPEN_CALLS_MAX } from '#ocpp/open-calls.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import type { Reply, Report } from '#site/report.ts';
import { converse, randomness, unlock } from './conversation.ts';

const control = { priority: 'control' } as const;
const other = { priority: 'other' } as const;
/** The connector ids of the commands on the wire. */
const connectors = (frames: { 3: { connectorId: number } }[]) => frames.map(frame => frame[3].connectorId);

describe('one call in flight', () => {
  test('the second call waits for the answer to the first', () => {
    const { pipe, peer, diary, tell } = converse();
    peer.command(unlock(1), other, tell('one'));
    peer.command(unlock(2), other, tell('two'));
    const [first, ...rest] = pipe.take();
    expect(first).toEqual([2, expect.any(String), 'UnlockConnector', { connectorId: 1 }]);
    expect(rest).toEqual([]);
    pipe.say([3, first[1], { status: 'Unlocked' }]);
    expect(diary).toEqual(['one {"kind":"status","status":"Unlocked"}']);
    expect(connectors(pipe.take())).toEqual([2]);
    expect(peer.openCallCount()).toBe(1);
  });

  test('control goes before everything that waits, and overtakes one unanswered other call', () => {
    const { pipe, peer, tell } = converse();
    peer.command(unlock(1), other, tell('one'));
    peer.command(unlock(2), other, tell('two'));
    peer.command(unlock(3), control, tell('three'));
    peer.command(unlock(4), control, tell('four'));
    const flying = pipe.take();
    expect(connectors(flying)).toEqual([1, 3]);
    pipe.say([3, flying[0][1], { status: 'Unlocked' }]);
    expect(pipe.take()).toEqual([]);
    pipe.say([3, flying[1][1], { status: 'Unlocked' }]);
    expect(connectors(pipe.take())).toEqual([4]);
  });

  test('another call never overtakes a control call', () => {
    const { pipe, peer, tell } = converse();
    peer.command(unlock(1), control, tell('one'));
    peer.command(unlock(2), other, tell('two'));
    const [first, ...rest] = pipe.take();
    expect(rest).toEqual([]);
    pipe.say([3, first[1], { status: 'Unlocked' }]);
    expect(connectors(pipe.take())).toEqual([2]);
  });

  test('where the version forbids it, control waits too, but first in line', () => {
    const { pipe, peer, tell } = converse({ dialect: { ...dialect16, controlMayOvertake: false } });
    peer.command(unlock(1), other, tell('one'));
    peer.command(unlock(2), other, tell('two'));
    peer.command(unlock(3), control, tell('three'));
    const [first, ...rest] = pipe.take();
    expect(rest).toEqual([]);
    pipe.say([3, first[1], { status: 'Unlocked' }]);
    expect(connectors(pipe.take())).toEqual([3]);
  });

  test('a call placed by the answer to another one goes before those that waited, if it is control', () => {
    const { pipe, peer, tell } = converse();
    peer.command(unlock(1), control, () => peer.command(unlock(9), control, tell('nine')));
    peer.command(unlock(2), other, tell('two'));
    const [first] = pipe.take();
    pipe.say([3, first[1], { status: 'Unlocked' }]);
    expect(connectors(pipe.take())).toEqual([9]);
  });

  test('`sent` tells when the call leaves, not when it is placed', () => {
    const { pipe, peer, diary, tell } = converse();
    peer.command(unlock(1), control, tell('one'));
    peer.command(unlock(2), { ...control, sent: () => diary.push('two is away') }, tell('two'));
    expect(diary).toEqual([]);
    pipe.say([3, pipe.take()[0][1], { status: 'Unlocked' }]);
    expect(diary.at(-1)).toBe('two is away');
  });
});

describe('answers', () => {
  test('each failure has its name', () => {
    const { pipe, peer, diary, tell } = converse();
    const answers = [
      (id: string) => [4, id, 'NotImplemented', '', {}],
      (id: string) => [4, id, 'NotSupported', 'no smart charging', {}],
      (id: string) => [4, id, 'FormationViolation', 'what?', {}],
      (id: string) => [4, id, 'NobodysCode'],
      (id: string) => [3, id, { status: 'Perhaps' }],
      (id: string) => [3, id, {}],
      (id: string) => [3, id],
      (id: string) => [3, id, { status: 'unlocked', vendor: 1 }],
    ];
    for (const answer of answers) {
      peer.command(unlock(1), control, tell('it'));
      pipe.say(answer(pipe.take()[0][1]));
    }
    expect(diary).toEqual([
      'it not-supported: NotImplemented',
      'it not-supported: NotSupported: no smart charging',
      'it call-error: FormationViolation: what?',
      'it call-error: NobodysCode',
      'it malformed: status must be equal to one of the allowed values',
      "it malformed: payload must have required property 'status'",
      'it malformed: the payload is not an object',
      'it {"kind":"status","status":"Unlocked"}',
    ]);
    expect(peer.counters).toMatchObject({ mendedFields: 2, malformed: 1 });
  });

  test('a late answer changes nothing, and the next call is already away', () => {
    const { pipe, clock, peer, diary, tell } = converse();
    peer.command(unlock(1), control, tell('one'));
    peer.command(unlock(2), control, tell('two'));
    const [first] = pipe.take();
    clock.step(4_999);
    expect(diary).toEqual([]);
    clock.step(1);
    expect(diary).toEqual(['one timeout: no answer within 5000 ms']);
    const [second] = pipe.take();
    pipe.say([3, first[1], { status: 'Unlocked' }]);
    expect(diary).toHaveLength(1);
    pipe.say([3, second[1], { status: 'Unlocked' }]);
    expect(diary).toHaveLength(2);
    expect(peer.counters).toMatchObject({ timeouts: 1, lateAnswers: 1, repeatedAnswers: 0, strayAnswers: 0 });
    expect(clock.pending()).toBe(0);
  });

  test('an answer that comes twice counts once', () => {
    const { pipe, peer, diary, tell } = converse();
    peer.command(unlock(1), control, tell('one'));
    const [call] = pipe.take();
    pipe.say([3, call[1], { status: 'Unlocked' }]);
    pipe.say([3, call[1], { status: 'UnlockFailed' }]);
    pipe.say([4, call[1], 'GenericError', '', {}]);
    expect(diary).toHaveLength(1);
    expect(peer.counters).toMatchObject({ repeatedAnswers: 2 });
  });

  test('an answer to nothing is ignored, and so is an error without an id', () => {
    const { pipe, peer } = converse();
    pipe.say([3, 'whose', {}]);
    pipe.say([4, '-1', 'FormationViolation', '', {}]);
    pipe.say([3, 5, {}]);
    expect(pipe.take()).toEqual([]);
    expect(peer.counters).toMatchObject({ strayAnswers: 2, malformed: 1 });
  });

  test('a timeout may be given with the peer or with the call', () => {
    const { clock, peer, diary, tell } = converse({ callTimeoutMs: 300 });
    peer.command(unlock(1), other, tell('one'));
    peer.command(unlock(2), { ...control, timeoutMs: 100 }, tell('two'));
    clock.step(100);
    expect(diary).toEqual(['two timeout: no answer within 100 ms']);
    clock.step(200);
    expect(diary.at(-1)).toBe('one timeout: no answer within 300 ms');
  });

  test('ids are short and never return, not even on the next socket', () => {
    const { pipe, peer, tell } = converse();
    peer.command(unlock(1), control, tell('one'));
    peer.command(unlock(2), other, tell('two'));
    const next = converse({ randomness: { ...randomness, uuid: () => 'ffffffff-4455-6677-8899-aabbccddeeff' } });
    next.peer.command(unlock(1), control, tell('one'));
    pipe.say([3, pipe.sent.map(text => JSON.parse(text)[1])[0], { status: 'Unlocked' }]);
    const ids = [...pipe.take(), ...next.pipe.take()].map(frame => frame[1]);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(36);
  });
});

describe('bounds and the end', () => {
  test('a flood of commands fills the queue and no more', () => {
    const { clock, pipe, peer, diary, tell } = converse();
    for (let i = 0; i < WAITING_CALLS_MAX + 3; i++) peer.command(unlock(i), other, tell(`${i}`));
    expect(diary).toEqual([]);
    clock.step(0);
    expect(diary).toEqual([65, 66].map(i => `${i} cancelled: 64 calls are waiting already`));
    peer.command(unlock(999), control, tell('control'));
    expect(connectors(pipe.take())).toEqual([0, 999]);
    expect(peer.counters.queueFull).toBe(2);
  });

  test('when the connection closes every call settles as offline, and later ones too', () => {
    const { clock, pipe, peer, diary, tell } = converse();
    for (const i of [1, 2, 3]) peer.command(unlock(i), other, tell(`${i}`));
    peer.command(unlock(4), control, tell('4'));
    pipe.shutDown(1006, 'gone');
    expect(diary.map(line => line.split(':')[0])).toEqual([
      '1 offline',
      '4 offline',
      '2 offline',
      '3 offline',
      'closed 1006 gone',
    ]);
    peer.command(unlock(5), control, tell('5'));
    expect(diary).toHaveLength(5);
    clock.step(0);
    expect(diary.at(-1)).toBe('5 offline: the connection is closed');
    expect(clock.pending()).toBe(0);
  });

  test('after a good-bye nothing is sent or heard', () => {
    const reports: Report[] = [];
    const { clock, pipe, peer, diary, tell } = converse({}, { report: report => void reports.push(report) });
    peer.command(unlock(1), control, tell('one'));
    peer.command(unlock(2), control, tell('two'));
    const [call] = pipe.take();
    peer.close(1000, 'done');
    expect(pipe.closing).toEqual({ code: 1000, reason: 'done' });
    pipe.say([3, call[1], { status: 'Unlocked' }]);
    pipe.say([2, 'x', 'Heartbeat', {}]);
    expect([pipe.take(), reports, diary]).toEqual([[], [], []]);
    pipe.shutDown(1000, 'done');
    expect(diary.map(line => line.split(':')[0])).toEqual(['one offline', 'two offline', 'closed 1000 done']);
    expect(clock.pending()).toBe(0);
  });

  test('ping, pong and the cut', () => {
    const { pipe, peer, diary } = converse();
    peer.ping();
    pipe.pong();
    peer.terminate();
    expect([pipe.pings, diary, pipe.terminated]).toEqual([1, ['pong'], true]);
  });

  test('a command that the version cannot say fails by itself', () => {
    const { clock, pipe, peer, diary } = converse({ side: 'station' });
    const status = { kind: 'connector-status', connectorId: 1, errorCode: '', info: '', atWallMs: null } as const;
    peer.report({ ...status, status: 'Unknown' }, outcome => diary.push(outcome.ok ? 'ok' : outcome.why));
    expect(diary).toEqual([]);
    clock.step(0);
    expect(diary).toEqual(['not-supported']);
    expect(pipe.take()).toEqual([]);
  });

  test('the console speaks the version itself and gets its words', () => {
    const { pipe, peer, diary, tell } = converse();
    peer.callRaw('GetDiagnostics', { location: 'ftp://x' }, {}, tell('raw'));
    const [call] = pipe.take();
    expect(call.slice(2)).toEqual(['GetDiagnostics', { location: 'ftp://x' }]);
    pipe.say([3, call[1], { fileName: 'log.zip', more: [1] }]);
    expect(diary).toEqual(['raw {"fileName":"log.zip","more":[1]}']);
  });
});

describe('the other side calls', () => {
  const answered: Record<string, Reply> = {
    heartbeat: { kind: 'heartbeat', nowWallMs: 0 },
    'meter-values': { kind: 'empty' },
  };
  const answer = (report: Report, reply: (reply: Reply) => void) => reply(answered[report.kind] ?? { kind: 'empty' });

  test('its calls are answered while ours wait', () => {
    const { pipe, peer, tell } = converse({}, { report: answer });
    peer.command(unlock(1), control, tell('one'));
    pipe.take();
    pipe.say([2, 'a', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([[3, 'a', { currentTime: '1970-01-01T00:00:00.000Z' }]]);
  });

  test('answers may come later and in another order', () => {
    const later: (() => void)[] = [];
    const { pipe } = converse({}, { report: (report, reply) => later.push(() => answer(report, reply)) });
    pipe.say([2, 'a', 'Heartbeat', {}]);
    pipe.say([2, 'b', 'MeterValues', { connectorId: 1, meterValue: [] }]);
    expect(pipe.take()).toEqual([]);
    for (const run of later.reverse()) run();
    expect(pipe.take().map(frame => frame[1])).toEqual(['b', 'a']);
  });

  test('an answer that comes twice or after the end is dropped', () => {
    const later: (() => void)[] = [];
    const { pipe } = converse({}, { report: (report, reply) => later.push(() => answer(report, reply)) });
    pipe.say([2, 'a', 'Heartbeat', {}]);
    pipe.say([2, 'b', 'Heartbeat', {}]);
    later[0]!();
    later[0]!();
    expect(pipe.take()).toHaveLength(1);
    pipe.shutDown(1001, '');
    later[1]!();
    expect(pipe.take()).toEqual([]);
  });

  test('a report may be refused, so that the station keeps it', () => {
    const { pipe } = converse(
      {},
      { report: (_, reply) => reply({ kind: 'refused', code: 'InternalError', detail: 'the disk is full' }) },
    );
    pipe.say([2, 'a', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([[4, 'a', 'InternalError', 'the disk is full', {}]]);
  });

  test('more unanswered calls than a station may have are refused, until the oldest is too old', () => {
    const { clock, pipe, peer } = converse({}, { report: () => {} });
    for (let i = 0; i <= OPEN_CALLS_MAX; i++) pipe.say([2, `${i}`, 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([[4, `${OPEN_CALLS_MAX}`, 'GenericError', expect.any(String), {}]]);
    clock.step(OPEN_CALL_FORGOTTEN_MS);
    pipe.say([2, 'later', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([]);
    expect(peer.counters.abandoned).toBe(1);
  });

  test('a station obeys commands and gives its failures a code', () => {
    const { pipe, peer, diary } = converse(
      { side: 'station' },
      {
        command(command, reply) {
          if (command.kind === 'reset') reply({ ok: true, value: { kind: 'status', status: 'Accepted' } });
          else reply({ ok: false, why: 'not-supported', detail: 'no such socket' });
        },
      },
    );
    pipe.say([2, 'a', 'Reset', { type: 'Hard' }]);
    pipe.say([2, 'b', 'UnlockConnector', { connectorId: 1 }]);
    pipe.say([2, 'c', 'Reset', { type: 'Hard', vendor: 1 }]);
    pipe.say([2, 'd', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([
      [3, 'a', { status: 'Accepted' }],
      [4, 'b', 'NotSupported', 'no such socket', {}],
      [4, 'c', 'FormationViolation', expect.stringContaining('vendor'), {}],
      [4, 'd', 'NotSupported', expect.any(String), {}],
    ]);
    peer.report({ kind: 'heartbeat' }, outcome => diary.push(JSON.stringify(outcome)));
    pipe.say([3, pipe.take()[0][1], { currentTime: '1970-01-01T00:00:01Z' }]);
    expect(diary).toEqual(['{"ok":true,"value":{"kind":"heartbeat","nowWallMs":1000}}']);
  });
});
