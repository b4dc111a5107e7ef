/** JSON Schema of the electrical sections: `site`, `supply`, `circuits` and the wiring of a charger. */

/** Above any main fuse that feeds chargers directly; a larger number is milliamperes or a slip of the hand. */
const MAX_A = 10_000;
const MAX_W = 10_000_000;
/** Nodes of one tree; every pass walks them all. */
const MAX_CIRCUITS = 500;
/** What one gateway was measured with is a thousand; the pass grows with this. */
const MAX_CHARGERS = 2_000;
/** Sockets of one charger, as OCPP numbers them from 1. */
const MAX_CONNECTORS = 8;

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

const connectorSchema = {
  type: 'object',
  required: ['connectorId'],
  additionalProperties: false,
  properties: {
    connectorId: { type: 'integer', minimum: 1, maximum: MAX_CONNECTORS, description: 'As the charger numbers it.' },
    name: { type: 'string', minLength: 1, maxLength: 80 },
    ratingA: { type: 'number', minimum: 6, maximum: 1000, description: "The charger's rating without one." },
  },
};

/** The wiring part of a charger's entry; `schema.ts` adds how it proves who it is. */
export const chargerWiringProperties = {
  name: { type: 'string', minLength: 1, maxLength: 80, description: 'For people; the identity without one.' },
  circuit: { type: 'string', description: 'Id of the circuit that feeds it.' },
  ratingA: {
    type: 'number',
    minimum: 6,
    maximum: 1000,
    description: 'Rating of its feed, A per phase.',
    examples: [32],
  },
  cableA: { type: 'number', minimum: 6, maximum: 1000, description: 'Rating of the cable to it, where lower.' },
  phases: { enum: [1, 3], description: "Phases it is wired with; the supply's without one." },
  rotation: {
    enum: ['RST', 'RTS', 'SRT', 'STR', 'TRS', 'TSR', 'R', 'S', 'T'],
    description: "Grid phases on the charger's L1, L2, L3 (R = grid L1); one letter for a one-phase charger.",
  },
  minA: {
    type: 'number',
    minimum: 6,
    maximum: 80,
    default: 6,
    description: 'The least it charges with, A per phase; 6 unless its maker says more.',
  },
  current: { enum: ['ac', 'dc'], default: 'ac' },
  profile: {
    type: 'string',
    minLength: 1,
    description: 'A file of profiles/chargers, without .json; else matched at its boot.',
  },
  fallbackA: {
    description: 'What a socket stands at when Busbar is silent: auto, 0, or amperes.',
    default: 'auto',
    oneOf: [
      { const: 'auto', description: 'auto' },
      { type: 'number', minimum: 0, maximum: 1000, description: 'amperes' },
    ],
  },
  connectors: {
    type: 'array',
    minItems: 1,
    maxItems: MAX_CONNECTORS,
    description: 'Its sockets; one socket, number 1, without this.',
    items: connectorSchema,
  },
};

export const CHARGER_REQUIRED = ['identity', 'circuit', 'ratingA'] as const;
export const CHARGERS_MAX = MAX_CHARGERS;
