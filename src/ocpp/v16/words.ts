/**
 * Closed lists of OCPP 1.6 whose words differ from the neutral ones, and what stands in for a word that 1.6
 * does not have. `inside` is the neutral word, `outside` the one of the wire.
 */
import type { StatusNotificationRequest, StopTransactionRequest } from 'typed-ocpp/dist/ocpp16/types.js';
import type { Mending } from '#ocpp/mend.ts';

type Reason = NonNullable<StopTransactionRequest['reason']>;
type StationError = StatusNotificationRequest['errorCode'];

const REASONS: ReadonlySet<string> = new Set<Reason>([
  'EmergencyStop',
  'EVDisconnected',
  'HardReset',
  'Local',
  'Other',
  'PowerLoss',
  'Reboot',
  'Remote',
  'SoftReset',
  'UnlockCommand',
  'DeAuthorized',
]);

/** The neutral reasons are those of 2.x and the three of 1.6 that 2.x lost; an immediate reset is 1.6's soft one. */
export function reasonOutside(reason: string): Reason {
  if (REASONS.has(reason)) return reason as Reason;
  if (reason === 'ImmediateReset') return 'SoftReset';
  return reason === 'MasterPass' ? 'Local' : 'Other';
}

const ERRORS: ReadonlySet<string> = new Set<StationError>([
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'OverVoltage',
  'WeakSignal',
]);

export function errorCodeOutside(code: string): StationError {
  if (code === '') return 'NoError';
  return ERRORS.has(code) ? (code as StationError) : 'OtherError';
}

/** 2.x calls a failed upload UploadFailure and knows more ways to fail. */
export function logStatusInside(status: string): string {
  return status === 'UploadFailed' ? 'UploadFailure' : status;
}

/** Null for a word that 1.6 cannot say. */
export function logStatusOutside(status: string): string | null {
  switch (status) {
    case 'Idle':
    case 'Uploaded':
    case 'Uploading':
      return status;
    case 'UploadFailure':
    case 'PermissionDenied':
    case 'BadMessage':
    case 'NotSupportedOperation':
      return 'UploadFailed';
    default:
      return null;
  }
}

const FIRMWARE: ReadonlySet<string> = new Set([
  'Downloaded',
  'DownloadFailed',
  'Downloading',
  'Idle',
  'InstallationFailed',
  'Installing',
  'Installed',
]);

/** Null for a word that 1.6 cannot say. */
export function firmwareStatusOutside(status: string): string | null {
  return FIRMWARE.has(status) ? status : null;
}

/** What may be done to save a charger's message. */
export const MENDING_16: Mending = {
  cut: new Set([
    'chargePointVendor',
    'chargePointModel',
    'chargePointSerialNumber',
    'chargeBoxSerialNumber',
    'firmwareVersion',
    'iccid',
    'imsi',
    'meterType',
    'meterSerialNumber',
    'info',
    'vendorErrorCode',
  ]),
  otherWord: new Map([
    ['errorCode', 'OtherError'],
    ['reason', 'Other'],
    ['context', 'Other'],
  ]),
  thinned: new Set(['meterValue', 'transactionData', 'sampledValue', 'configurationKey']),
  // A unit or a measurand that is left out would be read as its default, and a false Wh is worse than none.
  essential: new Set(['measurand', 'unit', 'phase', 'location', 'format']),
};
