import { describe, expect, it } from 'vitest';
import type { Quantity, RegisterOrder, RegisterType } from '#meters/quantity.ts';
import { decodeValue, wordsInHex } from '#meters/registers.ts';

const quantity = (type: RegisterType, rest: Partial<Quantity> = {}): Quantity => ({
  table: 'input',
  address: 0,
  type,
  order: 'ABCD',
  scale: 1,
  sign: 1,
  sentinels: [],
  ...rest,
});

const words = (hex: string): number[] => hex.split(' ').map(word => Number.parseInt(word, 16));

describe('a register holds what its type says', () => {
  it.each<[RegisterType, string, number]>([
    ['uint16', 'ffff', 65_535],
    ['int16', 'ffff', -1],
    ['int16', '8000', -32_768],
    ['uint32', 'ffff fffe', 4_294_967_294],
    ['int32', 'ffff fffe', -2],
    ['uint64', '0000 0001 0000 0000', 4_294_967_296],
    ['int64', 'ffff ffff ffff fff6', -10],
    ['float32', '4366 3334', 230.2],
    ['float32', '8000 0000', 0],
    // Sent by a real SDM72D-M: powers of L1 to L3, their total, imported kWh (node-modbus-serial, issue 509).
    ['float32', 'c3bc cdc2', -377.61],
    ['float32', 'c38b 06c2', -278.05],
    ['float32', '4286 5db5', 67.18],
    ['float32', 'c413 1e8b', -588.48],
    ['float32', '45ef b287', 7670.32],
    // Sent by a real SDM630: L1 volts, L2 amperes (volkszaehler/mbmd, issue 63, where 231.68 V stands beside it).
    ['float32', '4367 af55', 231.68],
    ['float32', '4088 fa31', 4.28],
  ])('%s %s is %d', (type, hex, value) => {
    const decoded = decodeValue(quantity(type), words(hex));
    expect(decoded).toEqual({ ok: true, value: expect.closeTo(value, 1) });
    expect(decoded.ok && Object.is(decoded.value, -0)).toBe(false);
  });

  it.each<[RegisterOrder, string]>([
    ['ABCD', '0102 0304'],
    ['CDAB', '0304 0102'],
    ['BADC', '0201 0403'],
    ['DCBA', '0403 0201'],
  ])('in order %s the words %s are 0x01020304', (order, hex) => {
    expect(decodeValue(quantity('uint32', { order }), words(hex))).toEqual({ ok: true, value: 0x01020304 });
  });

  it.each<[RegisterOrder, string]>([
    ['CDAB', '0607 0405 0203 0001'],
    ['BADC', '0100 0302 0504 0706'],
    ['DCBA', '0706 0504 0302 0100'],
  ])('in order %s the words %s are a 64-bit number', (order, hex) => {
    expect(decodeValue(quantity('uint64', { order }), words(hex))).toEqual({ ok: true, value: 0x0001020304050607 });
  });

  it('is scaled, and turned where the device counts export as positive', () => {
    const decoded = decodeValue(quantity('int16', { scale: 0.1, sign: -1 }), [250]);
    expect(decoded).toEqual({ ok: true, value: -25 });
  });
});

describe('a register that holds no value', () => {
  it.each<[string, Quantity, string, string]>([
    ['a NaN', quantity('float32'), '7fc0 0000', 'is not a number (NaN)'],
    ['an infinity', quantity('float32'), 'ff80 0000', 'is infinite'],
    ['the SunSpec int16 mark', quantity('int16', { sentinels: [0x8000n] }), '8000', 'is marked as not available'],
    [
      'a mark, whatever the word order',
      quantity('uint32', { sentinels: [0xffff0000n], order: 'CDAB' }),
      '0000 ffff',
      'is marked as not available',
    ],
  ])('%s is told apart', (_, each, hex, why) => {
    expect(decodeValue(each, words(hex))).toEqual({ ok: false, why });
  });
});

it('words are shown as a data sheet prints them', () => {
  expect(wordsInHex([0x4366, 0x0a])).toBe('4366 000a');
});
