/** JSON Schema of the sections `site`, `supply` and `circuits`, and of what holds when Busbar is silent. */
import { PRESETS, STRICT_TTL_S, TTL_MAX_S, TTL_MIN_S } from './lease.ts';

/** Above any main fuse that feeds chargers directly; a larger number is milliamperes or a slip of the hand. */
const MAX_A = 10_000;
const MAX_W = 10_000_000;
/** Nodes of one tree; every pass walks them all. */
const MAX_CIRCUITS = 500;

/** An id that also works in a URL, a file name and an environment variable. */
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$';

const ampsValue = { type: 'number', minimum: 0, maximum: MAX_A } as const;

const amps = (description: string, rest: object = {}) => ({
  description,
  oneOf: [
    { ...ampsValue, description: 'amperes on each phase' },
    {
      type: 'object',
      description: 'amperes per phase: {l1, l2, l3}',
      required: ['l1'],
      additionalProperties: false,
      properties: { l1: ampsValue, l2: ampsValue, l3: ampsValue },
    },
  ],
  ...rest,
});

export const siteSchema = {
  type: 'object',
  description: 'What the site is called and where it stands.',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80, examples: ['Garage'] },
    timezone: {
      type: 'string',
      default: 'UTC',
      description: 'IANA time zone, for records and schedules.',
      examples: ['Europe/Berlin'],
    },
    preset: {
      enum: PRESETS,
      default: 'standard',
      description: `strict: a charger keeps a current by itself for at most ${STRICT_TTL_S} s (UK G100, UL PCS).`,
    },
  },
};

export const leaseSchema = {
  type: 'object',
  description: 'How long a charger keeps a current by itself once it no longer hears from Busbar.',
  additionalProperties: false,
  properties: {
    ttlS: {
      type: 'integer',
      minimum: TTL_MIN_S,
      maximum: TTL_MAX_S,
      description: `Seconds; ${TTL_MAX_S} without one, ${STRICT_TTL_S} at most under preset: strict.`,
      examples: [60],
    },
  },
};

export const commissioningSchema = {
  type: 'object',
  description:
    'While it is open, a connected charger that nobody proved yet counts at its fallback, not at its rating.',
  required: ['until'],
  additionalProperties: false,
  properties: {
    until: {
      type: 'string',
      description: 'Last day, or the instant it ends; at most 14 days ahead. Without a zone: site.timezone.',
      examples: ['2026-03-20', '2026-03-20T18:00', '2026-03-20T18:00:00Z'],
    },
  },
};

export const supplySchema = {
  type: 'object',
  description: 'How the grid arrives.',
  additionalProperties: false,
  properties: {
    phases: { enum: [1, 3], default: 3, description: 'Phases of the supply.' },
    nominalV: { type: 'number', minimum: 100, maximum: 260, default: 230, description: 'Volts, phase to neutral.' },
  },
};

const limitSchema = {
  type: 'object',
  description: 'One limit of this circuit, in A per phase, in W over all phases, or both.',
  required: ['source', 'kind'],
  anyOf: [{ required: ['limitA'] }, { required: ['limitW'] }],
  additionalProperties: false,
  properties: {
    source: {
      enum: ['fuse', 'cable', 'contract', 'grid', 'cap'],
      description: 'Who wants it; shown beside the current it allows.',
    },
    kind: {
      enum: ['hard', 'live'],
      description:
        'hard holds even when Busbar is dead (fuse, cable, grid import); live while it runs (contract, cap).',
    },
    limitA: amps('Limit in A: one number for each phase, or {l1, l2, l3}.', { examples: [160] }),
    limitW: {
      type: 'number',
      minimum: 0,
      maximum: MAX_W,
      description: 'Limit in W over all phases.',
      examples: [80000],
    },
    evOnly: { type: 'boolean', default: false, description: 'true: counts what cars draw, nothing else.' },
  },
};

export const circuitsSchema = {
  type: 'array',
  title: 'Circuits',
  description: 'The tree of fuses. Exactly one has no parent.',
  minItems: 1,
  maxItems: MAX_CIRCUITS,
  items: {
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    properties: {
      id: {
        type: 'string',
        pattern: ID_PATTERN,
        description: 'Letters, digits, - and _; at most 40.',
        examples: ['main'],
      },
      name: { type: 'string', minLength: 1, maxLength: 80, description: 'For people; the id without one.' },
      parent: { type: 'string', description: 'Id of the circuit that feeds this one. The root has none.' },
      limits: { type: 'array', default: [], maxItems: 16, items: limitSchema },
      designLoadA: amps(
        'The most the building (not the cars) draws below this node; needed unless every limit here is evOnly.',
        { examples: [40] },
      ),
      reservedA: amps("Another controller's share of this node.", { default: 0 }),
      marginA: { ...ampsValue, description: 'Kept free per phase; max(1 A, 2 % of the limit) without one.' },
      meter: { type: 'string', description: 'Id of the guard meter that measures everything below this node.' },
      failSafeA: amps(
        'All cars below together while the guard meter is silent; limit − margin − designLoadA without one.',
      ),
    },
  },
};
