/** What a charging station is answered when this gateway is the authority. Data, not action. */
import type { AuthorizationStatus, Reply, Report } from '#site/report.ts';

/** Heartbeats are for the time and for sleeping networks; liveness is the socket's ping. */
export const HEARTBEAT_S = 300;

/**
 * @param freshId the id of a transaction that this report starts
 * @param atChargerMs the time that chargers are told (rule 21), not the wall clock's
 */
export function answer(report: Report, freshId: number, atChargerMs: number): Reply {
  const accepted: AuthorizationStatus = 'Accepted';
  switch (report.kind) {
    case 'boot':
      return { kind: 'boot', status: 'Accepted', nowWallMs: atChargerMs, intervalS: HEARTBEAT_S };
    case 'heartbeat':
      return { kind: 'heartbeat', nowWallMs: atChargerMs };
    case 'authorize':
      return { kind: 'authorize', status: accepted };
    case 'transaction-started':
      return { kind: 'transaction-started', transactionId: freshId, status: accepted };
    case 'transaction-ended':
      return { kind: 'transaction-ended', status: report.idToken === null ? null : accepted };
    case 'data-transfer':
      return { kind: 'data-transfer', status: 'UnknownVendorId' };
    case 'connector-status':
    case 'meter-values':
    case 'log-status':
    case 'firmware-status':
    case 'log-upload-status':
    case 'signed-firmware-status':
      return { kind: 'empty' };
  }
}
