/** What is asked of a station of OCPP 1.6 <-> neutral commands. Source: OCPP 1.6 clauses 5 and 6. */
import type {
  CancelReservationRequest,
  ChangeAvailabilityRequest,
  ChangeConfigurationRequest,
  ClearChargingProfileRequest,
  DataTransferRequest,
  GetCompositeScheduleRequest,
  GetConfigurationRequest,
  GetDiagnosticsRequest,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ReserveNowRequest,
  ResetRequest,
  SendLocalListRequest,
  SetChargingProfileRequest,
  TriggerMessageRequest,
  UnlockConnectorRequest,
  UpdateFirmwareRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { ok } from '#base/outcome.ts';
import type { Translation } from '#ocpp/codec.ts';
import { parseTime } from '#ocpp/time.ts';
import type { Command, CommandReply, Trigger } from '#site/command.ts';
import { decodeProfile, decodePurpose } from './charging-profiles.ts';
import { encodeCommand } from './command-encoding.ts';
import { decodeCommandReply, encodeCommandReply } from './command-replies.ts';
import { decodeSecurityCommand } from './security-commands.ts';

type RawTrigger = TriggerMessageRequest['requestedMessage'];

/** Each command's action. */
export const ACTION_OF: Readonly<Record<Command['kind'], string>> = {
  'set-charging-profile': 'SetChargingProfile',
  'clear-charging-profile': 'ClearChargingProfile',
  'get-composite-schedule': 'GetCompositeSchedule',
  trigger: 'TriggerMessage',
  'change-availability': 'ChangeAvailability',
  'remote-start': 'RemoteStartTransaction',
  'remote-stop': 'RemoteStopTransaction',
  reset: 'Reset',
  'unlock-connector': 'UnlockConnector',
  'get-variables': 'GetConfiguration',
  'set-variable': 'ChangeConfiguration',
  'clear-cache': 'ClearCache',
  'data-transfer': 'DataTransfer',
  reserve: 'ReserveNow',
  'cancel-reservation': 'CancelReservation',
  'send-local-list': 'SendLocalList',
  'get-local-list-version': 'GetLocalListVersion',
  'get-diagnostics': 'GetDiagnostics',
  'get-log': 'GetLog',
  'update-firmware': 'UpdateFirmware',
  'signed-update-firmware': 'SignedUpdateFirmware',
  'extended-trigger': 'ExtendedTriggerMessage',
  'install-certificate': 'InstallCertificate',
  'delete-certificate': 'DeleteCertificate',
  'get-certificates': 'GetInstalledCertificateIds',
  'certificate-signed': 'CertificateSigned',
};

export const COMMAND_ACTIONS: readonly string[] = Object.values(ACTION_OF);

export const commands16: Translation<Command, CommandReply> = {
  actionOf: command => ACTION_OF[command.kind],
  encode: command => ok({ action: ACTION_OF[command.kind], payload: encodeCommand(command) }),
  decode: decodeCommand,
  encodeReply: encodeCommandReply,
  decodeReply: decodeCommandReply,
};

/** Throws only for an action that is not in COMMAND_ACTIONS. */
function decodeCommand(action: string, payload: object): Command {
  switch (action) {
    case 'SetChargingProfile':
      return decodeSetProfile(payload as SetChargingProfileRequest);
    case 'ClearChargingProfile':
      return decodeClearProfile(payload as ClearChargingProfileRequest);
    case 'GetCompositeSchedule':
      return decodeGetComposite(payload as GetCompositeScheduleRequest);
    case 'TriggerMessage':
      return decodeTrigger(payload as TriggerMessageRequest);
    case 'ChangeAvailability':
      return decodeAvailability(payload as ChangeAvailabilityRequest);
    case 'RemoteStartTransaction':
      return decodeRemoteStart(payload as RemoteStartTransactionRequest);
    case 'RemoteStopTransaction':
      return { kind: 'remote-stop', transactionId: (payload as RemoteStopTransactionRequest).transactionId };
    case 'Reset':
      return { kind: 'reset', hard: (payload as ResetRequest).type === 'Hard' };
    case 'UnlockConnector':
      return { kind: 'unlock-connector', connectorId: (payload as UnlockConnectorRequest).connectorId };
    case 'GetConfiguration':
      return { kind: 'get-variables', keys: (payload as GetConfigurationRequest).key ?? [] };
    case 'ChangeConfiguration':
      return decodeSetVariable(payload as ChangeConfigurationRequest);
    case 'ClearCache':
      return { kind: 'clear-cache' };
    case 'DataTransfer':
      return decodeDataTransfer(payload as DataTransferRequest);
    case 'ReserveNow':
      return decodeReserve(payload as ReserveNowRequest);
    case 'CancelReservation':
      return { kind: 'cancel-reservation', reservationId: (payload as CancelReservationRequest).reservationId };
    case 'SendLocalList':
      return decodeLocalList(payload as SendLocalListRequest);
    case 'GetLocalListVersion':
      return { kind: 'get-local-list-version' };
    case 'GetDiagnostics':
      return decodeDiagnostics(payload as GetDiagnosticsRequest);
    case 'UpdateFirmware':
      return decodeFirmware(payload as UpdateFirmwareRequest);
    default:
      return decodeSecurityCommand(action, payload);
  }
}

function decodeSetProfile(raw: SetChargingProfileRequest): Command {
  return {
    kind: 'set-charging-profile',
    connectorId: raw.connectorId,
    profile: decodeProfile(raw.csChargingProfiles),
  };
}

function decodeClearProfile(raw: ClearChargingProfileRequest): Command {
  return {
    kind: 'clear-charging-profile',
    profileId: raw.id ?? null,
    connectorId: raw.connectorId ?? null,
    purpose: raw.chargingProfilePurpose === undefined ? null : decodePurpose(raw.chargingProfilePurpose),
    stackLevel: raw.stackLevel ?? null,
  };
}

function decodeGetComposite(raw: GetCompositeScheduleRequest): Command {
  return {
    kind: 'get-composite-schedule',
    connectorId: raw.connectorId,
    durationS: raw.duration,
    unit: raw.chargingRateUnit ?? null,
  };
}

function decodeTrigger(raw: TriggerMessageRequest): Command {
  return {
    kind: 'trigger',
    message: triggerInside(raw.requestedMessage),
    connectorId: raw.connectorId ?? null,
  };
}

function triggerInside(message: RawTrigger): Trigger {
  if (message === 'DiagnosticsStatusNotification') return 'LogStatus';
  return message === 'FirmwareStatusNotification' ? 'FirmwareStatus' : message;
}

function decodeAvailability(raw: ChangeAvailabilityRequest): Command {
  return { kind: 'change-availability', connectorId: raw.connectorId, operative: raw.type === 'Operative' };
}

function decodeRemoteStart(raw: RemoteStartTransactionRequest): Command {
  return {
    kind: 'remote-start',
    connectorId: raw.connectorId ?? null,
    idToken: raw.idTag,
    profile: raw.chargingProfile === undefined ? null : decodeProfile(raw.chargingProfile),
  };
}

function decodeSetVariable(raw: ChangeConfigurationRequest): Command {
  return { kind: 'set-variable', key: raw.key, value: raw.value };
}

function decodeDataTransfer(raw: DataTransferRequest): Command {
  return {
    kind: 'data-transfer',
    vendorId: raw.vendorId,
    messageId: raw.messageId ?? null,
    data: raw.data ?? null,
  };
}

function decodeReserve(raw: ReserveNowRequest): Command {
  return {
    kind: 'reserve',
    reservationId: raw.reservationId,
    connectorId: raw.connectorId,
    idToken: raw.idTag,
    groupIdToken: raw.parentIdTag ?? null,
    expiresAtWallMs: parseTime(raw.expiryDate),
  };
}

function decodeLocalList(raw: SendLocalListRequest): Command {
  const entries = (raw.localAuthorizationList ?? []).map(({ idTag, idTagInfo }) => ({
    idToken: idTag,
    status: idTagInfo?.status ?? null,
    groupIdToken: idTagInfo?.parentIdTag ?? null,
    expiresAtWallMs: idTagInfo?.expiryDate === undefined ? null : parseTime(idTagInfo.expiryDate),
  }));
  return { kind: 'send-local-list', version: raw.listVersion, full: raw.updateType === 'Full', entries };
}

function decodeDiagnostics(raw: GetDiagnosticsRequest): Command {
  return {
    kind: 'get-diagnostics',
    location: raw.location,
    retries: raw.retries ?? null,
    retryIntervalS: raw.retryInterval ?? null,
    fromWallMs: raw.startTime === undefined ? null : parseTime(raw.startTime),
    toWallMs: raw.stopTime === undefined ? null : parseTime(raw.stopTime),
  };
}

const decodeFirmware = (raw: UpdateFirmwareRequest): Command => ({
  kind: 'update-firmware',
  location: raw.location,
  retrieveAtWallMs: parseTime(raw.retrieveDate),
});
