/** What the charger door is told: resolved options, and the raw sections of the configuration they come from. */

/** How a charger proves who it is. `address` is an IP literal; its form does not matter. */
export type ChargerAuth =
  | { readonly kind: 'basic'; readonly password: string }
  | { readonly kind: 'none'; readonly address: string };

export type ChargerDoorOptions = {
  /** Index of the charger in the topology. */
  readonly index: number;
  readonly identity: string;
  readonly auth: ChargerAuth;
};

export type ChargersOptions = {
  readonly host: string;
  readonly port: number;
  readonly chargers: readonly ChargerDoorOptions[];
};

export const DEFAULT_OCPP_HOST = '0.0.0.0';
export const DEFAULT_OCPP_PORT = 8887;

/**
 * What a charger may call itself, as a regular expression: the identifierString of OCPP 2.0.1
 * (part 2, "primitive datatypes") without the colon, which HTTP Basic keeps for itself; at most 48 characters.
 */
export const IDENTITY_PATTERN = '^[A-Za-z0-9*\\-_=+|@.]{1,48}$';

/** JSON Schema of the section `ocpp`. */
export const ocppSchema = {
  type: 'object',
  description: 'Where chargers connect: ws://HOST:PORT/ocpp/<identity>.',
  additionalProperties: false,
  properties: {
    host: { type: 'string', minLength: 1, default: DEFAULT_OCPP_HOST, description: 'Address to listen on.' },
    port: {
      type: 'integer',
      minimum: 0,
      maximum: 65535,
      default: DEFAULT_OCPP_PORT,
      description: 'TCP port; 0 takes any free one.',
    },
  },
} as const;

/** JSON Schema of the part of a charger's entry that says how it proves who it is. */
export const chargerAuthSchema = {
  type: 'object',
  properties: {
    auth: {
      enum: ['basic', 'none'],
      default: 'basic',
      description: 'basic: HTTP Basic with the identity as user. none: no password, only from `address`.',
    },
    password: {
      type: 'string',
      minLength: 1,
      description: "The charger's AuthorizationKey, as text or as hex digits; better from the environment or a file.",
    },
    address: { type: 'string', minLength: 2, description: 'With auth: none, the only IP address it may come from.' },
  },
} as const;
