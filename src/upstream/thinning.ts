/** Which samples of a charger the back office is sent, and what is added to them. */
import type { Measurand, MeterSample, SampledValue } from '#site/report.ts';

/** What holds on the socket that was sampled. */
export type Offer = {
  /** The grant in force; null before one was acknowledged. */
  readonly grantMa: number | null;
  readonly nominalV: number;
  readonly phases: number;
};

/** How much of what chargers measure is wanted above. */
export type Wanted = { readonly intervalMs: number; readonly measurands: readonly Measurand[] };

/** A sample that begins or ends a transaction is evidence and never thinned (design §3, promise 3). */
export const isEvidence = ({ context }: MeterSample): boolean => context.startsWith('Transaction.');

/**
 * The samples worth sending: evidence whole, of the others the newest one, once an interval has passed since the
 * last that was sent.
 * @param lastWallMs the charger's time of the last periodic sample sent, or null
 */
export function thinned(
  samples: readonly MeterSample[],
  wanted: Wanted,
  lastWallMs: number | null,
  offer: Offer,
): readonly MeterSample[] {
  const evidence = samples.filter(isEvidence);
  const newest = samples.filter(sample => !isEvidence(sample)).reduce<MeterSample | null>(later, null);
  if (newest === null || wanted.intervalMs <= 0) return evidence;
  // A charger whose clock was set back begins anew; a second of slack lets 60 s stay 60 s.
  const isDue =
    lastWallMs === null || newest.atWallMs < lastWallMs || newest.atWallMs - lastWallMs >= wanted.intervalMs - 1_000;
  if (!isDue) return evidence;
  const values = newest.values.filter(({ measurand }) => wanted.measurands.includes(measurand) && !isOffer(measurand));
  const all = [...values, ...offered(offer, wanted)];
  return all.length === 0 ? evidence : [...evidence, { ...newest, values: all }];
}

const later = (best: MeterSample | null, sample: MeterSample): MeterSample =>
  best === null || sample.atWallMs > best.atWallMs ? sample : best;

/** What a charger believes it offers is replaced by what it was granted. */
const isOffer = (measurand: Measurand): boolean => measurand === 'Current.Offered' || measurand === 'Power.Offered';

function offered({ grantMa, nominalV, phases }: Offer, { measurands }: Wanted): readonly SampledValue[] {
  if (grantMa === null) return [];
  const value = (measurand: Measurand, number: number): readonly SampledValue[] =>
    measurands.includes(measurand) ? [{ measurand, phase: null, value: number, location: 'Outlet' }] : [];
  return [
    ...value('Current.Offered', Math.round(grantMa / 100) / 10),
    ...value('Power.Offered', Math.round((grantMa * nominalV * phases) / 1000)),
  ];
}

/** Half of what waits for too long: every second sample, evidence and the newest always kept. */
export function halved(samples: readonly MeterSample[]): readonly MeterSample[] {
  return samples.filter((sample, index) => isEvidence(sample) || (samples.length - 1 - index) % 2 === 0);
}
