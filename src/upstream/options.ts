/** What the upstream room is told: resolved options, and the raw section of the configuration they come from. */
import { X509Certificate } from 'node:crypto';

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
  /** Certificates in PEM that alone may vouch for it; null = the CAs of this machine. */
  readonly ca: string | null;
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
  readonly ca?: string;
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
      description:
        'HTTP Basic, with the identity as user; better from the environment or a file. The back office may give another one later; a change here wins again.',
    },
    ca: {
      type: 'string',
      minLength: 1,
      description:
        'For wss: the certificates (PEM) that alone may vouch for the back office. Without it, the CAs of this machine count.',
      examples: ['!file csms-ca.pem'],
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
  const { url, identity, password = null, ca = null, whoMayCharge, knownTokens, messagesPerS, resetScope } = raw;
  const isNamed = url !== undefined && identity !== undefined;
  const station = isNamed ? { url, identity, password, ca, messagesPerS, resetScope } : null;
  return { station, whoMayCharge: whoMayCharge ?? (station === null ? 'everyone' : 'known'), knownTokens };
}

/** What no single key of the section can say. */
export function upstreamProblems({ url, identity, ca, whoMayCharge }: Partial<RawUpstream>) {
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
    ...(ca === undefined ? [] : caProblems(ca, url)),
  ];
}

const needs = (path: string, message: string, hint: string) => ({ path: `upstream.${path}`, message, hint });

/** A faulty certificate is found here, not at the first dial. */
function caProblems(ca: string, url: string | undefined) {
  const blocks = ca.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const faulty = blocks.findIndex(block => !isCertificate(block));
  const hint = 'a PEM file of its operator: ca: "!file csms-ca.pem"';
  if (/PRIVATE KEY/.test(ca)) return [needs('ca', 'has a private key in it', 'certificates only')];
  if (blocks.length === 0) return [needs('ca', 'has no certificate in it', hint)];
  if (faulty >= 0) return [needs('ca', `certificate ${faulty + 1} of it cannot be read`, hint)];
  return url?.startsWith('ws:') ? [needs('ca', 'only wss has certificates', 'write upstream.url with wss://')] : [];
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
