/** `GET /metrics`: the site's figures for Prometheus, read anew at every scrape. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { PhaseAmps } from '#base/units.ts';
import type { Control } from '#site/gate/view.ts';
import { type CircuitView, type ConnectorView, PHASES, type SiteView } from './site-view.ts';

export type StreamFigures = { readonly clients: number; readonly dropped: number };

export type Metrics = { readonly contentType: string; text(view: SiteView, stream: StreamFigures): Promise<string> };

const CONTROLS: readonly Control[] = ['controlled', 'unproven', 'uncontrolled', 'offline'];

/** A registry of its own; label values come from the configuration only, so their number is bounded. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const fills = [
    circuitMetrics(registry),
    connectorMetrics(registry),
    siteMetrics(registry),
    loopMetrics(registry),
    upstreamMetrics(registry),
  ];
  const streamFill = streamMetrics(registry);
  return {
    contentType: registry.contentType,
    text(view, stream) {
      for (const fill of fills) fill(view);
      streamFill(stream);
      return registry.metrics();
    },
  };
}

type Fill = (view: SiteView) => void;

const gauge = (registry: Registry, name: string, help: string, labelNames: readonly string[] = []) =>
  new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });

/** A counter that follows a total kept elsewhere. */
function follower(registry: Registry, name: string, help: string): (total: number) => void {
  const counter = new Counter({ name, help, registers: [registry] });
  return total => {
    counter.reset();
    counter.inc(total);
  };
}

function setPhases(to: Gauge, labels: Record<string, string>, amps: PhaseAmps): void {
  for (const phase of PHASES) {
    const value = amps[phase];
    if (value === null) to.remove({ ...labels, phase });
    else to.set({ ...labels, phase }, value);
  }
}

function circuitMetrics(registry: Registry): Fill {
  const amps = (what: string, help: string) =>
    gauge(registry, `busbar_circuit_${what}_amperes`, help, ['circuit', 'phase']);
  const watts = (what: string, help: string) => gauge(registry, `busbar_circuit_${what}_watts`, help, ['circuit']);
  const byPhase: readonly [Gauge, (c: CircuitView) => PhaseAmps][] = [
    [amps('limit', 'Lowest limit in force on a phase.'), c => c.limitA],
    [amps('load', 'Current on a phase, metered or added up.'), c => c.loadA],
    [amps('headroom', 'What may still be given on a phase; negative when too much is out.'), c => c.headroomA],
    [amps('building', 'What the building draws on a phase, as held for targets.'), c => c.buildingA],
    [amps('cars', 'What the cars draw on a phase.'), c => c.carsA],
  ];
  const bySum: readonly [Gauge, (c: CircuitView) => number | null][] = [
    [watts('limit', 'Lowest limit in force on the sum of phases.'), c => c.limitW],
    [watts('load', 'Power, metered or added up.'), c => c.loadW],
    [watts('headroom', 'Power that may still be given; negative when too much is out.'), c => c.headroomW],
  ];
  return view => {
    for (const circuit of view.circuits) {
      for (const [to, read] of byPhase) setPhases(to, { circuit: circuit.id }, read(circuit));
      for (const [to, read] of bySum) setOrRemove(to, { circuit: circuit.id }, read(circuit));
    }
  };
}

function setOrRemove(to: Gauge, labels: Record<string, string>, value: number | null): void {
  if (value === null) to.remove(labels);
  else to.set(labels, value);
}

function connectorMetrics(registry: Registry): Fill {
  const labels = ['charger', 'connector'];
  const of = (what: string, help: string) => gauge(registry, `busbar_connector_${what}`, help, labels);
  const single: readonly [Gauge, (c: ConnectorView) => number | null][] = [
    [of('target_amperes', 'What the last pass wants per active phase.'), c => c.targetA],
    [of('grant_amperes', 'Last acknowledged limit per active phase.'), c => c.grantA],
    [of('exposure_amperes', 'The most it might still obey per active phase.'), c => c.exposureA],
    [of('power_watts', 'Power of the newest sample.'), c => c.powerW],
  ];
  const draw = gauge(registry, 'busbar_connector_draw_amperes', 'Current of the newest sample.', [...labels, 'phase']);
  return view => {
    for (const connector of view.connectors) {
      const who = { charger: connector.charger, connector: String(connector.connectorId) };
      for (const [to, read] of single) setOrRemove(to, who, read(connector));
      setPhases(draw, who, connector.drawA);
    }
  };
}

