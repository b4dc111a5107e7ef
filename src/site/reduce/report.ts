/** What a charging station said, as it changes what is known of it. */
import { at } from '#base/assert.ts';
import { ZERO_TRIPLE } from '#base/units.ts';
import type { SiteEvent } from '#site/event.ts';
import { rejudged } from '#site/gate/background.ts';
import { afterSample } from '#site/gate/belief.ts';
import { believed, newest } from '#site/gate/ledger.ts';
import { isLearnedAt, maskAfter } from '#site/gate/mask.ts';
import { asking } from '#site/reduce/asking.ts';
import { booted } from '#site/reduce/charger.ts';
import { type Draw, drawOf, registerOf } from '#site/reduce/draw.ts';
import { withBoth, withCharger, withConnector } from '#site/reduce/leaf.ts';
import { judgeMoment, judgeSample } from '#site/reduce/skew.ts';
import type { MeterSample, Report } from '#site/report.ts';
import type { Connector, LearnedMask, SiteState } from '#site/state.ts';
import { type ChargerTraits, type ConnectorSpec, socketOn } from '#site/topology.ts';

type Reported = Extract<SiteEvent, { type: 'charger-reported' }>;

export function chargerReported(state: SiteState, event: Reported): SiteState {
  const { report } = event;
  switch (report.kind) {
    case 'boot':
      return booted(heard(state, event), event.charger, report, event.traits);
    case 'connector-status':
      return withStatus(heardToRun(state, event), event, report);
    case 'transaction-started':
      return transactionStarted(heardToRun(state, event), event, report);
    case 'transaction-ended':
      return transactionEnded(heard(state, event), event, report);
    case 'meter-values':
      return withSamples(state, event, report.connectorId, report.samples);
    case 'heartbeat':
      return heardToRun(state, event);
    case 'authorize':
    case 'data-transfer':
    case 'log-status':
    case 'firmware-status':
    case 'log-upload-status':
    case 'signed-firmware-status':
      return heard(state, event);
  }
}

const heard = (state: SiteState, { charger, atMs }: Reported): SiteState =>
  withCharger(state, charger, found => ({ ...found, lastHeardMs: atMs }));

/** A charger that merely reconnects does not boot again; what it says shows that it runs. */
const heardToRun = (state: SiteState, { charger, atMs }: Reported): SiteState =>
  withCharger(state, charger, found => ({ ...found, lastHeardMs: atMs, booted: true }));

function withStatus(
  state: SiteState,
  event: Reported,
  report: Extract<Report, { kind: 'connector-status' }>,
): SiteState {
  const learned =
    report.atWallMs === null ? state : withMoment(state, event.charger, { ...event, isAsked: false }, report.atWallMs);
  const spec = socketOn(state.topology, event.charger, report.connectorId);
  if (spec === undefined) return learned;
  return withConnector(learned, spec.index, connector => {
    const next = {
      ...connector,
      status: report.status,
      statusAtMs: event.atMs,
      errorCode: report.errorCode,
      mask: isPause(report.status) ? null : connector.mask,
    };
    return asking(report.status === 'Available' ? unplugged(next, event.atMs) : next, event.atMs);
  });
}

const isPause = (status: Connector['status']) => status === 'SuspendedEV' || status === 'SuspendedEVSE';

/** A timestamp of the charger's that may be old, as evidence of its clock. */
export const withMoment = (
  state: SiteState,
  charger: number,
  heard: { readonly atMs: number; readonly atChargerMs: number; readonly isAsked: boolean },
  stampMs: number,
): SiteState =>
  withCharger(state, charger, found => {
    const skew = judgeMoment(found.skew, heard.atChargerMs - stampMs, heard.atMs, heard.isAsked);
    return skew === found.skew ? found : { ...found, skew };
  });

/** Available: no car, so nothing is drawn, and an acknowledged limit is believed (rule 5). */
function unplugged(connector: Connector, atMs: number): Connector {
  const isAcked = newest(connector.ledger).ackedAtMs !== null;
  const ledger = isAcked ? believed(connector.ledger) : connector.ledger;
  return {
    ...connector,
    transaction: null,
    draw: { atMs, ma: ZERO_TRIPLE, powerW: 0 },
    earlierDraws: [],
    mask: null,
    probeAtMs: null,
    ledger: { ...ledger, overSinceMs: null },
  };
}

