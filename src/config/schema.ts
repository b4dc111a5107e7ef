/** The JSON Schema of the whole site file, put together from each room's part. */
import { ocppSchema } from '#chargers/options.ts';
import { limitsSchema } from '#ems/options.ts';
import { historySchema } from '#history/options.ts';
import { metersSchema } from '#meters/options.ts';
import { upstreamSchema } from '#upstream/options.ts';
import { webSchema } from '#web/options.ts';
import { chargersSchema } from './charger-schema.ts';
import { circuitsSchema, commissioningSchema, leaseSchema, siteSchema, supplySchema } from './site-schema.ts';

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
    lease: leaseSchema,
    commissioning: commissioningSchema,
    circuits: circuitsSchema,
    meters: { ...metersSchema, default: [] },
    chargers: chargersSchema,
    ocpp: ocppSchema,
    web: webSchema,
    limits: limitsSchema,
    history: historySchema,
    upstream: upstreamSchema,
  },
  examples: [example],
} as const;

/** The same, as the walkers here read it. */
export const siteSchemaTree = siteFileSchema as unknown as Schema;
