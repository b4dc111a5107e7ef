/** What the upstream room is told: resolved options, and the raw section of the configuration they come from. */

/** The rule for who may charge while the back office does not decide. */
export type WhoMayCharge = 'everyone' | 'known' | 'csms';

/** Which chargers a Reset from above means, since it names none: those in trouble, those without a session, or all. */
export type ResetScope = 'stuck' | 'idle' | 'all';

/** The one station that Busbar is to a back office. */
export type StationOptions = {
  /** Endpoint without the identity: ws or wss. */
  readonly url: string;
  readonly identity: string;
  /** HTTP Basic, the identity as user; null = none is sent. */
  readonly password: string | null;
  /** The pace of what waits, after a boot or a new link. */
  readonly messagesPerS: number;
  readonly resetScope: ResetScope;
};

export type UpstreamOptions = {
  /** Null: there is no back office. */
  readonly station: StationOptions | null;
  readonly whoMayCharge: WhoMayCharge;
  /** Cards that may charge without asking anyone, as written. */
  readonly knownTokens: readonly string[];
};

export type RawUpstream = {
  readonly url?: string;
  readonly identity?: string;
  readonly password?: string;
  readonly whoMayCharge?: WhoMayCharge;
  readonly knownTokens: readonly string[];
  readonly messagesPerS: number;
  readonly resetScope: ResetScope;
};

/** OCPP 1.6: an idTag has at most 20 characters. */
const TOKEN_LENGTH = 20;
/** Staff and tenants of one site; a fleet's cards belong to the back office. */
const MAX_TOKENS = 2_000;
/**
 * A full back office of today took one station with 34 connectors at five messages a second, and lost its database
 * pool when two sent the same unpaced.
 */
const DEFAULT_PER_S = 5;
/** The timer knows nothing finer. */
const MAX_PER_S = 1_000;

/** JSON Schema of the section `upstream`. */
export const upstreamSchema = {
  type: 'object',
  description: 'The back office (OCPP 1.6J). Busbar is one charging station to it. Without `url` there is none.',
  additionalProperties: false,
  properties: {
    url: {
      type: 'string',
      pattern: '^wss?://[^\\s?#]+$',
      description: 'Its endpoint without the station’s identity: wss://csms.example/ocpp.',
      examples: ['wss://csms.example/ocpp'],
    },
    identity: {
      type: 'string',
      // As a charger’s own: the identifierString of OCPP 2.0.1 without the colon, at most 48 characters.
      pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,48}$',
      description: 'The name of this station at the back office.',
    },
    password: {
      type: 'string',
      minLength: 1,
      description: 'HTTP Basic, with the identity as user; better from the environment or a file.',
    },
    whoMayCharge: {
      enum: ['everyone', 'known', 'csms'],
      description:
        'Who may charge when the back office does not answer within 4 s. known (default with a url): knownTokens, and who the back office accepted in the last 30 days. csms: only who stands on its local list. everyone: default without a url.',
    },
    knownTokens: {
      type: 'array',
      description: 'Cards that may charge without asking the back office when it is away.',
      maxItems: MAX_TOKENS,
      uniqueItems: true,
      default: [],
      items: { type: 'string', minLength: 1, maxLength: TOKEN_LENGTH },
    },
    messagesPerS: {
      type: 'integer',
      minimum: 1,
      maximum: MAX_PER_S,
      default: DEFAULT_PER_S,
      description: 'How fast what waited is sent after a start or an outage. More only where the back office bears it.',
    },
    resetScope: {
      enum: ['stuck', 'idle', 'all'],
      default: 'stuck',
      description:
        'Which chargers a Reset of the back office resets, one after the other. stuck: those without a session that are faulted, do not answer or never told their status. idle: all without a session. all: every one; sessions end.',
    },
  },
} as const;

/** A section that has passed its checks, resolved. */
export function upstreamOptions(raw: RawUpstream): UpstreamOptions {
  const { url, identity, password = null, whoMayCharge, knownTokens, messagesPerS, resetScope } = raw;
  const isNamed = url !== undefined && identity !== undefined;
  const station = isNamed ? { url, identity, password, messagesPerS, resetScope } : null;
  return { station, whoMayCharge: whoMayCharge ?? (station === null ? 'everyone' : 'known'), knownTokens };
}

/** What no single key of the section can say. */
export function upstreamProblems({ url, identity, whoMayCharge }: Partial<RawUpstream>) {
  const needs = (path: string, message: string, hint: string) => ({ path: `upstream.${path}`, message, hint });
  const without = url === undefined;
  return [
    ...(!without && identity === undefined
      ? [needs('url', 'a back office must know this station by a name', 'add upstream.identity')]
      : []),
    ...(without && identity !== undefined
      ? [needs('identity', 'is said to nobody without a url', 'add upstream.url')]
      : []),
    ...(without && whoMayCharge === 'csms'
      ? [needs('whoMayCharge', 'without a back office nobody could charge', 'everyone or known, or add upstream.url')]
      : []),
  ];
}
