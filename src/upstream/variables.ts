/** The configuration keys of the one station (OCPP 1.6 clause 9): what it can truly say, and what may be set. */
import { parsedJson } from '#base/json.ts';
import { MAX_PERIODS, MAX_STACK_LEVEL, mostInstalled } from '#site/charging-profile/profile-rules.ts';
import type { Variable } from '#site/command.ts';
import type { Measurand } from '#site/report.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { PASSWORD_KEY } from './password.ts';

export const VARIABLE_KIND = 'upstream-variable';

/** What may be asked of a sample; anything else in a list is refused, and nothing changes. */
const MEASURANDS: readonly Measurand[] = [
  'Current.Import',
  'Current.Offered',
  'Power.Active.Import',
  'Power.Offered',
  'Energy.Active.Import.Register',
  'Voltage',
  'SoC',
];

const DEFAULTS = {
  /** 100 sockets at 60 s are two messages a second: more than one round trip each would not fit. */
  MeterValueSampleInterval: '60',
  MeterValuesSampledData:
    'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Current.Offered,Power.Offered',
  HeartbeatInterval: '300',
} as const;

type Writable = keyof typeof DEFAULTS;

/** Longest interval that is believed; a day without a sample is none. */
const INTERVAL_MAX_S = 86_400;

/** Facts, and keys whose meaning here is fixed. @param sockets how many numbers there are */
const facts = (sockets: number): Readonly<Record<string, string>> => ({
  AuthorizeRemoteTxRequests: 'false',
  ChargeProfileMaxStackLevel: String(MAX_STACK_LEVEL),
  ChargingScheduleAllowedChargingRateUnit: 'Current,Power',
  ChargingScheduleMaxPeriods: String(MAX_PERIODS),
  ClockAlignedDataInterval: '0',
  ConnectionTimeOut: '60',
  ConnectorPhaseRotation: 'NotApplicable',
  ConnectorSwitch3to1PhaseSupported: 'false',
  GetConfigurationMaxKeys: '50',
  LocalAuthorizeOffline: 'true',
  LocalPreauthorize: 'false',
  MaxChargingProfilesInstalled: String(mostInstalled(sockets)),
  MeterValuesAlignedData: '',
  NumberOfConnectors: String(sockets),
  ResetRetries: '0',
  StopTransactionOnInvalidId: 'true',
  StopTxnAlignedData: '',
  StopTxnSampledData: 'Energy.Active.Import.Register',
  SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger',
  TransactionMessageAttempts: '3',
  TransactionMessageRetryInterval: '60',
  UnlockConnectorOnEVSideDisconnect: 'true',
});

export type SetAnswer = 'Accepted' | 'Rejected' | 'NotSupported';

export class Variables {
  readonly #values = new Map<string, string>(Object.entries(DEFAULTS));

  constructor(stored: readonly StoredDocument[]) {
    for (const { key, json } of stored) {
      const value = parsedJson(json);
      if (typeof value === 'string' && this.#fits(key, value)) this.#values.set(key, value);
    }
  }

  /** Those of the given names; all for none. */
  get(
    names: readonly string[],
    sockets: number,
  ): { readonly known: readonly Variable[]; readonly unknown: readonly string[] } {
    const all: readonly Variable[] = [
      ...Object.entries(facts(sockets)).map(([key, value]) => ({ key, readonly: true, value })),
      ...[...this.#values].map(([key, value]) => ({ key, readonly: false, value })),
      // Write-only: it is there, and what it is is never said (security whitepaper, its list of configuration keys).
      { key: PASSWORD_KEY, readonly: false, value: null },
    ].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (names.length === 0) return { known: all, unknown: [] };
    return {
      known: all.filter(({ key }) => names.includes(key)),
      unknown: names.filter(name => !all.some(({ key }) => key === name)),
    };
  }

  set(key: string, value: string): { readonly status: SetAnswer; readonly changes: readonly StoreChange[] } {
    if (!this.#values.has(key)) return { status: key in facts(0) ? 'Rejected' : 'NotSupported', changes: [] };
    if (!this.#fits(key, value)) return { status: 'Rejected', changes: [] };
    this.#values.set(key, value);
    const document = { kind: VARIABLE_KIND, key, json: JSON.stringify(value) };
    return { status: 'Accepted', changes: [{ type: 'put', document }] };
  }

  /** Between two samples of a session; 0 = none are wanted. */
  sampleIntervalMs = (): number => Number(this.#value('MeterValueSampleInterval')) * 1000;

  measurands = (): readonly Measurand[] => listed(this.#value('MeterValuesSampledData'));

  heartbeatS = (): number => Number(this.#value('HeartbeatInterval'));

  /** The interval that the answer to a boot named. */
  noteHeartbeat(seconds: number): void {
    this.#values.set('HeartbeatInterval', String(seconds));
  }

  #value = (key: Writable): string => this.#values.get(key) ?? DEFAULTS[key];

  #fits(key: string, value: string): boolean {
    if (key === 'MeterValuesSampledData') return value === '' || listed(value).length === value.split(',').length;
    if (!/^\d{1,6}$/.test(value) || Number(value) > INTERVAL_MAX_S) return false;
    return key === 'MeterValueSampleInterval' || (key === 'HeartbeatInterval' && Number(value) > 0);
  }
}

const listed = (text: string): readonly Measurand[] =>
  text.split(',').flatMap(word => MEASURANDS.find(known => known === word.trim()) ?? []);
