/**
 * Meter values of OCPP 1.6 <-> neutral samples in A, W, Wh, V and %. Source: OCPP 1.6 clauses 7.31 to 7.45:
 * a value is text; without a measurand it is Energy.Active.Import.Register, without a location the Outlet.
 */
import type { MeterValuesRequest } from 'typed-ocpp/dist/ocpp16/types.js';
import { parseTime, printTime } from '#ocpp/time.ts';
import type { Measurand, MeterSample, SampledValue, SignedValue } from '#site/report.ts';

type RawMeterValue = MeterValuesRequest['meterValue'][number];
type RawSampledValue = RawMeterValue['sampledValue'][number];
type Unit = NonNullable<RawSampledValue['unit']>;
type RawContext = NonNullable<RawSampledValue['context']>;
type Known = Exclude<Measurand, 'other'>;
type Phase = SampledValue['phase'];

const DEFAULT_MEASURAND: Known = 'Energy.Active.Import.Register';
const DEFAULT_LOCATION = 'Outlet';
const DEFAULT_CONTEXT = 'Sample.Periodic';

type Units = { readonly one: Unit; readonly thousand: Unit | null };

/** The neutral unit of each measurand, and the one that is a thousand of it. A missing unit is the neutral one. */
const UNITS: Readonly<Record<Known, Units>> = {
  'Current.Import': { one: 'A', thousand: null },
  'Current.Offered': { one: 'A', thousand: null },
  'Power.Active.Import': { one: 'W', thousand: 'kW' },
  'Power.Offered': { one: 'W', thousand: 'kW' },
  'Energy.Active.Import.Register': { one: 'Wh', thousand: 'kWh' },
  Voltage: { one: 'V', thousand: null },
  SoC: { one: 'Percent', thousand: null },
};

const UNITS_BY_NAME: ReadonlyMap<string, Units> = new Map(Object.entries(UNITS));

const CONTEXTS: ReadonlySet<string> = new Set<RawContext>([
  'Interruption.Begin',
  'Interruption.End',
  'Sample.Clock',
  'Sample.Periodic',
  'Transaction.Begin',
  'Transaction.End',
  'Trigger',
  'Other',
]);

const LOCATIONS: ReadonlySet<string> = new Set<NonNullable<RawSampledValue['location']>>([
  'Cable',
  'EV',
  'Inlet',
  'Outlet',
  'Body',
]);

/** A plain decimal number: no comma, no hexadecimal, no word. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Samples of a MeterValues or of transactionData. A value that cannot be read is left out, its sample stays. */
export function decodeMeterValues(raw: readonly RawMeterValue[]): readonly MeterSample[] {
  const samples: MeterSample[] = [];
  for (const one of raw) decodeMeterValue(one, samples);
  return samples;
}

/** 1.6 gives each value its context; values of one instant are parted where it changes. */
function decodeMeterValue(raw: RawMeterValue, samples: MeterSample[]): void {
  const atWallMs = parseTime(raw.timestamp);
  let context: string = raw.sampledValue[0]?.context ?? DEFAULT_CONTEXT;
  let values: SampledValue[] = [];
  let signed: SignedValue[] = [];
  for (const one of raw.sampledValue) {
    const its = one.context ?? DEFAULT_CONTEXT;
    if (its !== context) {
      samples.push(sampleOf(atWallMs, context, values, signed));
      context = its;
      values = [];
      signed = [];
    }
    if (one.format === 'SignedData') signed.push(decodeSigned(one));
    else decodeSampledValue(one, values);
  }
  samples.push(sampleOf(atWallMs, context, values, signed));
}

const sampleOf = (atWallMs: number, context: string, values: SampledValue[], signed: SignedValue[]): MeterSample =>
  signed.length === 0 ? { atWallMs, context, values } : { atWallMs, context, values, signed };

