/** JSON Schema of a charger's entry: its feed, its sockets, what it can take; AC in amperes, DC in kilowatts. */
import { chargerAuthSchema, IDENTITY_PATTERN } from '#chargers/options.ts';
import { DC_DEFAULTS } from './dc.ts';

/** What one gateway was measured with is a thousand; the pass grows with this. */
const MAX_CHARGERS = 2_000;
/** Sockets of one charger, as OCPP numbers them from 1. */
const MAX_CONNECTORS = 8;
/** Above any socket of the megawatt system (CharIN MCS, 3.75 MW); a larger number is watts. */
const MAX_KW = 4_000;
/** No charger idles at more; a larger number is watts. */
const MAX_STANDBY_KW = 5;

const ratedA = { type: 'number', minimum: 6, maximum: 1000 } as const;
const ratedKw = { type: 'number', exclusiveMinimum: 0, maximum: MAX_KW } as const;

/** Numbers above the sockets that a site may have are a slip. */
const upstreamId = {
  type: 'integer',
  minimum: 1,
  maximum: MAX_CHARGERS * MAX_CONNECTORS,
  description:
    'Its number at the back office; proposed in the order of the file without one, kept once accepted there.',
} as const;

const connectorSchema = {
  type: 'object',
  required: ['connectorId'],
  additionalProperties: false,
  properties: {
    connectorId: { type: 'integer', minimum: 1, maximum: MAX_CONNECTORS, description: 'As the charger numbers it.' },
    name: { type: 'string', minLength: 1, maxLength: 80 },
    ratingA: { ...ratedA, description: "AC: the charger's rating without one." },
    ratingKw: { ...ratedKw, description: "DC: the charger's rating without one." },
    upstreamId,
  },
};

const acProperties = {
  ratingA: { ...ratedA, description: 'Rating of its feed, A per phase.', examples: [32] },
  phases: { enum: [1, 3], description: "Phases it is wired with; the supply's without one." },
  rotation: {
    enum: ['RST', 'RTS', 'SRT', 'STR', 'TRS', 'TSR', 'R', 'S', 'T'],
    description: "Grid phases on the charger's L1, L2, L3 (R = grid L1); one letter for a one-phase charger.",
  },
  minA: {
    type: 'number',
    minimum: 6,
    maximum: 80,
    description: 'The least it charges with, A per phase; 6 without one.',
  },
  fallbackA: {
    description: 'What a socket stands at when Busbar is silent: auto, 0, or amperes; auto without one.',
    oneOf: [
      { const: 'auto', description: 'auto' },
      { type: 'number', minimum: 0, maximum: 1000, description: 'amperes' },
    ],
  },
};

const dcProperties = {
  ratingKw: { ...ratedKw, description: 'The most it gives to cars, kW, all its sockets together.', examples: [50] },
  minKw: { ...ratedKw, description: 'The least it charges with, kW at the car, from its data sheet.', examples: [5] },
  standbyKw: {
    type: 'number',
    minimum: 0,
    maximum: MAX_STANDBY_KW,
    description: `What it takes while no car charges, kW; ${DC_DEFAULTS.standbyKw} without one.`,
  },
  efficiency: {
    type: 'number',
    minimum: 0.8,
    maximum: 1,
    description: `Share of what it takes that reaches the car: 0.94 is 94 %; ${DC_DEFAULTS.efficiency} without one.`,
  },
  powerFactor: {
    type: 'number',
    minimum: 0.8,
    maximum: 1,
    description: `Of its input; ${DC_DEFAULTS.powerFactor} without one.`,
  },
  fallbackKw: {
    description: 'What a DC socket stands at when Busbar is silent: auto, 0, or kW at the car; auto without one.',
    oneOf: [
      { const: 'auto', description: 'auto' },
      { type: 'number', minimum: 0, maximum: MAX_KW, description: 'kilowatts' },
    ],
  },
};

const properties = {
  identity: {
    type: 'string',
    pattern: IDENTITY_PATTERN,
    description: 'The last part of the address the charger connects to: 1 to 48 of A-Z a-z 0-9 * - _ = + | @ .',
    examples: ['CP01'],
  },
  name: { type: 'string', minLength: 1, maxLength: 80, description: 'For people; the identity without one.' },
  circuit: { type: 'string', description: 'Id of the circuit that feeds it.' },
  current: { enum: ['ac', 'dc'], default: 'ac', description: 'What it gives to cars.' },
  cableA: { ...ratedA, description: 'Rating of the cable to it, where lower.' },
  ...acProperties,
  ...dcProperties,
  profile: {
    type: 'string',
    minLength: 1,
    description: 'A file of profiles/chargers, without .json; else matched at its boot.',
  },
  writesPerDay: {
    description: "Limits that a socket's memory may be sent in a day for its flash to last; its profile's without one.",
    oneOf: [
      { const: 'unlimited', description: 'unlimited' },
      { type: 'integer', minimum: 10, maximum: 100_000, description: 'a number of 10 or more' },
    ],
  },
  connectors: {
    type: 'array',
    minItems: 1,
    maxItems: MAX_CONNECTORS,
    description: 'Its sockets; one socket, number 1, without this.',
    items: connectorSchema,
  },
  upstreamId,
  replaces: {
    type: 'string',
    pattern: IDENTITY_PATTERN,
    description: 'A charger that stood here before: its numbers at the back office go over to this one.',
  },
  ...chargerAuthSchema.properties,
};

const described = ({ description }: { readonly description: string }) => ({ description });

export const chargersSchema = {
  type: 'array',
  description: 'The chargers, one entry each.',
  maxItems: MAX_CHARGERS,
  items: {
    type: 'object',
    required: ['identity', 'circuit'],
    additionalProperties: false,
    properties,
    if: { properties: { current: { const: 'dc' } }, required: ['current'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: ['ratingKw', 'minKw'],
      properties: { ratingKw: described(dcProperties.ratingKw), minKw: described(dcProperties.minKw) },
    },
    else: { required: ['ratingA'], properties: { ratingA: described(acProperties.ratingA) } },
  },
};
