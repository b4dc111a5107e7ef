import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type MeterOptions, meterOptions, meterProblems, metersSchema, tcpAddress } from '#meters/options.ts';

const valid = new Ajv({ allErrors: true, strict: true }).compile(metersSchema);

describe('the section meters', () => {
  it.each<[string, unknown]>([
    [
      'a TCP meter',
      { id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '127.0.0.1:502' }, unit: 1, intervalMs: 1000 },
    ],
    ['the least that is needed', { id: 'g', profile: 'p', bus: { tcp: 'meter.local' } }],
    [
      'a serial meter',
      { id: 'g', profile: 'p', bus: { serial: '/dev/ttyUSB0', baudRate: 19200, parity: 'even', stopBits: 1 } },
    ],
  ])('takes %s', (_, entry) => {
    expect(valid([entry])).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no bus', { id: 'g', profile: 'p' }],
    ['two buses at once', { id: 'g', profile: 'p', bus: { tcp: 'a:1', serial: '/dev/ttyUSB0' } }],
    ['a port that cannot be', { id: 'g', profile: 'p', bus: { tcp: 'a:65536' } }],
    ['an address with a path', { id: 'g', profile: 'p', bus: { tcp: 'http://a/' } }],
    ['a speed of no serial line', { id: 'g', profile: 'p', bus: { serial: '/dev/x', baudRate: 9601 } }],
    ['an interval that no bus can keep', { id: 'g', profile: 'p', bus: { tcp: 'a' }, intervalMs: 10 }],
    ['an unknown key', { id: 'g', profile: 'p', bus: { tcp: 'a' }, colour: 'grey' }],
  ])('refuses %s', (_, entry) => {
    expect(valid([entry])).toBe(false);
  });

  it('fills in what was left out', () => {
    expect(meterOptions({ id: 'g', profile: 'p', bus: { tcp: 'box' } }, 3)).toEqual({
      index: 3,
      id: 'g',
      profile: 'p',
      bus: { kind: 'tcp', host: 'box', port: 502 },
      unit: 1,
      intervalMs: 1000,
      timeoutMs: 800,
    });
    expect(meterOptions({ id: 'g', profile: 'p', bus: { serial: '/dev/ttyS0' } }, 0).bus).toEqual({
      kind: 'rtu',
      path: '/dev/ttyS0',
      baudRate: 9600,
      parity: 'none',
      stopBits: 1,
    });
  });
});

describe('an address', () => {
  it.each<[string, ReturnType<typeof tcpAddress>]>([
    ['10.0.0.7:1502', { host: '10.0.0.7', port: 1502 }],
    ['meter.local', { host: 'meter.local', port: 502 }],
    ['[fe80::1]:502', { host: 'fe80::1', port: 502 }],
    ['a:0', null],
    ['a:99999', null],
    ['', null],
    [':502', null],
  ])('%s', (text, address) => {
    expect(tcpAddress(text)).toEqual(address);
  });
});

describe('rules between meters', () => {
  const meter = (id: string, unit: number, baudRate: number): MeterOptions => ({
    ...meterOptions({ id, profile: 'p', bus: { serial: '/dev/ttyUSB0', baudRate }, unit }, 0),
  });

  it('meters of one line with units and one speed are well', () => {
    expect(meterProblems([meter('a', 1, 9600), meter('b', 247, 9600)])).toEqual([]);
  });

  it('a taken name, a unit that a serial line does not have and a second speed are told at once', () => {
    const problems = meterProblems([meter('a', 0, 9600), meter('a', 248, 19_200)]);
    expect(problems.map(each => each.path)).toEqual(['meters.0.unit', 'meters.1.id', 'meters.1.unit', 'meters.1.bus']);
  });
});