/** Clause 7.45 with the white paper on signed meter values: a text that only its reader understands. */
const decodeSigned = ({ value, context, measurand, phase, location, unit }: RawSampledValue): SignedValue => ({
  data: value,
  context: context ?? null,
  measurand: measurand ?? null,
  phase: phase ?? null,
  location: location ?? null,
  unit: unit ?? null,
});

function decodeSampledValue(raw: RawSampledValue, values: SampledValue[]): void {
  if (!DECIMAL.test(raw.value)) return;
  const measurand = raw.measurand ?? DEFAULT_MEASURAND;
  const units = UNITS_BY_NAME.get(measurand);
  const location = raw.location ?? DEFAULT_LOCATION;
  const number = Number(raw.value);
  if (units === undefined) pushFinite(values, 'other', singlePhase(raw.phase), number, location);
  else decodeKnown(raw, measurand as Known, units, number, location, values);
}

function decodeKnown(
  raw: RawSampledValue,
  known: Known,
  units: Units,
  number: number,
  location: string,
  values: SampledValue[],
) {
  const unit = raw.unit ?? units.one;
  // A current in watts, an energy in varh: the sender is confused, and a guess would steer a fuse.
  if (unit !== units.one && unit !== units.thousand) return;
  // Thousandths of the neutral unit are kept, the dust of the multiplication is not.
  const value = unit === units.one ? number : Math.round(number * 1e6) / 1e3;
  const lines = linesOf(raw.phase);
  if (lines === null) pushFinite(values, known, singlePhase(raw.phase), value, location);
  else if (known === 'Current.Import' || known === 'Current.Offered') {
    // A current from line to line flows in both lines.
    pushFinite(values, known, lines[0], value, location);
    pushFinite(values, known, lines[1], value, location);
  } else pushFinite(values, 'other', null, value, location);
}

function pushFinite(values: SampledValue[], measurand: Measurand, phase: Phase, value: number, location: string): void {
  if (Number.isFinite(value)) values.push({ measurand, phase, value, location });
}

function singlePhase(phase: RawSampledValue['phase']): Phase {
  switch (phase) {
    case 'L1':
    case 'L1-N':
      return 'L1';
    case 'L2':
    case 'L2-N':
      return 'L2';
    case 'L3':
    case 'L3-N':
      return 'L3';
    case 'N':
      return 'N';
    default:
      return null;
  }
}

function linesOf(phase: RawSampledValue['phase']): readonly ['L1' | 'L2' | 'L3', 'L1' | 'L2' | 'L3'] | null {
  switch (phase) {
    case 'L1-L2':
      return ['L1', 'L2'];
    case 'L2-L3':
      return ['L2', 'L3'];
    case 'L3-L1':
      return ['L3', 'L1'];
    default:
      return null;
  }
}

/** Measurands without a neutral name have nothing to be printed from and are left out. */
export function encodeMeterValues(samples: readonly MeterSample[]): RawMeterValue[] {
  return samples.map(sample => ({
    timestamp: printTime(sample.atWallMs),
    sampledValue: [
      ...sample.values.flatMap(value =>
        value.measurand === 'other' ? [] : [encodeSampledValue(value, value.measurand, sample.context)],
      ),
      ...(sample.signed ?? []).map(encodeSigned),
    ],
  }));
}

/** What it came without it leaves without. */
function encodeSigned({ data, ...words }: SignedValue): RawSampledValue {
  const said = Object.entries(words).filter(([, word]) => word !== null);
  return { value: data, format: 'SignedData', ...Object.fromEntries(said) };
}

function encodeSampledValue(value: SampledValue, measurand: Known, context: string): RawSampledValue {
  const raw: RawSampledValue = {
    value: String(value.value),
    context: (CONTEXTS.has(context) ? context : 'Other') as RawContext,
    measurand,
    location: (LOCATIONS.has(value.location) ? value.location : DEFAULT_LOCATION) as 'Outlet',
    unit: UNITS[measurand].one,
  };
  if (value.phase !== null) raw.phase = value.phase;
  return raw;
}