function siteMetrics(registry: Registry): Fill {
  const ready = gauge(registry, 'busbar_ready', '1 while passes complete and every guard meter is fresh.');
  const connectors = gauge(registry, 'busbar_connectors', 'Connectors by how they obey.', ['control']);
  const limits = gauge(registry, 'busbar_limits', 'Limits that stand, by source.', ['source']);
  const ageSeconds = gauge(registry, 'busbar_meter_age_seconds', 'Age of the newest reading.', ['meter']);
  const good = gauge(registry, 'busbar_meter_good', '1 while the reading is fresh and plausible.', ['meter']);
  return view => {
    ready.set(view.ready ? 1 : 0);
    for (const control of CONTROLS) {
      connectors.set({ control }, view.connectors.filter(c => c.control === control).length);
    }
    limits.reset();
    for (const limit of view.limits) limits.inc({ source: limit.source });
    for (const meter of view.meters) {
      setOrRemove(ageSeconds, { meter: meter.id }, meter.ageMs === null ? null : meter.ageMs / 1000);
      good.set({ meter: meter.id }, meter.quality === 'good' ? 1 : 0);
    }
  };
}

function loopMetrics(registry: Registry): Fill {
  const limitsOnly = gauge(registry, 'busbar_limits_only', '1 while sessions cannot be written down.');
  const passes = follower(registry, 'busbar_loop_passes_total', 'Passes of allocator and gate.');
  const failed = follower(registry, 'busbar_loop_failed_checks_total', 'Passes whose own check failed.');
  const blocked = follower(registry, 'busbar_blocked_reductions_total', 'Reductions that a charger could not be told.');
  const last = gauge(registry, 'busbar_loop_last_pass_seconds', 'Duration of the last pass.');
  const p99 = gauge(registry, 'busbar_loop_p99_pass_seconds', '99th percentile of the duration of a pass.');
  const reaction = gauge(registry, 'busbar_loop_p99_reaction_seconds', 'Meter sample in to last reduction out, p99.');
  return ({ loop, limitsOnly: mode }) => {
    limitsOnly.set(mode === null ? 0 : 1);
    passes(loop.passes);
    failed(loop.failedChecks);
    blocked(loop.blockedReductions);
    last.set(loop.lastPassMs / 1000);
    p99.set(loop.p99PassMs / 1000);
    setOrRemove(reaction, {}, loop.p99ReactionMs === null ? null : loop.p99ReactionMs / 1000);
  };
}

function upstreamMetrics(registry: Registry): Fill {
  const of = (what: string, help: string) => gauge(registry, `busbar_upstream_${what}`, help, ['identity']);
  const connected = of('connected', '1 while the back office has accepted this station and the line stands.');
  const queued = of('queued', 'Messages that wait for the back office.');
  const oldest = of('oldest_seconds', 'Age of the oldest of them.');
  const setAside = of('set_aside', 'Messages that the back office refused, or alone never answered.');
  return view => {
    for (const { identity, state, ...line } of view.upstream) {
      connected.set({ identity }, state === 'connected' ? 1 : 0);
      queued.set({ identity }, line.queued);
      oldest.set({ identity }, line.oldestMs / 1000);
      setAside.set({ identity }, line.setAside);
    }
  };
}

function streamMetrics(registry: Registry): (stream: StreamFigures) => void {
  const clients = gauge(registry, 'busbar_stream_clients', 'Readers of the live stream.');
  const dropped = follower(registry, 'busbar_stream_dropped_total', 'Readers dropped for being too slow.');
  return stream => {
    clients.set(stream.clients);
    dropped(stream.dropped);
  };
}
