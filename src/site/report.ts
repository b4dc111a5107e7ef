/**
 * What a charging station says, version-neutral, in the words of OCPP 2.x. A dialect translates.
 * Times are wall-clock milliseconds in the station's own clock.
 */
import type { ConnectorStatus } from '#site/state.ts';

export type Measurand =
  | 'Current.Import'
  | 'Current.Offered'
  | 'Power.Active.Import'
  | 'Power.Offered'
  | 'Energy.Active.Import.Register'
  | 'Voltage'
  | 'SoC'
  | 'other';

/** One value, in A, W, Wh, V or %. `phase` null = not said (sum or only one). */
export type SampledValue = {
  readonly measurand: Measurand;
  readonly phase: 'L1' | 'L2' | 'L3' | 'N' | null;
  readonly value: number;
  readonly location: string;
};

/**
 * A reading that its meter signed: what is checked is every character of it, so that it is passed on as it came and
 * never read as a number.
 */
export type SignedValue = {
  readonly data: string;
  /** The words that it came with; null where it came without. */
  readonly context: string | null;
  readonly measurand: string | null;
  readonly phase: string | null;
  readonly location: string | null;
  readonly unit: string | null;
};

export type MeterSample = {
  readonly atWallMs: number;
  readonly context: string;
  readonly values: readonly SampledValue[];
  /** Only where there are some. */
  readonly signed?: readonly SignedValue[];
};

export type Report =
  | {
      readonly kind: 'boot';
      readonly vendor: string;
      readonly model: string;
      readonly serial: string;
      readonly firmware: string;
    }
  | { readonly kind: 'heartbeat' }
  | {
      readonly kind: 'connector-status';
      /** 0 = the whole station. */
      readonly connectorId: number;
      readonly status: ConnectorStatus;
      readonly errorCode: string;
      readonly info: string;
      readonly atWallMs: number | null;
    }
  | { readonly kind: 'authorize'; readonly idToken: string }
  | {
      readonly kind: 'transaction-started';
      readonly connectorId: number;
      readonly idToken: string;
      readonly meterStartWh: number;
      readonly atWallMs: number;
      readonly reservationId: number | null;
    }
  | {
      readonly kind: 'transaction-ended';
      readonly transactionId: number;
      readonly idToken: string | null;
      readonly meterStopWh: number;
      readonly atWallMs: number;
      readonly reason: string;
      readonly samples: readonly MeterSample[];
    }
  | {
      readonly kind: 'meter-values';
      readonly connectorId: number;
      readonly transactionId: number | null;
      readonly samples: readonly MeterSample[];
    }
  | {
      readonly kind: 'data-transfer';
      readonly vendorId: string;
      readonly messageId: string | null;
      readonly data: string | null;
    }
  | { readonly kind: 'log-status'; readonly status: string }
  | { readonly kind: 'firmware-status'; readonly status: string }
  /** As the security extension of 1.6 says it; the request that it answers, null where none runs. */
  | { readonly kind: 'log-upload-status'; readonly status: string; readonly requestId: number | null }
  | { readonly kind: 'signed-firmware-status'; readonly status: string; readonly requestId: number | null };

export type AuthorizationStatus = 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx';

/** What is said of a card; the group is left out where none was told. Cards of one group stop each other's sessions. */
export type CardWord = { readonly status: AuthorizationStatus; readonly groupIdToken?: string };

export type Reply =
  | {
      readonly kind: 'boot';
      readonly status: 'Accepted' | 'Pending' | 'Rejected';
      readonly nowWallMs: number;
      readonly intervalS: number;
    }
  | { readonly kind: 'heartbeat'; readonly nowWallMs: number }
  | ({ readonly kind: 'authorize' } & CardWord)
  | ({ readonly kind: 'transaction-started'; readonly transactionId: number } & CardWord)
  | { readonly kind: 'transaction-ended'; readonly status: AuthorizationStatus | null }
  | {
      readonly kind: 'data-transfer';
      readonly status: 'Accepted' | 'Rejected' | 'UnknownMessageId' | 'UnknownVendorId';
    }
  | { readonly kind: 'empty' };
