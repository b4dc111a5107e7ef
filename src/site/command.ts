/**
 * What may be asked of a charging station, version-neutral. A dialect translates; an action that a
 * dialect or a station does not know comes back as a failed Outcome.
 */

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
      readonly message:
        | 'BootNotification'
        | 'Heartbeat'
        | 'MeterValues'
        | 'StatusNotification'
        | 'LogStatus'
        | 'FirmwareStatus';
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
    };

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
  | { readonly kind: 'data-transfer'; readonly status: string; readonly data: string | null };
