import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failed } from '#base/outcome.ts';
import { loadConfig } from '#config/load.ts';
import { devices, NOW_WALL_MS } from './devices.ts';

const example = readFileSync(fileURLToPath(new URL('../../config/site.example.yaml', import.meta.url)), 'utf8');
const lines = example.split('\n');

const load = (text: string) =>
  loadConfig({
    file: 'site.yaml',
    text,
    environment: {},
    readFile: path => failed('exception', `${path} is not there`),
    devices,
    nowWallMs: NOW_WALL_MS,
  });

/** Lines lost, doubled, shifted, or with a piece of another one inside. */
const damage = fc.array(
  fc.record({
    line: fc.nat(lines.length - 1),
    how: fc.constantFrom('lose', 'double', 'shift', 'mix', 'empty'),
    other: fc.nat(lines.length - 1),
  }),
  { minLength: 1, maxLength: 4 },
);

function damaged(wounds: readonly { line: number; how: string; other: number }[]): string {
  const out = [...lines];
  for (const { line, how, other } of wounds) {
    const text = out[line] ?? '';
    if (how === 'lose') out[line] = '';
    if (how === 'double') out[line] = `${text}\n${text}`;
    if (how === 'shift') out[line] = ` ${text}`;
    if (how === 'mix') out[line] = `${text.slice(0, text.length / 2)}${(lines[other] ?? '').trim()}`;
    if (how === 'empty') out[line] = text.replace(/:.*/, ':');
  }
  return out.join('\n');
}

test('a damaged file is told by line and column or still understood, and never breaks the reader', () => {
  fc.assert(
    fc.property(damage, wounds => {
      const text = damaged(wounds);
      const { problems, config } = load(text);
      expect(problems.length > 0 || config !== null).toBe(true);
      for (const { line, column, message } of problems) {
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(Math.min(line, column, message.length)).toBeGreaterThan(0);
      }
    }),
    { seed: 2, numRuns: 400 },
  );
});

test('any text at all is told, not thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{}:-*&!?|>%@`"\'# \n\tab0'), maxLength: 60 }), text => {
      expect(load(text).problems.length).toBeGreaterThan(0);
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test('absurd nesting is told, not thrown', () => {
  for (const text of [
    '['.repeat(50_000),
    `${'[ '.repeat(500)}${'] '.repeat(500)}`,
    `${'{a: '.repeat(900)}1${'}'.repeat(900)}`,
  ]) {
    expect(load(text).problems.length).toBeGreaterThan(0);
  }
});
