/** The register dumps of test/cases/meters, and a meter's memory made of one. */
import { readdirSync, readFileSync } from 'node:fs';
import type { MeterReading } from '#site/state.ts';
import type { RegisterTable } from '#world.ts';

export type MeterCase = {
  readonly profile: string;
  readonly origin: 'constructed' | 'captured';
  readonly title: string;
  readonly note: string;
  /** By table, then by address: the words from there on, in hex. All other registers hold 0. */
  readonly registers: Partial<Record<RegisterTable, Readonly<Record<string, string>>>>;
  readonly expect: {
    readonly reading?: MeterReading;
    /** Part of the sentence that says why there is no reading. */
    readonly implausible?: string;
    /** Single quantities by name. */
    readonly values: Readonly<Record<string, number>>;
  };
};

const FOLDER = new URL('../cases/meters/', import.meta.url);

export const meterCases = (): readonly { readonly file: string; readonly case: MeterCase }[] =>
  readdirSync(FOLDER).map(file => ({ file, case: JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) }));

export function meterCase(file: string): MeterCase {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

/** `count` words of the dump from `address`. */
export function wordsAt(dump: MeterCase, table: RegisterTable, address: number, count: number): number[] {
  const memory = new Map<number, number>();
  for (const [from, hex] of Object.entries(dump.registers[table] ?? {})) {
    for (let word = 0; word * 4 < hex.length; word += 1) {
      memory.set(Number(from) + word, Number.parseInt(hex.slice(word * 4, word * 4 + 4), 16));
    }
  }
  return Array.from({ length: count }, (_, offset) => memory.get(address + offset) ?? 0);
}
