/** JSON Schema of one file in profiles/chargers. Unknown keys are refused: a misspelt trait must not pass for a default. */

const firmwareName = { type: ['string', 'null'], minLength: 1, maxLength: 50 } as const;

export const chargerProfileSchema = {
  $id: 'https://busbar.invalid/charger-profile.schema.json',
  title: 'Charger profile',
  type: 'object',
  additionalProperties: false,
  required: [
    'id',
    'vendor',
    'models',
    'firmware',
    'source',
    'tested',
    'leaseClass',
    'reactionMs',
    'believeMs',
    'stepMa',
    'rateUnit',
    'canPause',
    'dividesByPhases',
    'stackLevel',
    'answersPings',
    'notes',
  ],
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
    vendor: { type: 'string', minLength: 1, maxLength: 50 },
    models: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', minLength: 1, maxLength: 50 } },
    firmware: {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to'],
      properties: { from: firmwareName, to: firmwareName },
    },
    source: { type: 'string', minLength: 3 },
    tested: { enum: ['bench', 'simulator', 'none'] },
    leaseClass: { enum: ['A', 'B', 'C', 'unknown'] },
    // The floor is what IEC 61851-1 gives a car to follow its pilot; above two minutes a model is not controllable.
    reactionMs: { type: 'integer', minimum: 1_000, maximum: 120_000 },
    believeMs: { type: 'integer', minimum: 5_000, maximum: 600_000 },
    stepMa: { type: 'integer', minimum: 100, maximum: 16_000, multipleOf: 100 },
    rateUnit: { enum: ['A', 'W'] },
    canPause: { type: 'boolean' },
    dividesByPhases: { type: 'boolean' },
    stackLevel: { type: 'integer', minimum: 0, maximum: 100 },
    answersPings: { type: 'boolean' },
    notes: { type: 'array', items: { type: 'string', minLength: 3 } },
  },
} as const;
