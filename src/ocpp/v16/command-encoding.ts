/** Neutral commands as a CSMS of OCPP 1.6 says them. Source: OCPP 1.6 clauses 5 and 6. */
import type {
  ClearChargingProfileRequest,
  DataTransferRequest,
  GetCompositeScheduleRequest,
  GetDiagnosticsRequest,
  RemoteStartTransactionRequest,
  ReserveNowRequest,
  SendLocalListRequest,
  TriggerMessageRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { printTime } from '#ocpp/time.ts';
import type { Command, LocalListEntry, LogOrder, Trigger } from '#site/command.ts';
import { encodeProfile, encodePurpose } from './charging-profiles.ts';
import { encodeSecurityCommand } from './security-commands.ts';

type Is<K extends Command['kind']> = Extract<Command, { kind: K }>;
type RawTrigger = TriggerMessageRequest['requestedMessage'];

/** The payload of a command. */
export function encodeCommand(command: Command): object {
  switch (command.kind) {
    case 'set-charging-profile':
      return { connectorId: command.connectorId, csChargingProfiles: encodeProfile(command.profile) };
    case 'clear-charging-profile':
      return encodeClearProfile(command);
    case 'get-composite-schedule':
      return encodeGetComposite(command);
    case 'trigger':
      return encodeTrigger(command);
    case 'change-availability':
      return { connectorId: command.connectorId, type: command.operative ? 'Operative' : 'Inoperative' };
    case 'remote-start':
      return encodeRemoteStart(command);
    case 'remote-stop':
      return { transactionId: command.transactionId };
    case 'reset':
      return { type: command.hard ? 'Hard' : 'Soft' };
    case 'unlock-connector':
      return { connectorId: command.connectorId };
    case 'get-variables':
      return command.keys.length === 0 ? {} : { key: command.keys };
    case 'set-variable':
      return { key: command.key, value: command.value };
    case 'clear-cache':
      return {};
    case 'data-transfer':
      return encodeDataTransfer(command);
    case 'reserve':
      return encodeReserve(command);
    case 'cancel-reservation':
      return { reservationId: command.reservationId };
    case 'send-local-list':
      return encodeLocalList(command);
    case 'get-local-list-version':
      return {};
    case 'get-diagnostics':
      return encodeDiagnostics(command);
    case 'update-firmware':
      return { location: command.location, retrieveDate: printTime(command.retrieveAtWallMs) };
    default:
      return encodeSecurityCommand(command);
  }
}

function encodeClearProfile(command: Is<'clear-charging-profile'>): ClearChargingProfileRequest {
  const raw: ClearChargingProfileRequest = {};
  if (command.profileId !== null) raw.id = command.profileId;
  if (command.connectorId !== null) raw.connectorId = command.connectorId;
  if (command.purpose !== null) raw.chargingProfilePurpose = encodePurpose(command.purpose);
  if (command.stackLevel !== null) raw.stackLevel = command.stackLevel;
  return raw;
}

function encodeGetComposite(command: Is<'get-composite-schedule'>): GetCompositeScheduleRequest {
  const raw: GetCompositeScheduleRequest = { connectorId: command.connectorId, duration: command.durationS };
  if (command.unit !== null) raw.chargingRateUnit = command.unit;
  return raw;
}

function encodeTrigger(command: Is<'trigger'>): TriggerMessageRequest {
  const raw: TriggerMessageRequest = { requestedMessage: triggerOutside(command.message) };
  if (command.connectorId !== null) raw.connectorId = command.connectorId;
  return raw;
}

function encodeRemoteStart(command: Is<'remote-start'>): RemoteStartTransactionRequest {
  const raw: RemoteStartTransactionRequest = { idTag: command.idToken };
  if (command.connectorId !== null) raw.connectorId = command.connectorId;
  if (command.profile !== null) raw.chargingProfile = encodeProfile(command.profile);
  return raw;
}

function encodeDataTransfer(command: Is<'data-transfer'>): DataTransferRequest {
  const raw: DataTransferRequest = { vendorId: command.vendorId };
  if (command.messageId !== null) raw.messageId = command.messageId;
  if (command.data !== null) raw.data = command.data;
  return raw;
}

function triggerOutside(message: Trigger): RawTrigger {
  if (message === 'LogStatus') return 'DiagnosticsStatusNotification';
  return message === 'FirmwareStatus' ? 'FirmwareStatusNotification' : message;
}

function encodeReserve(command: Is<'reserve'>): ReserveNowRequest {
  const raw: ReserveNowRequest = {
    connectorId: command.connectorId,
    expiryDate: printTime(command.expiresAtWallMs),
    idTag: command.idToken,
    reservationId: command.reservationId,
  };
  if (command.groupIdToken !== null) raw.parentIdTag = command.groupIdToken;
  return raw;
}

function encodeLocalList({ version, full, entries }: Is<'send-local-list'>): SendLocalListRequest {
  const raw: SendLocalListRequest = { listVersion: version, updateType: full ? 'Full' : 'Differential' };
  if (entries.length > 0) raw.localAuthorizationList = entries.map(encodeEntry);
  return raw;
}

type RawEntry = NonNullable<SendLocalListRequest['localAuthorizationList']>[number];

function encodeEntry({ idToken, status, groupIdToken, expiresAtWallMs }: LocalListEntry): RawEntry {
  if (status === null) return { idTag: idToken };
  const info: RawEntry['idTagInfo'] = { status };
  if (groupIdToken !== null) info.parentIdTag = groupIdToken;
  if (expiresAtWallMs !== null) info.expiryDate = printTime(expiresAtWallMs);
  return { idTag: idToken, idTagInfo: info };
}

function encodeDiagnostics(command: LogOrder): GetDiagnosticsRequest {
  const raw: GetDiagnosticsRequest = { location: command.location };
  if (command.retries !== null) raw.retries = command.retries;
  if (command.retryIntervalS !== null) raw.retryInterval = command.retryIntervalS;
  if (command.fromWallMs !== null) raw.startTime = printTime(command.fromWallMs);
  if (command.toWallMs !== null) raw.stopTime = printTime(command.toWallMs);
  return raw;
}
