/** Sources that the configuration, the law or the back office own; nobody may write in their name. */
export const RESERVED_SOURCES: readonly string[] = ['fuse', 'contract', 'csms'];

/** Enough for every energy manager, grid operator and person of one site; each is a key in the state. */
const MAX_SOURCES = 16;

/** Raw section `limits`: who may lower limits from outside. Resolved into `Topology.limitSources`. */
export const limitsSchema = {
  type: 'object',
  description: 'Limits from outside: energy manager, grid operator, property manager. They can only lower.',
  additionalProperties: false,
  properties: {
    sources: {
      type: 'array',
      description: 'Names that may write to PUT /api/v1/limits/{source}.',
      maxItems: MAX_SOURCES,
      uniqueItems: true,
      default: [],
      items: {
        type: 'string',
        pattern: '^[a-z][a-z0-9-]{0,31}$',
        not: { enum: ['fuse', 'contract', 'csms'] },
      },
    },
  },
} as const;
