/**
 * Why there is no link to the back office, told apart for people: what happened, and what to do about it. One table;
 * the first row that fits speaks. Pure.
 */
import type { Failure } from '#base/outcome.ts';

export type Away = {
  /** One word for scripts; empty when the back office is there. */
  readonly cause: string;
  /** In words, as the end of a sentence; empty when it is there. */
  readonly why: string;
  /** Whole sentences; empty where waiting is all there is to do. */
  readonly whatToDo: string;
};

/** A dial that came to nothing. */
export type FailedDial = {
  readonly failure: Failure;
  /** As the world put it: an HTTP status, the name of a system or TLS error, a timeout. */
  readonly detail: string;
  readonly url: string;
  /** What this box takes for the time. */
  readonly nowWallMs: number;
};

/** A row's words, where they need the dial. */
type Words = string | ((dial: FailedDial) => string);

type Row = {
  readonly cause: string;
  /** Looked for in the failure and the detail, with a space between them. */
  readonly fits: RegExp;
  readonly why: Words;
  readonly whatToDo: Words;
};

const IN_BETWEEN = 'or something in between (a proxy, a login page of the network) answers in its place';

const ROWS: readonly Row[] = [
  {
    cause: 'dns-silent',
    fits: /EAI_AGAIN/,
    why: ({ url }) => `no name server answers, so no address is known for ${hostOf(url)} (DNS)`,
    whatToDo: 'Check the cable, the router and the name server of this box.',
  },
  {
    cause: 'dns-unknown',
    fits: /ENOTFOUND|getaddrinfo/,
    why: ({ url }) => `no address is known for ${hostOf(url)} (DNS)`,
    whatToDo: 'Check the name in upstream.url, and which name server this box asks.',
  },
  {
    cause: 'refused',
    fits: /ECONNREFUSED|connection refused/,
    why: ({ url }) => `${hostOf(url)} is there, but nothing listens (refused)`,
    whatToDo: 'Check the port in upstream.url; if it is right, its operator has to start it.',
  },
  {
    cause: 'unreachable',
    fits: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN/,
    why: ({ url }) => `there is no way to ${hostOf(url)} (unreachable)`,
    whatToDo: 'Check the cable, the router and the VPN of this box.',
  },
  {
    cause: 'timeout',
    fits: /^timeout|ETIMEDOUT/,
    why: ({ url }) => `${hostOf(url)} does not answer (timeout)`,
    whatToDo: 'Check that the firewall of this network lets this box out to it.',
  },
  {
    cause: 'certificate-expired',
    fits: /CERT_HAS_EXPIRED/,
    why: ({ url }) => `the certificate of ${hostOf(url)} has expired`,
    whatToDo: dial => `Its operator has to renew it, unless the ${clockWords(dial)}.`,
  },
  {
    cause: 'certificate-not-yet-valid',
    fits: /CERT_NOT_YET_VALID/,
    why: ({ url }) => `the certificate of ${hostOf(url)} is not valid yet`,
    whatToDo: dial => `Set the clock of this box if the ${clockWords(dial)}; else its operator has to replace it.`,
  },
  {
    cause: 'certificate-wrong-name',
    fits: /ERR_TLS_CERT_ALTNAME_INVALID/,
    why: ({ url, detail }) => `the certificate of ${hostOf(url)} is for another name (${cut(detail)})`,
    whatToDo: `The name in upstream.url is not the one that its operator meant, ${IN_BETWEEN}.`,
  },
  {
    cause: 'certificate-unknown-ca',
    fits: /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED|INVALID_CA/,
    why: ({ url, detail }) =>
      `nobody whom this box trusts vouches for the certificate of ${hostOf(url)} (${nameOf(detail)})`,
    whatToDo: `Name the CA of the back office in upstream.ca; ${IN_BETWEEN}.`,
  },
  {
    cause: 'certificate',
    fits: /CERT_|certificate/i,
    why: ({ url, detail }) => `the certificate of ${hostOf(url)} is not trusted: ${cut(detail)}`,
    whatToDo: 'Its operator has to mend it.',
  },
  {
    cause: 'not-tls',
    fits: /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|ERR_SSL_HTTP_REQUEST|record layer failure/i,
    why: ({ url }) => `${hostOf(url)} does not speak TLS at this port`,
    whatToDo: 'Check the port in upstream.url, and whether it is meant to be wss://.',
  },
  {
    cause: 'old-tls',
    fits: /protocol[ _]version|unsupported[ _]protocol|version[ _]too[ _]low|handshake[ _]failure/i,
    why: ({ url }) => `${hostOf(url)} and this box have no safe form of TLS in common`,
    whatToDo: 'Its operator has to allow TLS 1.2 or newer.',
  },
  {
    cause: 'password',
    fits: /HTTP 40[13]/,
    why: ({ detail }) => `the back office refused the password (${statusOf(detail)})`,
    whatToDo: 'Put the password that it has for this station into upstream.password, and restart Busbar.',
  },
  {
    cause: 'identity',
    fits: /HTTP 404/,
    why: 'the back office does not know this identity (HTTP 404)',
    whatToDo: 'Check upstream.identity and the path of upstream.url, or register this station there.',
  },
  {
    cause: 'in-between',
    fits: /HTTP (2\d\d|3\d\d|407|511)/,
    why: ({ url, detail }) => `something other than the back office answers for ${hostOf(url)} (${cut(detail)})`,
    whatToDo:
      'A login page of this network or a proxy stands in between: have this box let through. Or upstream.url is the address of a web page.',
  },
  {
    cause: 'office-trouble',
    fits: /HTTP (429|5\d\d)/,
    why: ({ detail }) => `the back office answered ${statusOf(detail)}`,
    whatToDo: 'It has trouble of its own; if it lasts, ask its operator.',
  },
  {
    cause: 'http',
    fits: /HTTP \d\d\d/,
    why: ({ detail }) => `the back office answered ${statusOf(detail)}`,
    whatToDo: 'Check upstream.url with its operator.',
  },
  {
    cause: 'subprotocol',
    fits: /^not-supported|subprotocol/i,
    why: 'the back office does not speak OCPP 1.6',
    whatToDo: 'Its operator has to set this station to OCPP 1.6J, or upstream.url leads to something else.',
  },
  {
    cause: 'no-websocket',
    fits: /Parse Error|HPE_|Sec-WebSocket|Upgrade header/i,
    why: ({ url }) => `${hostOf(url)} answers, but opens no WebSocket`,
    whatToDo: `Check upstream.url; ${IN_BETWEEN}.`,
  },
  {
    cause: 'cut',
    fits: /ECONNRESET|EPIPE|socket hang up|socket disconnected/,
    why: ({ url }) => `${hostOf(url)} cut the connection before it stood`,
    whatToDo: 'A firewall may do that, or a port that means something else; check upstream.url.',
  },
];

