/** Measured values in a meter's registers: where they lie and how they are written. */
import type { RegisterTable } from '#world.ts';

export type RegisterType = 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float32';

/**
 * Where the highest byte lies. ABCD: highest word first, highest byte first (the Modbus way); CDAB: lowest
 * word first; BADC: bytes of each word swapped; DCBA: both. 64-bit values follow the same two choices.
 */
export type RegisterOrder = 'ABCD' | 'CDAB' | 'BADC' | 'DCBA';

/** One measured value in the registers. */
export type Quantity = {
  readonly table: RegisterTable;
  /** As on the wire, from 0. */
  readonly address: number;
  readonly type: RegisterType;
  readonly order: RegisterOrder;
  /** Register × scale = A, V, W, Wh or Hz. */
  readonly scale: number;
  /** -1 where the device counts export as positive. */
  readonly sign: 1 | -1;
  /** Raw patterns that mean "not available", as unsigned integers, highest byte first. */
  readonly sentinels: readonly bigint[];
};

export type PhaseName = 'l1' | 'l2' | 'l3';
export const PHASES: readonly PhaseName[] = ['l1', 'l2', 'l3'];

export type PhaseQuantities = Readonly<Record<PhaseName, Quantity>>;

export type Quantities = {
  readonly currentA: PhaseQuantities;
  readonly voltageV: PhaseQuantities | null;
  readonly powerW: PhaseQuantities | null;
  readonly totalPowerW: Quantity | null;
  readonly importWh: Quantity | null;
  readonly exportWh: Quantity | null;
  readonly frequencyHz: Quantity | null;
};

/** How many 16-bit registers a type takes. */
export function registersOf(type: RegisterType): 1 | 2 | 4 {
  if (type === 'int16' || type === 'uint16') return 1;
  return type === 'int64' || type === 'uint64' ? 4 : 2;
}

/** Every quantity of the profile with its name, in the order of the file's sections. */
export function namedQuantities(
  quantities: Quantities,
): readonly { readonly name: string; readonly quantity: Quantity }[] {
  const named: { name: string; quantity: Quantity }[] = [];
  for (const section of ['currentA', 'voltageV', 'powerW'] as const) {
    const phases = quantities[section];
    if (phases !== null) named.push(...PHASES.map(phase => ({ name: `${section}.${phase}`, quantity: phases[phase] })));
  }
  const single = {
    'powerW.total': quantities.totalPowerW,
    'energyWh.import': quantities.importWh,
    'energyWh.export': quantities.exportWh,
    frequencyHz: quantities.frequencyHz,
  };
  for (const [name, quantity] of Object.entries(single)) if (quantity !== null) named.push({ name, quantity });
  return named;
}
