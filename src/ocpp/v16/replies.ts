/** What a CSMS of OCPP 1.6 answers to reports <-> neutral replies. Source: OCPP 1.6 clauses 6.2 to 6.50. */
import type {
  AuthorizeResponse,
  BootNotificationResponse,
  DataTransferResponse,
  HeartbeatResponse,
  StartTransactionResponse,
  StopTransactionResponse,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { assert, unreachable } from '#base/assert.ts';
import { parseTime, printTime } from '#ocpp/time.ts';
import type { CardWord, Reply, Report } from '#site/report.ts';

/** The kind of reply that each report wants. */
const WANTED: Readonly<Record<Report['kind'], Reply['kind']>> = {
  boot: 'boot',
  heartbeat: 'heartbeat',
  'connector-status': 'empty',
  authorize: 'authorize',
  'transaction-started': 'transaction-started',
  'transaction-ended': 'transaction-ended',
  'meter-values': 'empty',
  'data-transfer': 'data-transfer',
  'log-status': 'empty',
  'firmware-status': 'empty',
  'log-upload-status': 'empty',
  'signed-firmware-status': 'empty',
};

const EMPTY: Reply = { kind: 'empty' };
const NOTHING = {};

export function encodeReply(report: Report, reply: Reply): object {
  assert(WANTED[report.kind] === reply.kind, `a ${report.kind} is not answered by ${reply.kind}`);
  switch (reply.kind) {
    case 'boot':
      return { status: reply.status, currentTime: printTime(reply.nowWallMs), interval: reply.intervalS };
    case 'heartbeat':
      return { currentTime: printTime(reply.nowWallMs) };
    case 'authorize':
      return { idTagInfo: encodeCard(reply) };
    case 'transaction-started':
      return { transactionId: reply.transactionId, idTagInfo: encodeCard(reply) };
    case 'transaction-ended':
      return reply.status === null ? NOTHING : { idTagInfo: { status: reply.status } };
    case 'data-transfer':
      return { status: reply.status };
    case 'empty':
      return NOTHING;
    default:
      return unreachable(reply);
  }
}

export function decodeReply(report: Report, payload: object): Reply {
  const kind = WANTED[report.kind];
  switch (kind) {
    case 'boot':
      return decodeBoot(payload as BootNotificationResponse);
    case 'heartbeat':
      return { kind, nowWallMs: parseTime((payload as HeartbeatResponse).currentTime) };
    case 'authorize':
      return { kind, ...decodeCard((payload as AuthorizeResponse).idTagInfo) };
    case 'transaction-started':
      return decodeStarted(payload as StartTransactionResponse);
    case 'transaction-ended':
      return { kind, status: (payload as StopTransactionResponse).idTagInfo?.status ?? null };
    case 'data-transfer':
      return { kind, status: (payload as DataTransferResponse).status };
    case 'empty':
      return EMPTY;
    default:
      return unreachable(kind);
  }
}

function decodeBoot(raw: BootNotificationResponse): Reply {
  return { kind: 'boot', status: raw.status, nowWallMs: parseTime(raw.currentTime), intervalS: raw.interval };
}

function decodeStarted(raw: StartTransactionResponse): Reply {
  return { kind: 'transaction-started', transactionId: raw.transactionId, ...decodeCard(raw.idTagInfo) };
}

type RawCard = AuthorizeResponse['idTagInfo'];

/** The group goes along, because a station compares it by itself when another card is to stop a session. */
function encodeCard({ status, groupIdToken }: CardWord): RawCard {
  return groupIdToken === undefined ? { status } : { status, parentIdTag: groupIdToken };
}

function decodeCard({ status, parentIdTag }: RawCard): CardWord {
  return parentIdTag === undefined ? { status } : { status, groupIdToken: parentIdTag };
}