/** Why a dial came to nothing, and what to do. What no row knows is told in the world's own words. */
export function whyOffline(dial: FailedDial): Away {
  const said = `${dial.failure} ${dial.detail}`;
  const row = ROWS.find(({ fits }) => fits.test(said));
  const inWords = (words: Words) => (typeof words === 'string' ? words : words(dial));
  if (row !== undefined) return { cause: row.cause, why: inWords(row.why), whatToDo: inWords(row.whatToDo) };
  return { cause: 'lost', why: dial.detail === '' ? 'the link was lost' : cut(dial.detail), whatToDo: '' };
}

/** A link that stood has ended. */
export const lost = (why: string): Away => ({ cause: 'lost', why: cut(why), whatToDo: '' });

export const HERE: Away = { cause: '', why: '', whatToDo: '' };

/** What is known without a failed dial. */
export const AWAY = {
  starting: { cause: 'starting', why: 'not dialled yet', whatToDo: '' },
  booting: { cause: 'booting', why: 'it has not answered to our boot yet', whatToDo: '' },
  pending: {
    cause: 'pending',
    why: 'it has this station wait (Pending)',
    whatToDo: 'Its operator has to release this station there.',
  },
  rejected: {
    cause: 'rejected',
    why: 'it turned this station away (Rejected)',
    whatToDo: 'Its operator has to register or release this station there.',
  },
  silent: {
    cause: 'silent',
    why: 'it opens the line, but does not answer',
    whatToDo: 'It has trouble of its own; if it lasts, ask its operator.',
  },
  noPong: {
    cause: 'no-pong',
    why: 'the line went dead (no pong)',
    whatToDo: 'If it comes again and again, a router on the way forgets idle connections.',
  },
  password: { cause: 'new-password', why: 'it gave this station a new password', whatToDo: '' },
} as const satisfies Readonly<Record<string, Away>>;

/** Words of strangers are shown no longer than this. */
const MAX_WORDS = 160;

const cut = (words: string): string => (words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS - 1)}…` : words);

const statusOf = (detail: string): string => /HTTP \d{3}/.exec(detail)?.[0] ?? detail;

/** The name of an error alone: Node.js has advice in its message that is none for people here. */
const nameOf = (detail: string): string => /\(([A-Z_]+)\)$/.exec(detail)?.[1] ?? cut(detail);

const clockWords = ({ nowWallMs }: FailedDial): string =>
  `clock of this box is wrong: it says ${new Date(nowWallMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
