/**
 * What may be asked of a charging station, version-neutral. A dialect translates; an action that a
 * dialect or a station does not know comes back as a failed Outcome.
 */
import type { AuthorizationStatus } from '#site/report.ts';

export type ChargingProfilePurpose = 'ChargingStationMaxProfile' | 'TxDefaultProfile' | 'TxProfile';
export type ChargingProfileKind = 'Absolute' | 'Recurring' | 'Relative';
export type RateUnit = 'A' | 'W';

export type ChargingPeriod = {
  readonly startS: number;
  /** In the schedule's unit, one decimal. */
  readonly limit: number;
  readonly numberPhases: number | null;
};

export type ChargingSchedule = {
  readonly unit: RateUnit;
  readonly startWallMs: number | null;
  readonly durationS: number | null;
  readonly minRate: number | null;
  readonly periods: readonly ChargingPeriod[];
};

export type ChargingProfile = {
  readonly id: number;
  readonly stackLevel: number;
  readonly purpose: ChargingProfilePurpose;
  readonly kind: ChargingProfileKind;
  readonly recurrency: 'Daily' | 'Weekly' | null;
  readonly transactionId: number | null;
  readonly validFromWallMs: number | null;
  readonly validToWallMs: number | null;
  readonly schedule: ChargingSchedule;
};

/** What a station may be asked to say again. */
export type Trigger =
  | 'BootNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'StatusNotification'
  | 'LogStatus'
  | 'FirmwareStatus';

export type Command =
  | { readonly kind: 'set-charging-profile'; readonly connectorId: number; readonly profile: ChargingProfile }
  | {
      readonly kind: 'clear-charging-profile';
      readonly profileId: number | null;
      readonly connectorId: number | null;
      readonly purpose: ChargingProfilePurpose | null;
      readonly stackLevel: number | null;
    }
  | {
      readonly kind: 'get-composite-schedule';
      readonly connectorId: number;
      readonly durationS: number;
      readonly unit: RateUnit | null;
    }
  | {
      readonly kind: 'trigger';
      readonly message: Trigger;
      readonly connectorId: number | null;
    }
  | { readonly kind: 'change-availability'; readonly connectorId: number; readonly operative: boolean }
  | {
      readonly kind: 'remote-start';
      readonly connectorId: number | null;
      readonly idToken: string;
      readonly profile: ChargingProfile | null;
    }
  | { readonly kind: 'remote-stop'; readonly transactionId: number }
  | { readonly kind: 'reset'; readonly hard: boolean }
  | { readonly kind: 'unlock-connector'; readonly connectorId: number }
  | { readonly kind: 'get-variables'; readonly keys: readonly string[] }
  | { readonly kind: 'set-variable'; readonly key: string; readonly value: string }
  | { readonly kind: 'clear-cache' }
  | {
      readonly kind: 'data-transfer';
      readonly vendorId: string;
      readonly messageId: string | null;
      readonly data: string | null;
    }
  | {
      readonly kind: 'reserve';
      readonly reservationId: number;
      /** 0 = any. */
      readonly connectorId: number;
      readonly idToken: string;
      readonly groupIdToken: string | null;
      readonly expiresAtWallMs: number;
    }
  | { readonly kind: 'cancel-reservation'; readonly reservationId: number }
  | {
      readonly kind: 'send-local-list';
      readonly version: number;
      /** In place of the list, or on top of it. */
      readonly full: boolean;
      readonly entries: readonly LocalListEntry[];
    }
  | { readonly kind: 'get-local-list-version' }
  | ({ readonly kind: 'get-diagnostics' } & LogOrder)
  | { readonly kind: 'update-firmware'; readonly location: string; readonly retrieveAtWallMs: number }
  | SecurityCommand;

/** A card of a local list; without a status it is to be taken off the list. */
export type LocalListEntry = {
  readonly idToken: string;
  readonly status: AuthorizationStatus | null;
  readonly groupIdToken: string | null;
  readonly expiresAtWallMs: number | null;
};

/** Where an archive of logs is to be uploaded, and what it is to hold. */
export type LogOrder = {
  readonly location: string;
  readonly retries: number | null;
  readonly retryIntervalS: number | null;
  readonly fromWallMs: number | null;
  readonly toWallMs: number | null;
};

export type CertificateHash = {
  readonly hashAlgorithm: 'SHA256' | 'SHA384' | 'SHA512';
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
};

export type CertificateUse = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate';

/** What the security extension of 1.6 adds. */
type SecurityCommand =
  | ({
      readonly kind: 'get-log';
      readonly requestId: number;
      readonly log: 'DiagnosticsLog' | 'SecurityLog';
    } & LogOrder)
  | {
      readonly kind: 'extended-trigger';
      readonly message: Trigger | 'SignCertificate';
      readonly connectorId: number | null;
    }
  | {
      readonly kind: 'signed-update-firmware';
      readonly requestId: number;
      readonly location: string;
      readonly retrieveAtWallMs: number;
      readonly signingCertificate: string;
      readonly signature: string;
    }
  | { readonly kind: 'install-certificate'; readonly use: CertificateUse; readonly certificate: string }
  | { readonly kind: 'delete-certificate'; readonly hash: CertificateHash }
  | { readonly kind: 'get-certificates'; readonly use: CertificateUse }
  | { readonly kind: 'certificate-signed'; readonly chain: string };

export type Variable = { readonly key: string; readonly readonly: boolean; readonly value: string | null };

/** What a station answered to a command it understood. `status` is the version's own word. */
export type CommandReply =
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'variables'; readonly known: readonly Variable[]; readonly unknown: readonly string[] }
  | {
      readonly kind: 'composite-schedule';
      readonly status: string;
      readonly connectorId: number | null;
      readonly startWallMs: number | null;
      readonly schedule: ChargingSchedule | null;
    }
  | { readonly kind: 'data-transfer'; readonly status: string; readonly data: string | null }
  | { readonly kind: 'local-list-version'; readonly version: number }
  /** Status null where the older action has none; file name null where there will be no file. */
  | { readonly kind: 'log'; readonly status: string | null; readonly fileName: string | null }
  | { readonly kind: 'nothing' };
