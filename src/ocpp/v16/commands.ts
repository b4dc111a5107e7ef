/** What is asked of a station of OCPP 1.6 <-> neutral commands. Source: OCPP 1.6 clauses 5 and 6. */
import type {
  ChangeAvailabilityRequest,
  ChangeConfigurationRequest,
  ClearChargingProfileRequest,
  DataTransferRequest,
  GetCompositeScheduleRequest,
  GetConfigurationRequest,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ResetRequest,
  SetChargingProfileRequest,
  TriggerMessageRequest,
  UnlockConnectorRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { AssertionFailed, unreachable } from '#base/assert.ts';
import { ok } from '#base/outcome.ts';
import type { Translation } from '#ocpp/codec.ts';
import type { Command, CommandReply } from '#site/command.ts';
import { decodeProfile, decodePurpose, encodeProfile, encodePurpose } from './charging-profiles.ts';
import { decodeCommandReply, encodeCommandReply } from './command-replies.ts';

type Is<K extends Command['kind']> = Extract<Command, { kind: K }>;
type Trigger = Is<'trigger'>['message'];
type RawTrigger = TriggerMessageRequest['requestedMessage'];

const ACTIONS: Readonly<Record<Command['kind'], string>> = {
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
};

export const COMMAND_ACTIONS: readonly string[] = Object.values(ACTIONS);

export const commands16: Translation<Command, CommandReply> = {
  actionOf: command => ACTIONS[command.kind],
  encode: command => ok({ action: ACTIONS[command.kind], payload: encodeCommand(command) }),
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
    default:
      throw new AssertionFailed(`no command ${action}`);
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

function triggerOutside(message: Trigger): RawTrigger {
  if (message === 'LogStatus') return 'DiagnosticsStatusNotification';
  return message === 'FirmwareStatus' ? 'FirmwareStatusNotification' : message;
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

function encodeCommand(command: Command): object {
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
    default:
      return unreachable(command);
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