function transactionStarted(
  state: SiteState,
  event: Reported,
  report: Extract<Report, { kind: 'transaction-started' }>,
): SiteState {
  const spec = socketOn(state.topology, event.charger, report.connectorId);
  if (spec === undefined || event.isAgain) return state;
  const transaction = {
    id: event.freshId,
    idToken: report.idToken,
    startedAtMs: event.atMs,
    startedAtWallMs: report.atWallMs,
    meterStartWh: report.meterStartWh,
  };
  return withConnector(state, spec.index, connector =>
    asking({ ...connector, transaction, registerWh: report.meterStartWh }, event.atMs),
  );
}

function transactionEnded(
  state: SiteState,
  event: Reported,
  report: Extract<Report, { kind: 'transaction-ended' }>,
): SiteState {
  const index = at(state.topology.chargers, event.charger).connectors.find(
    connector => at(state.connectors, connector).transaction?.id === report.transactionId,
  );
  if (index === undefined) return state;
  return withConnector(state, index, connector => {
    const status = connector.status === 'Charging' ? 'Finishing' : connector.status;
    const over = { transaction: null, status, registerWh: report.meterStopWh, mask: null, probeAtMs: null, wish: null };
    return asking({ ...connector, ...over }, event.atMs);
  });
}

function withSamples(
  state: SiteState,
  event: Reported,
  connectorId: number,
  samples: readonly MeterSample[],
): SiteState {
  const spec = socketOn(state.topology, event.charger, connectorId);
  const newest = newestOf(samples);
  return spec === undefined || newest === null ? heardToRun(state, event) : withSample(state, event, spec, newest);
}

/**
 * The newest sample of a message, put together: some chargers send one element for each phase. Older ones in
 * the same message are history, and one message is one look at the car.
 */
function newestOf(samples: readonly MeterSample[]): MeterSample | null {
  if (samples.length < 2) return samples[0] ?? null;
  const atWallMs = samples.reduce((latest, sample) => Math.max(latest, sample.atWallMs), Number.NEGATIVE_INFINITY);
  const same = samples.filter(sample => sample.atWallMs === atWallMs);
  const [first] = same;
  return first === undefined ? null : { ...first, values: same.flatMap(sample => sample.values) };
}

/** Four samples, 40 s at the interval that set-up asks for: what a meter read every 10 s needs to be explained by. */
const EARLIER_DRAWS = 3;

function withSample(state: SiteState, event: Reported, spec: ConnectorSpec, sample: MeterSample): SiteState {
  const { charger: index, atMs } = event;
  const before = at(state.chargers, index);
  const { isLive, skew } = judgeSample(before.skew, event.atChargerMs - sample.atWallMs, atMs);
  const charger = { ...before, lastHeardMs: atMs, booted: true, skew };
  const known = at(state.connectors, spec.index);
  const registerWh = registerOf(sample) ?? known.registerWh;
  const draw = isLive ? drawOf(sample, spec, state.topology.nominalV) : null;
  if (draw === null) {
    const connector = registerWh === known.registerWh ? known : { ...known, registerWh };
    return withBoth(state, index, charger, spec.index, connector);
  }
  const connector = withDraw(known, draw, registerWh, spec, charger.traits, atMs);
  return rejudged(withBoth(state, index, charger, spec.index, connector), spec.path, atMs);
}

function withDraw(
  known: Connector,
  draw: Draw,
  registerWh: number | null,
  spec: ConnectorSpec,
  traits: ChargerTraits,
  atMs: number,
): Connector {
  const seen = { atMs, ma: draw.ma, powerW: draw.powerW };
  const mask = maskAfter(known.mask, seen, spec, draw.tellsAll);
  return {
    ...known,
    registerWh,
    draw: seen,
    earlierDraws: known.draw === null ? [] : [known.draw, ...known.earlierDraws].slice(0, EARLIER_DRAWS),
    ledger: afterSample(known.ledger, seen, spec, traits, known.draw),
    mask,
    probeAtMs: probeAfter(known, mask, atMs),
  };
}

/** A probe that has told the phases is over: there is no second one in this session (rule 12). */
const probeAfter = ({ probeAtMs }: Connector, mask: LearnedMask | null, atMs: number): number | null =>
  probeAtMs !== null && isLearnedAt(mask, atMs) ? Number.NEGATIVE_INFINITY : probeAtMs;
