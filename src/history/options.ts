/** What the configuration says of history: the section `history`, and what becomes of it. */

export type InfluxOptions = {
  /** Base address of an InfluxDB that takes the v1 write API: `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly database: string;
  /** Sent as `Authorization: Token …`; null sends none. */
  readonly token: string | null;
};

export type HistoryOptions = {
  /** Records older than this many days are removed every night. */
  readonly keepDays: number;
  readonly influx: InfluxOptions | null;
};

/** Where the configuration is silent: a quarter of a year on disk, nothing sent away. */
export const DEFAULT_HISTORY: HistoryOptions = { keepDays: 90, influx: null };

/** JSON Schema of the raw section `history`. */
export const historySchema = {
  type: 'object',
  description: 'What people look back at: samples of every connector and what happened on the site.',
  additionalProperties: false,
  properties: {
    keepDays: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      default: DEFAULT_HISTORY.keepDays,
      description: 'Days that samples and events are kept on this box.',
    },
    influx: {
      type: 'object',
      description: 'Also send connector samples to an InfluxDB (v1 write API).',
      additionalProperties: false,
      required: ['url', 'database'],
      properties: {
        url: {
          type: 'string',
          pattern: '^https?://[^\\s/]+',
          description: 'Address of the server, with http:// or https://.',
          examples: ['http://127.0.0.1:8086'],
        },
        database: { type: 'string', minLength: 1, description: 'Database (or bucket mapped to one) to write to.' },
        token: {
          type: 'string',
          minLength: 1,
          description:
            'Access token (InfluxDB 1: user:password), best taken from the environment or a file. Leave out where none is asked for.',
        },
      },
    },
  },
} as const;
