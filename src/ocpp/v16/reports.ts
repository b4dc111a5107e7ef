/** What a station of OCPP 1.6 says, as neutral reports. Source: OCPP 1.6 clauses 4 and 6. */
import type {
  AuthorizeRequest,
  BootNotificationRequest,
  DataTransferRequest,
  DiagnosticsStatusNotificationRequest,
  FirmwareStatusNotificationRequest,
  LogStatusNotificationRequest,
  MeterValuesRequest,
  SignedFirmwareStatusNotificationRequest,
  StartTransactionRequest,
  StatusNotificationRequest,
  StopTransactionRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { AssertionFailed } from '#base/assert.ts';
import { failed, ok } from '#base/outcome.ts';
import type { Translation } from '#ocpp/codec.ts';
import { parseTime } from '#ocpp/time.ts';
import type { Reply, Report } from '#site/report.ts';
import { decodeReply, encodeReply } from './replies.ts';
import { encodeReport } from './report-encoding.ts';
import { decodeMeterValues } from './sampled-values.ts';
import { logStatusInside } from './words.ts';

/** Each report's action. */
const ACTIONS: Readonly<Record<Report['kind'], string>> = {
  boot: 'BootNotification',
  heartbeat: 'Heartbeat',
  'connector-status': 'StatusNotification',
  authorize: 'Authorize',
  'transaction-started': 'StartTransaction',
  'transaction-ended': 'StopTransaction',
  'meter-values': 'MeterValues',
  'data-transfer': 'DataTransfer',
  'log-status': 'DiagnosticsStatusNotification',
  'firmware-status': 'FirmwareStatusNotification',
  'log-upload-status': 'LogStatusNotification',
  'signed-firmware-status': 'SignedFirmwareStatusNotification',
};

export const REPORT_ACTIONS: readonly string[] = Object.values(ACTIONS);

export const reports16: Translation<Report, Reply> = {
  actionOf: report => ACTIONS[report.kind],
  encode(report) {
    const payload = encodeReport(report);
    if (payload === null) return failed('not-supported', `OCPP 1.6 has no word for this ${report.kind}`);
    return ok({ action: ACTIONS[report.kind], payload });
  },
  decode: decodeReport,
  encodeReply,
  decodeReply,
};

/** Throws only for an action that is not in REPORT_ACTIONS. */
function decodeReport(action: string, payload: object): Report {
  switch (action) {
    case 'BootNotification':
      return decodeBoot(payload as BootNotificationRequest);
    case 'Heartbeat':
      return { kind: 'heartbeat' };
    case 'StatusNotification':
      return decodeStatus(payload as StatusNotificationRequest);
    case 'Authorize':
      return { kind: 'authorize', idToken: (payload as AuthorizeRequest).idTag };
    case 'StartTransaction':
      return decodeStart(payload as StartTransactionRequest);
    case 'StopTransaction':
      return decodeStop(payload as StopTransactionRequest);
    case 'MeterValues':
      return decodeMeter(payload as MeterValuesRequest);
    case 'DataTransfer':
      return decodeDataTransfer(payload as DataTransferRequest);
    case 'DiagnosticsStatusNotification':
      return { kind: 'log-status', status: logStatusInside((payload as DiagnosticsStatusNotificationRequest).status) };
    case 'FirmwareStatusNotification':
      return { kind: 'firmware-status', status: (payload as FirmwareStatusNotificationRequest).status };
    case 'LogStatusNotification':
      return requested('log-upload-status', payload as LogStatusNotificationRequest);
    case 'SignedFirmwareStatusNotification':
      return requested('signed-firmware-status', payload as SignedFirmwareStatusNotificationRequest);
    default:
      throw new AssertionFailed(`no report ${action}`);
  }
}

function decodeBoot(raw: BootNotificationRequest): Report {
  return {
    kind: 'boot',
    vendor: raw.chargePointVendor,
    model: raw.chargePointModel,
    serial: raw.chargePointSerialNumber ?? raw.chargeBoxSerialNumber ?? '',
    firmware: raw.firmwareVersion ?? '',
  };
}

type Requested = { readonly status: string; readonly requestId?: number };

const requested = (kind: 'log-upload-status' | 'signed-firmware-status', raw: Requested): Report => ({
  kind,
  status: raw.status,
  requestId: raw.requestId ?? null,
});

/** A vendor's code stands in for a missing text. */
function decodeStatus(raw: StatusNotificationRequest): Report {
  return {
    kind: 'connector-status',
    connectorId: raw.connectorId,
    status: raw.status,
    errorCode: raw.errorCode,
    info: raw.info || raw.vendorErrorCode || '',
    atWallMs: raw.timestamp === undefined ? null : parseTime(raw.timestamp),
  };
}

function decodeStart(raw: StartTransactionRequest): Report {
  return {
    kind: 'transaction-started',
    connectorId: raw.connectorId,
    idToken: raw.idTag,
    meterStartWh: raw.meterStart,
    atWallMs: parseTime(raw.timestamp),
    reservationId: raw.reservationId ?? null,
  };
}

function decodeStop(raw: StopTransactionRequest): Report {
  return {
    kind: 'transaction-ended',
    transactionId: raw.transactionId,
    idToken: raw.idTag ?? null,
    meterStopWh: raw.meterStop,
    atWallMs: parseTime(raw.timestamp),
    // Clause 6.49: without a reason it was a local one.
    reason: raw.reason ?? 'Local',
    samples: raw.transactionData === undefined ? [] : decodeMeterValues(raw.transactionData),
  };
}

function decodeMeter(raw: MeterValuesRequest): Report {
  return {
    kind: 'meter-values',
    connectorId: raw.connectorId,
    transactionId: raw.transactionId ?? null,
    samples: decodeMeterValues(raw.meterValue),
  };
}

function decodeDataTransfer(raw: DataTransferRequest): Report {
  return {
    kind: 'data-transfer',
    vendorId: raw.vendorId,
    messageId: raw.messageId ?? null,
    data: raw.data ?? null,
  };
}
