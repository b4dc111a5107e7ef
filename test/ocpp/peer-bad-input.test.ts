import { describe, expect, test } from 'vitest';
import { ACCEPTED_FRAME_BYTES, parseFrame, UNACCEPTED_FRAME_BYTES } from '#ocpp/frame.ts';
import type { Reply, Report } from '#site/report.ts';
import { converse, unlock } from './conversation.ts';
import { mulberry } from './mulberry.ts';

const reply = (report: Report): Reply => {
  switch (report.kind) {
    case 'boot':
      return { kind: 'boot', status: 'Accepted', nowWallMs: 0, intervalS: 60 };
    case 'heartbeat':
      return { kind: 'heartbeat', nowWallMs: 0 };
    case 'authorize':
      return { kind: 'authorize', status: 'Accepted' };
    case 'transaction-started':
      return { kind: 'transaction-started', transactionId: 1, status: 'Accepted' };
    case 'transaction-ended':
      return { kind: 'transaction-ended', status: null };
    case 'data-transfer':
      return { kind: 'data-transfer', status: 'Accepted' };
    default:
      return { kind: 'empty' };
  }
};
const listening = { report: (report: Report, answer: (reply: Reply) => void) => answer(reply(report)) };

describe('a malformed frame gets its code and the connection stays', () => {
  const table: [string, string, unknown][] = [
    ['not JSON', '{{{', [4, '-1', 'FormationViolation', 'not JSON', {}]],
    ['nothing', '', [4, '-1', 'FormationViolation', 'not JSON', {}]],
    ['no array', '{"a":1}', [4, '-1', 'FormationViolation', 'not an array', {}]],
    ['an id that is no text', '[2,7,"Heartbeat",{}]', [4, '-1', 'FormationViolation', expect.any(String), {}]],
    ['no payload', '[2,"7","Heartbeat"]', [4, '7', 'FormationViolation', expect.any(String), {}]],
    ['a payload that is a list', '[2,"7","Heartbeat",[]]', [4, '7', 'FormationViolation', expect.any(String), {}]],
    ['an unknown action', '[2,"7","Dance",{}]', [4, '7', 'NotImplemented', expect.stringContaining('Dance'), {}]],
    ['an action of objects', '[2,"7","constructor",{}]', [4, '7', 'NotImplemented', expect.any(String), {}]],
    [
      'an action of the other direction',
      '[2,"7","Reset",{"type":"Hard"}]',
      [4, '7', 'NotSupported', expect.any(String), {}],
    ],
    [
      'an action that is not ours',
      '[2,"7","SignCertificate",{"csr":"x"}]',
      [4, '7', 'NotSupported', expect.any(String), {}],
    ],
    [
      'a missing field',
      '[2,"7","Authorize",{}]',
      [4, '7', 'OccurenceConstraintViolation', expect.stringContaining('idTag'), {}],
    ],
    [
      'a wrong type',
      '[2,"7","Authorize",{"idTag":{}}]',
      [4, '7', 'TypeConstraintViolation', 'idTag must be string', {}],
    ],
    [
      'a wrong word',
      '[2,"7","FirmwareStatusNotification",{"status":"X"}]',
      [4, '7', 'PropertyConstraintViolation', expect.any(String), {}],
    ],
    [
      'a wrong time',
      '[2,"7","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":1,"timestamp":"noon"}]',
      [4, '7', 'PropertyConstraintViolation', expect.any(String), {}],
    ],
  ];
  test.each(table)('%s', (_title, text, answer) => {
    const { pipe, diary } = converse({}, listening);
    pipe.sayText(text);
    expect(pipe.take()).toEqual([answer]);
    pipe.say([2, 'next', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([[3, 'next', expect.any(Object)]]);
    expect([pipe.closing, diary]).toEqual([null, []]);
  });

  test('a message type that 1.6 does not have is ignored', () => {
    const { pipe, peer } = converse({}, listening);
    for (const message of [[5, '7', 'GenericError', '', {}], [6, '7', 'X', {}], [9], [0, '7']]) pipe.say(message);
    expect(pipe.take()).toEqual([]);
    expect(peer.counters.unknownTypes).toBe(4);
  });

  test('without a listener every report is not supported', () => {
    const { pipe } = converse();
    pipe.say([2, '7', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([[4, '7', 'NotSupported', expect.any(String), {}]]);
  });
});

describe('guards before reading', () => {
  const boot = (padding: number) =>
    JSON.stringify([2, '1', 'DataTransfer', { vendorId: 'x', data: 'a'.repeat(padding) }]);
  const exactly = (bytes: number) => boot(bytes - boot(0).length);

  test('64 KiB until the boot is accepted, 256 KiB after it', () => {
    const stranger = converse({}, listening);
    stranger.pipe.sayText(exactly(UNACCEPTED_FRAME_BYTES));
    expect(stranger.pipe.take()).toHaveLength(1);
    stranger.pipe.sayText(exactly(UNACCEPTED_FRAME_BYTES + 1));
    expect(stranger.pipe.closing?.code).toBe(1009);
    expect(stranger.pipe.take()).toEqual([]);

    const known = converse({}, listening);
    known.peer.accept();
    known.pipe.sayText(exactly(ACCEPTED_FRAME_BYTES));
    expect(known.pipe.take()).toHaveLength(1);
    known.pipe.sayText(exactly(ACCEPTED_FRAME_BYTES + 1));
    expect(known.pipe.closing?.code).toBe(1009);
  });

  test('what nests deeper than 16 is closed with 1002, and nothing of it is read', () => {
    const { pipe, peer } = converse({}, listening);
    pipe.sayText(`[2,"1","Heartbeat",${'{"a":'.repeat(14)}1${'}'.repeat(14)}]`);
    expect([pipe.closing, pipe.take().length]).toEqual([null, 1]);
    pipe.sayText(`[2,"1","Heartbeat",${'{"a":'.repeat(16)}1${'}'.repeat(16)}]`);
    expect(pipe.closing?.code).toBe(1002);
    pipe.say([2, '2', 'Heartbeat', {}]);
    expect(pipe.take()).toEqual([]);
    expect(peer.counters.framesIn).toBe(2);
  });
});

describe('ten thousand frames of nonsense', () => {
  const seeds = [
    '[2,"1","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"Wall","firmwareVersion":"1.2"}]',
    '[2,"2","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging","timestamp":"2026-03-01T10:00:00Z"}]',
    '[2,"3","MeterValues",{"connectorId":1,"transactionId":5,"meterValue":[{"timestamp":"2026-03-01T10:00:00.000Z","sampledValue":[{"value":"16.1","measurand":"Current.Import","phase":"L1","unit":"A"},{"value":"1.5","unit":"kWh"}]}]}]',
    '[2,"4","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":1,"timestamp":"2026-03-01T10:00:00Z"}]',
    '[2,"5","StopTransaction",{"transactionId":1,"meterStop":1,"timestamp":"2026-03-01T10:00:00Z","reason":"Local"}]',
    '[2,"6","DataTransfer",{"vendorId":"x"}]',
    '[3,"ID",{"status":"Unlocked"}]',
    '[4,"ID","GenericError","no",{}]',
  ];
  const pieces = [
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    'null',
    '1e999',
    '-',
    '\\',
    '\\u0000',
    '"__proto__":',
    '"":{},',
    '\ud800',
    '9',
  ];

  /** One seed with a few cuts, doublings and strange pieces in it. */
  function mutated(random: (below: number) => number, id: string): string {
    let text = seeds[random(seeds.length)]!.replace('ID', id);
    for (let i = random(4); i >= 0; i--) {
      const at = random(text.length + 1);
      const to = Math.min(text.length, at + random(8));
      const middle =
        random(3) === 0 ? text.slice(at, to).repeat(2) : random(2) === 0 ? pieces[random(pieces.length)]! : '';
      text = text.slice(0, at) + middle + text.slice(to);
    }
    return text;
  }

  /** One seed read, with a few values replaced by values of other kinds; still JSON. */
  function swapped(random: (below: number) => number, id: string): string {
    const values = [null, '', 0, -1, 1.5, true, [], {}, [[]], 'x'.repeat(60), '12,3', { __proto__: null, a: [null] }];
    const message = JSON.parse(seeds[random(seeds.length)]!.replace('ID', id));
    const swap = (_key: string, value: unknown) =>
      random(12) === 0 ? structuredClone(values[random(values.length)]) : value;
    return JSON.stringify(message, swap) ?? '';
  }

  test('nothing throws, every call is answered or closed, and the peer lives on', () => {
    const random = mulberry(20_260_301);
    let frames = 0;
    while (frames < 10_000) {
      const { clock, pipe, peer, tell } = converse({}, listening);
      peer.command(unlock(1), { priority: 'control' }, tell('one'));
      const id = pipe.take()[0][1];
      let toAnswer = 0;
      for (let i = 0; i < 100 && pipe.closing === null; i++) {
        const text = random(2) === 0 ? mutated(random, id) : swapped(random, id);
        pipe.sayText(text);
        const { kind } = parseFrame(text);
        if (pipe.closing === null && (kind === 'call' || kind === 'malformed')) toAnswer++;
        frames++;
      }
      const answers = pipe.take();
      expect(answers).toHaveLength(toAnswer);
      for (const frame of answers) expect([3, 4]).toContain(frame[0]);
      if (pipe.closing !== null) continue;
      pipe.say([2, 'alive', 'Heartbeat', {}]);
      expect(pipe.take()).toEqual([[3, 'alive', expect.any(Object)]]);
      clock.step(5_000);
      expect(peer.openCallCount()).toBe(0);
    }
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});
