/** Every file of test/cases/ocpp/v16 is one case; adding a file adds a case. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Codec, Decoded, Dialect, Manner } from '#ocpp/dialect.ts';
import { dialectFor } from '#ocpp/dialects.ts';
import { ACTIONS_16 } from '#ocpp/schema.ts';

type Half = { readonly payload: object; readonly neutral: { kind: string }; readonly lossless: boolean };

type Case = {
  readonly title: string;
  readonly action: string;
  /** `report`: station to CSMS; `command`: CSMS to station. The reply goes the other way. */
  readonly direction: 'report' | 'command';
  /** How the receiver takes the request; by default reports leniently, commands strictly; a reply the other way. */
  readonly manner?: Manner;
  /** Fields that had to be mended; 0 if not said. */
  readonly mended?: number;
  /** The code (2.0.1 spelling) a wrong payload is refused with; then there is no neutral form. */
  readonly refused?: string;
  readonly reply?: Half;
} & Half;

const folder = new URL('../cases/ocpp/v16/', import.meta.url);
const cases = readdirSync(folder)
  .filter(name => name.endsWith('.json'))
  .map(name => ({ name, case: JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Case }));
const dialect = dialectFor('ocpp1.6') as Dialect;

/** Payloads may be changed by decoding. */
const copyOf = <T>(value: T): T => structuredClone(value);

// biome-ignore lint/suspicious/noExplicitAny: one runner for both directions
const codecOf = (direction: Case['direction']): Codec<any, any> =>
  direction === 'report' ? dialect.reports : dialect.commands;

function understood<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(`${decoded.code}: ${decoded.detail}`);
  return decoded.value;
}

describe.each(cases)('$name: $case.title', ({ case: one }) => {
  const codec = codecOf(one.direction);
  const manner = one.manner ?? (one.direction === 'report' ? 'lenient' : 'strict');

  if (one.refused !== undefined) {
    test('is refused', () => {
      expect(codec.decode(one.action, copyOf(one.payload), manner)).toMatchObject({ ok: false, code: one.refused });
    });
    return;
  }

  test('is understood', () => {
    const decoded = codec.decode(one.action, copyOf(one.payload), manner);
    expect(decoded).toEqual({ ok: true, value: one.neutral, mended: one.mended ?? 0 });
  });

  if (one.lossless)
    test('is said the same way', () => {
      expect(codec.encode(one.neutral)).toEqual({ ok: true, value: { action: one.action, payload: one.payload } });
    });

  const reply = one.reply;
  if (reply === undefined) return;

  test('its reply is understood', () => {
    const manner = reply.lossless ? 'strict' : 'lenient';
    expect(understood(codec.decodeReply(one.neutral, copyOf(reply.payload), manner))).toEqual(reply.neutral);
  });

  if (reply.lossless)
    test('its reply is said the same way, and fits the schema', () => {
      expect(codec.encodeReply(one.neutral, reply.neutral)).toEqual(reply.payload);
      expect(ACTIONS_16.get(one.action)?.response.check(reply.payload)).toBeNull();
    });
});

test('every action of 1.6 and its security extension that we know has a case with a reply', () => {
  const told = new Set(cases.filter(one => one.case.reply !== undefined).map(one => one.case.action));
  const wanted = [...ACTIONS_16.keys()].filter(
    action => dialect.reports.knows(action) || dialect.commands.knows(action),
  );
  expect(wanted.filter(action => !told.has(action))).toEqual([]);
  // All but what only a station with certificates says: SecurityEventNotification and SignCertificate.
  expect(wanted).toHaveLength(37);
  const both = cases.filter(one => one.case.action === 'DataTransfer').map(one => one.case.direction);
  expect(both.sort()).toEqual(['command', 'report']);
});
