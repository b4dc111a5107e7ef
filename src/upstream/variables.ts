/** The configuration keys of the one station that may be set (OCPP 1.6 clause 9): each has its effect and is kept. */
import { parsedJson } from '#base/json.ts';
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

/** Longest interval that is believed; a day without a sample is none. */
const INTERVAL_MAX_S = 86_400;
/** A charger that did not take a reset five times will not. */
const RETRIES_MAX = 5;

type Setting = { readonly value: string; fits(value: string): boolean };

const whole =
  (least: number, most: number) =>
  (value: string): boolean =>
    /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most;

const isTruth = (value: string): boolean => value === 'true' || value === 'false';
const on: Setting = { value: 'true', fits: isTruth };
const off: Setting = { value: 'false', fits: isTruth };

const isList = (value: string): boolean => value === '' || listed(value).length === value.split(',').length;

/** By key: what it is from the start, and what it may be. */
const SETTINGS = {
  /** A start from above asks for its card first. */
  AuthorizeRemoteTxRequests: off,
  /** Who was accepted is remembered for when the back office is silent. */
  AuthorizationCacheEnabled: on,
  /** Between two marks of the clock, from midnight UTC; 0 = none. */
  ClockAlignedDataInterval: { value: '0', fits: whole(0, INTERVAL_MAX_S) },
  HeartbeatInterval: { value: '300', fits: whole(1, INTERVAL_MAX_S) },
  LocalAuthListEnabled: on,
  /** The list and the cache count while there is no link. */
  LocalAuthorizeOffline: on,
  /** Who stands on the list or in the cache charges without waiting for an answer. */
  LocalPreauthorize: off,
  /** 100 sockets at 60 s are two messages a second: more than one round trip each would not fit. */
  MeterValueSampleInterval: { value: '60', fits: whole(0, INTERVAL_MAX_S) },
  MeterValuesSampledData: {
    value: 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Current.Offered,Power.Offered',
    fits: isList,
  },
  MeterValuesAlignedData: { value: 'Energy.Active.Import.Register', fits: isList },
  ResetRetries: { value: '0', fits: whole(0, RETRIES_MAX) },
  /** A session whose card is refused after its start is stopped. */
  StopTransactionOnInvalidId: on,
  /** Of a start, a stop or samples that are refused; what stands behind waits for twenty minutes at most. */
  TransactionMessageAttempts: { value: '3', fits: whole(1, 5) },
  TransactionMessageRetryInterval: { value: '60', fits: whole(1, 120) },
} satisfies Readonly<Record<string, Setting>>;

type Key = keyof typeof SETTINGS;
type Switch = {
  [K in Key]: (typeof SETTINGS)[K] extends typeof on ? K : never;
}[Key];

export type SetAnswer = 'Accepted' | 'Rejected' | 'NotSupported';

const isKey = (key: string): key is Key => Object.hasOwn(SETTINGS, key);

export class Variables {
  readonly #values = new Map<Key, string>();

  constructor(stored: readonly StoredDocument[]) {
    for (const { key, json } of stored) {
      const value = parsedJson(json);
      if (isKey(key) && typeof value === 'string' && SETTINGS[key].fits(value)) this.#values.set(key, value);
    }
  }

  /** Those of the given names; all for none. @param facts keys that cannot be set */
  get(
    names: readonly string[],
    facts: Readonly<Record<string, string>>,
  ): { readonly known: readonly Variable[]; readonly unknown: readonly string[] } {
    const all: readonly Variable[] = [
      ...Object.entries(facts).map(([key, value]) => ({ key, readonly: true, value })),
      ...Object.keys(SETTINGS)
        .filter(isKey)
        .map(key => ({ key, readonly: false, value: this.#value(key) })),
      // Write-only: it is there, and what it is is never said (security whitepaper, its list of configuration keys).
      { key: PASSWORD_KEY, readonly: false, value: null },
    ].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (names.length === 0) return { known: all, unknown: [] };
    return {
      known: all.filter(({ key }) => names.includes(key)),
      unknown: names.filter(name => !all.some(({ key }) => key === name)),
    };
  }

  set(
    key: string,
    value: string,
    facts: Readonly<Record<string, string>>,
  ): { readonly status: SetAnswer; readonly changes: readonly StoreChange[] } {
    if (!isKey(key)) return { status: Object.hasOwn(facts, key) ? 'Rejected' : 'NotSupported', changes: [] };
    if (!SETTINGS[key].fits(value)) return { status: 'Rejected', changes: [] };
    this.#values.set(key, value);
    const document = { kind: VARIABLE_KIND, key, json: JSON.stringify(value) };
    return { status: 'Accepted', changes: [{ type: 'put', document }] };
  }

  isOn = (key: Switch): boolean => this.#value(key) === 'true';

  /** Between two samples of a session; 0 = none are wanted. */
  sampleIntervalMs = (): number => Number(this.#value('MeterValueSampleInterval')) * 1000;

  measurands = (): readonly Measurand[] => listed(this.#value('MeterValuesSampledData'));

  heartbeatS = (): number => Number(this.#value('HeartbeatInterval'));

  /** Between two marks of the clock at which every socket is sampled; 0 = none. */
  clockIntervalMs = (): number => Number(this.#value('ClockAlignedDataInterval')) * 1000;

  clockMeasurands = (): readonly Measurand[] => listed(this.#value('MeterValuesAlignedData'));

  /** How often a message is sent that is refused, and how long it waits for each time that it was (clause 9.1.28). */
  messageRetries = (): { readonly attempts: number; readonly waitMs: number } => ({
    attempts: Number(this.#value('TransactionMessageAttempts')),
    waitMs: Number(this.#value('TransactionMessageRetryInterval')) * 1000,
  });

  resetRetries = (): number => Number(this.#value('ResetRetries'));

  /** The interval that the answer to a boot named. */
  noteHeartbeat(seconds: number): void {
    this.#values.set('HeartbeatInterval', String(seconds));
  }

  #value = (key: Key): string => this.#values.get(key) ?? SETTINGS[key].value;
}

const listed = (text: string): readonly Measurand[] =>
  text.split(',').flatMap(word => MEASURANDS.find(known => known === word.trim()) ?? []);
