/**
 * The actions that the security extension of OCPP 1.6 adds (white paper “Improved security for OCPP 1.6-J”, ed. 3)
 * <-> neutral commands.
 */
import type {
  CertificateSignedRequest,
  DeleteCertificateRequest,
  ExtendedTriggerMessageRequest,
  GetInstalledCertificateIdsRequest,
  GetLogRequest,
  InstallCertificateRequest,
  SignedUpdateFirmwareRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { AssertionFailed, unreachable } from '#base/assert.ts';
import { parseTime, printTime } from '#ocpp/time.ts';
import type { Command } from '#site/command.ts';

type Is<K extends Command['kind']> = Extract<Command, { kind: K }>;
type SecurityKind =
  | 'extended-trigger'
  | 'get-log'
  | 'signed-update-firmware'
  | 'install-certificate'
  | 'delete-certificate'
  | 'get-certificates'
  | 'certificate-signed';
type SecurityCommand = Is<SecurityKind>;
type RawTrigger = ExtendedTriggerMessageRequest['requestedMessage'];
type Trigger = Is<'extended-trigger'>['message'];

/** Throws only for an action that is none of these. */
export function decodeSecurityCommand(action: string, payload: object): Command {
  switch (action) {
    case 'ExtendedTriggerMessage':
      return decodeTrigger(payload as ExtendedTriggerMessageRequest);
    case 'GetLog':
      return decodeGetLog(payload as GetLogRequest);
    case 'SignedUpdateFirmware':
      return decodeFirmware(payload as SignedUpdateFirmwareRequest);
    case 'InstallCertificate':
      return decodeInstall(payload as InstallCertificateRequest);
    case 'DeleteCertificate':
      return { kind: 'delete-certificate', hash: (payload as DeleteCertificateRequest).certificateHashData };
    case 'GetInstalledCertificateIds':
      return { kind: 'get-certificates', use: (payload as GetInstalledCertificateIdsRequest).certificateType };
    case 'CertificateSigned':
      return { kind: 'certificate-signed', chain: (payload as CertificateSignedRequest).certificateChain };
    default:
      throw new AssertionFailed(`no command ${action}`);
  }
}

export function encodeSecurityCommand(command: SecurityCommand): object {
  switch (command.kind) {
    case 'extended-trigger':
      return encodeTrigger(command);
    case 'get-log':
      return encodeGetLog(command);
    case 'signed-update-firmware':
      return encodeFirmware(command);
    case 'install-certificate':
      return { certificateType: command.use, certificate: command.certificate } satisfies InstallCertificateRequest;
    case 'delete-certificate':
      return { certificateHashData: command.hash } satisfies DeleteCertificateRequest;
    case 'get-certificates':
      return { certificateType: command.use } satisfies GetInstalledCertificateIdsRequest;
    case 'certificate-signed':
      return { certificateChain: command.chain } satisfies CertificateSignedRequest;
    default:
      return unreachable(command);
  }
}

const decodeTrigger = (raw: ExtendedTriggerMessageRequest): Command => ({
  kind: 'extended-trigger',
  message: triggerInside(raw.requestedMessage),
  connectorId: raw.connectorId ?? null,
});

function encodeTrigger({ message, connectorId }: Is<'extended-trigger'>): ExtendedTriggerMessageRequest {
  const requestedMessage = triggerOutside(message);
  return connectorId === null ? { requestedMessage } : { requestedMessage, connectorId };
}

function triggerInside(message: RawTrigger): Trigger {
  switch (message) {
    case 'LogStatusNotification':
      return 'LogStatus';
    case 'FirmwareStatusNotification':
      return 'FirmwareStatus';
    case 'SignChargePointCertificate':
      return 'SignCertificate';
    default:
      return message;
  }
}

function triggerOutside(message: Trigger): RawTrigger {
  switch (message) {
    case 'LogStatus':
      return 'LogStatusNotification';
    case 'FirmwareStatus':
      return 'FirmwareStatusNotification';
    case 'SignCertificate':
      return 'SignChargePointCertificate';
    default:
      return message;
  }
}

function decodeGetLog({ log, logType, requestId, retries, retryInterval }: GetLogRequest): Command {
  const { remoteLocation, oldestTimestamp, latestTimestamp } = log;
  return {
    kind: 'get-log',
    requestId,
    log: logType,
    location: remoteLocation,
    retries: retries ?? null,
    retryIntervalS: retryInterval ?? null,
    fromWallMs: oldestTimestamp === undefined ? null : parseTime(oldestTimestamp),
    toWallMs: latestTimestamp === undefined ? null : parseTime(latestTimestamp),
  };
}

function encodeGetLog(command: Is<'get-log'>): GetLogRequest {
  const log: GetLogRequest['log'] = { remoteLocation: command.location };
  if (command.fromWallMs !== null) log.oldestTimestamp = printTime(command.fromWallMs);
  if (command.toWallMs !== null) log.latestTimestamp = printTime(command.toWallMs);
  const raw: GetLogRequest = { logType: command.log, requestId: command.requestId, log };
  if (command.retries !== null) raw.retries = command.retries;
  if (command.retryIntervalS !== null) raw.retryInterval = command.retryIntervalS;
  return raw;
}

const decodeFirmware = ({ requestId, firmware }: SignedUpdateFirmwareRequest): Command => ({
  kind: 'signed-update-firmware',
  requestId,
  location: firmware.location,
  retrieveAtWallMs: parseTime(firmware.retrieveDateTime),
  signingCertificate: firmware.signingCertificate,
  signature: firmware.signature,
});

function encodeFirmware(command: Is<'signed-update-firmware'>): SignedUpdateFirmwareRequest {
  const { requestId, location, retrieveAtWallMs, signingCertificate, signature } = command;
  const retrieveDateTime = printTime(retrieveAtWallMs);
  return { requestId, firmware: { location, retrieveDateTime, signingCertificate, signature } };
}

const decodeInstall = (raw: InstallCertificateRequest): Command => ({
  kind: 'install-certificate',
  use: raw.certificateType,
  certificate: raw.certificate,
});
