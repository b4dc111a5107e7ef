/** JSON Schema of a file of profiles/meters, and the shape of a file that it lets pass. */
import type { RegisterTable } from '#world.ts';
import type { MeterProfile } from './profile.ts';
import type { PhaseName, RegisterOrder, RegisterType } from './quantity.ts';

export type RawQuantity = {
  readonly address: number;
  readonly table?: RegisterTable;
  readonly type?: RegisterType;
  readonly order?: RegisterOrder;
  readonly scale?: number;
  readonly sign?: 1 | -1;
  readonly sentinels?: readonly string[];
};

type RawPhases = Readonly<Record<PhaseName, RawQuantity>>;

export type RawProfile = Pick<
  MeterProfile,
  'id' | 'vendor' | 'model' | 'source' | 'origin' | 'currentSign' | 'maxCurrentA'
> & {
  readonly device: {
    readonly maxRegistersPerRead: number;
    readonly maxGap: number;
    readonly minPauseMs: number;
    readonly holes?: readonly { readonly table: RegisterTable; readonly from: number; readonly to: number }[];
  };
  readonly registers: Required<Pick<RawQuantity, 'table' | 'type' | 'order'>>;
  readonly quantities: {
    readonly currentA: RawPhases;
    readonly voltageV?: RawPhases;
    readonly powerW?: Partial<RawPhases> & { readonly total?: RawQuantity };
    readonly energyWh?: { readonly import?: RawQuantity; readonly export?: RawQuantity };
    readonly frequencyHz?: RawQuantity;
  };
};

const table = { enum: ['holding', 'input'] };
const type = { enum: ['int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32'] };
const order = { enum: ['ABCD', 'CDAB', 'BADC', 'DCBA'] };
const address = { type: 'integer', minimum: 0, maximum: 65_535 };
const text = { type: 'string', minLength: 1 };

const closed = (required: readonly string[], properties: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});

const quantity = closed(['address'], {
  address,
  table,
  type,
  order,
  scale: { type: 'number', exclusiveMinimum: 0, default: 1 },
  sign: { enum: [1, -1], default: 1 },
  sentinels: {
    type: 'array',
    description: 'Raw patterns that mean "not available", four hex digits for each register, highest byte first.',
    items: { type: 'string', pattern: '^0x([0-9A-Fa-f]{4}){1,4}$' },
  },
});

const perPhase = { l1: quantity, l2: quantity, l3: quantity };
const phases = closed(['l1', 'l2', 'l3'], perPhase);

export const profileSchema = closed(
  ['id', 'vendor', 'model', 'source', 'origin', 'currentSign', 'maxCurrentA', 'device', 'registers', 'quantities'],
  {
    id: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
    vendor: text,
    model: text,
    source: closed(['document', 'revision', 'section'], { document: text, revision: text, section: text }),
    origin: { enum: ['data-sheet', 'device'] },
    notes: { type: 'array', items: text },
    currentSign: { enum: ['own', 'from-power', 'none'] },
    maxCurrentA: { type: 'number', exclusiveMinimum: 0, maximum: 100_000 },
    device: closed(['maxRegistersPerRead', 'maxGap', 'minPauseMs'], {
      maxRegistersPerRead: { type: 'integer', minimum: 1, maximum: 125 },
      maxGap: { type: 'integer', minimum: 0, maximum: 124 },
      minPauseMs: { type: 'integer', minimum: 0, maximum: 1000 },
      holes: { type: 'array', items: closed(['table', 'from', 'to'], { table, from: address, to: address }) },
    }),
    registers: closed(['table', 'type', 'order'], { table, type, order }),
    quantities: closed(['currentA'], {
      currentA: phases,
      voltageV: phases,
      powerW: { ...closed([], { ...perPhase, total: quantity }), minProperties: 1 },
      energyWh: closed([], { import: quantity, export: quantity }),
      frequencyHz: quantity,
    }),
  },
);
