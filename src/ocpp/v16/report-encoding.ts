/** Neutral reports as a station of OCPP 1.6 says them. Source: OCPP 1.6 clauses 4 and 6. */
import type {
  AuthorizeRequest,
  BootNotificationRequest,
  DataTransferRequest,
  MeterValuesRequest,
  StartTransactionRequest,
  StatusNotificationRequest,
  StopTransactionRequest,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { unreachable } from '#base/assert.ts';
import { printTime } from '#ocpp/time.ts';
import type { Report } from '#site/report.ts';
import { encodeMeterValues } from './sampled-values.ts';
import { errorCodeOutside, firmwareStatusOutside, logStatusOutside, reasonOutside } from './words.ts';

type Is<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** The payload, or null where 1.6 has no word for it. */
export function encodeReport(report: Report): object | null {
  switch (report.kind) {
    case 'boot':
      return encodeBoot(report);
    case 'heartbeat':
      return {};
    case 'connector-status':
      return encodeStatus(report);
    case 'authorize':
      return { idTag: report.idToken } satisfies AuthorizeRequest;
    case 'transaction-started':
      return encodeStart(report);
    case 'transaction-ended':
      return encodeStop(report);
    case 'meter-values':
      return encodeMeter(report);
    case 'data-transfer':
      return encodeDataTransfer(report);
    case 'log-status':
      return statusOrNothing(logStatusOutside(report.status));
    case 'firmware-status':
      return statusOrNothing(firmwareStatusOutside(report.status));
    case 'log-upload-status':
    case 'signed-firmware-status':
      return report.requestId === null
        ? { status: report.status }
        : { status: report.status, requestId: report.requestId };
    default:
      return unreachable(report);
  }
}

/** Lengths of clause 6.3; the neutral words of a boot are text for people and may be cut. */
function encodeBoot(report: Is<'boot'>): BootNotificationRequest {
  const raw: BootNotificationRequest = {
    chargePointVendor: report.vendor.slice(0, 20),
    chargePointModel: report.model.slice(0, 20),
  };
  if (report.serial !== '') raw.chargePointSerialNumber = report.serial.slice(0, 25);
  if (report.firmware !== '') raw.firmwareVersion = report.firmware.slice(0, 50);
  return raw;
}

function encodeStatus(report: Is<'connector-status'>): StatusNotificationRequest | null {
  if (report.status === 'Unknown') return null;
  const raw: StatusNotificationRequest = {
    connectorId: report.connectorId,
    errorCode: errorCodeOutside(report.errorCode),
    status: report.status,
  };
  // The package's schema takes 100, the standard's own only 50.
  if (report.info !== '') raw.info = report.info.slice(0, 50);
  if (report.atWallMs !== null) raw.timestamp = printTime(report.atWallMs);
  return raw;
}

function encodeStart(report: Is<'transaction-started'>): StartTransactionRequest {
  const raw: StartTransactionRequest = {
    connectorId: report.connectorId,
    idTag: report.idToken,
    meterStart: Math.round(report.meterStartWh),
    timestamp: printTime(report.atWallMs),
  };
  if (report.reservationId !== null) raw.reservationId = report.reservationId;
  return raw;
}

function encodeStop(report: Is<'transaction-ended'>): StopTransactionRequest {
  const raw: StopTransactionRequest = {
    transactionId: report.transactionId,
    meterStop: Math.round(report.meterStopWh),
    timestamp: printTime(report.atWallMs),
    reason: reasonOutside(report.reason),
  };
  if (report.idToken !== null) raw.idTag = report.idToken;
  if (report.samples.length > 0) raw.transactionData = encodeMeterValues(report.samples);
  return raw;
}

function encodeMeter(report: Is<'meter-values'>): MeterValuesRequest {
  const raw: MeterValuesRequest = {
    connectorId: report.connectorId,
    meterValue: encodeMeterValues(report.samples),
  };
  if (report.transactionId !== null) raw.transactionId = report.transactionId;
  return raw;
}

function encodeDataTransfer(report: Is<'data-transfer'>): DataTransferRequest {
  const raw: DataTransferRequest = { vendorId: report.vendorId };
  if (report.messageId !== null) raw.messageId = report.messageId;
  if (report.data !== null) raw.data = report.data;
  return raw;
}

function statusOrNothing(status: string | null): object | null {
  return status === null ? null : { status };
}
