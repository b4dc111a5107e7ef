/** The JSON Schema of the whole site file, put together from each room's part. */
import { chargerAuthSchema, IDENTITY_PATTERN, ocppSchema } from '#chargers/options.ts';
import { limitsSchema } from '#ems/options.ts';
import { historySchema } from '#history/options.ts';
import { metersSchema } from '#meters/options.ts';
import { webSchema } from '#web/options.ts';
import {
  CHARGER_REQUIRED,
  CHARGERS_MAX,
  chargerWiringProperties,
  circuitsSchema,
  siteSchema,
  supplySchema,
} from './site-schema.ts';

/** As much of JSON Schema as the rooms' parts use. */
export type Schema = {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
};

const chargersSchema = {
  type: 'array',
  description: 'The chargers, one entry each.',
  maxItems: CHARGERS_MAX,
  items: {
    type: 'object',
    required: CHARGER_REQUIRED,
    additionalProperties: false,
    properties: {
      identity: {
        type: 'string',
        pattern: IDENTITY_PATTERN,
        description: 'The last part of the address the charger connects to: 1 to 48 of A-Z a-z 0-9 * - _ = + | @ .',
        examples: ['CP01'],
      },
      ...chargerWiringProperties,
      ...chargerAuthSchema.properties,
    },
  },
};

const example = {
  site: { name: 'Garage', timezone: 'Europe/Berlin' },
  circuits: [{ id: 'main', limits: [{ source: 'fuse', kind: 'hard', limitA: 63 }], designLoadA: 20, meter: 'grid' }],
  meters: [{ id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '192.0.2.10:502' } }],
  chargers: [{ identity: 'CP01', circuit: 'main', ratingA: 16, password: '!file secrets/cp01' }],
};

export const siteFileSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Busbar site',
  description: 'One site: its supply, its tree of circuits, its meters and its chargers.',
  type: 'object',
  required: ['site', 'circuits', 'chargers'],
  additionalProperties: false,
  properties: {
    site: siteSchema,
    supply: supplySchema,
    circuits: circuitsSchema,
    meters: { ...metersSchema, default: [] },
    chargers: chargersSchema,
    ocpp: ocppSchema,
    web: webSchema,
    limits: limitsSchema,
    history: historySchema,
  },
  examples: [example],
} as const;

/** The same, as the walkers here read it. */
export const siteSchemaTree = siteFileSchema as unknown as Schema;
