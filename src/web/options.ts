/** What the web room needs of the configuration. */
export type WebOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Bearer token that writes must carry; null = no writes. */
  readonly token: string | null;
};

/** Raw section `web`. */
export const webSchema = {
  type: 'object',
  description: 'Dashboard and API.',
  additionalProperties: false,
  properties: {
    host: {
      type: 'string',
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on; 127.0.0.1 keeps it on this machine.',
    },
    port: { type: 'integer', minimum: 0, maximum: 65535, default: 8080, description: '0 takes a free port.' },
    token: {
      type: 'string',
      minLength: 1,
      description:
        'Bearer token for writes, best taken from an environment variable. Without one nothing can be written.',
    },
  },
} as const;
