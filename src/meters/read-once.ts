/** `busbar meter read`: one meter, read once, shown so that an installer can compare it with the display. */
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { toA } from '#base/units.ts';
import type { MeterReading } from '#site/state.ts';
import type { BusOptions, World } from '#world.ts';
import { decodeReading } from './decode.ts';
import type { MeterProfile } from './profile.ts';
import { namedQuantities } from './quantity.ts';
import { type Block, planReads, wordsOf } from './read-plan.ts';
import { decodeValue, wordsInHex } from './registers.ts';

export type ReadOnce = {
  readonly profile: MeterProfile;
  readonly bus: BusOptions;
  readonly unit: number;
  readonly timeoutMs: number;
};

/** Reads every register the profile knows and answers a table as text, the decoded reading below it. */
export async function readMeterOnce(
  world: Pick<World, 'openBus' | 'clock'>,
  wanted: ReadOnce,
): Promise<Outcome<string>> {
  const bus = world.openBus(wanted.bus);
  const blocks = await readAll(world, bus, wanted);
  bus.close();
  return blocks.ok ? ok(describe(wanted, blocks.value)) : blocks;
}

async function readAll(
  { clock }: Pick<World, 'clock'>,
  bus: ReturnType<World['openBus']>,
  { profile, unit, timeoutMs }: ReadOnce,
): Promise<Outcome<readonly Block[]>> {
  const quantities = namedQuantities(profile.quantities).map(each => each.quantity);
  const connected = await bus.connect(timeoutMs);
  if (!connected.ok) return connected;
  const blocks: Block[] = [];
  for (const { table, address, count } of planReads(quantities, profile.device)) {
    if (blocks.length > 0) {
      await new Promise<void>(resolve => clock.after('pause between reads', profile.device.minPauseMs, resolve));
    }
    const answer = await bus.read({ unit, table, address, count }, timeoutMs);
    if (!answer.ok) return failed(answer.why, `${table} ${address} to ${address + count - 1}: ${answer.detail}`);
    blocks.push({ table, address, words: answer.value });
  }
  return ok(blocks);
}

function describe({ profile, unit }: ReadOnce, blocks: readonly Block[]): string {
  const rows = namedQuantities(profile.quantities).map(({ name, quantity }) => {
    const words = wordsOf(quantity, blocks);
    const register = `${quantity.table} ${quantity.address}`;
    if (words === null) return [name, register, '', 'is missing from the answer'];
    const value = decodeValue(quantity, words);
    return [name, register, wordsInHex(words), value.ok ? shown(value.value) : value.why];
  });
  const decoded = decodeReading(profile, blocks);
  const verdict = decoded.kind === 'reading' ? sentence(decoded.reading) : `implausible: ${decoded.detail}`;
  const heading = ['quantity', 'register', 'raw', 'value'];
  return [`${profile.vendor} ${profile.id}, unit ${unit}`, ...aligned([heading, ...rows]), verdict, ''].join('\n');
}

function sentence({ currentMa, powerW, voltageV }: MeterReading): string {
  const [l1, l2, l3] = currentMa.map(toA);
  const volts = voltageV === null ? '' : `, ${shown(voltageV)} V`;
  return `reading: L1 ${l1} A, L2 ${l2} A, L3 ${l3} A, ${shown(powerW)} W${volts} (import is positive)`;
}

const shown = (value: number): string => String(Number(value.toPrecision(7)));

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
