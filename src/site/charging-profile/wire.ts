/** A decision of the gate as the command that carries it, and what an answer to it means to the gate. */
import { at, unreachable } from '#base/assert.ts';
import type { Outcome } from '#base/outcome.ts';
import { baseCommand, grantCommand, maximumCommand, type Place } from '#site/charging-profile/grant.ts';
import type { ChargingSchedule, Command, CommandReply } from '#site/command.ts';
import type { Said, SiteEvent } from '#site/event.ts';
import type { GateCommand, WiredStep } from '#site/gate/decision.ts';
import { skewOf } from '#site/reduce/skew.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** Limits are control and go before everything else on a link (rule 6); a question can wait. */
export type Wired = { readonly command: Command; readonly priority: 'control' | 'other' };

/** How far a read-back looks: a day holds every period of a lease, and most of what others left. */
const READ_BACK_S = 86_400;

/** @param atChargerMs our time as chargers are told it, now */
export function wired(state: SiteState, command: GateCommand, atChargerMs: number): Wired {
  const spec = at(state.topology.connectors, command.connector);
  const charger = at(state.chargers, command.charger);
  const { traits } = charger;
  const skewMs = skewOf(charger);
  const place: Place = { spec, traits, nominalV: state.topology.nominalV };
  switch (command.type) {
    case 'ask-sample':
      return { command: { kind: 'trigger', message: 'MeterValues', connectorId: spec.connectorId }, priority: 'other' };
    case 'set-up':
      return { command: stepCommand(state, place, command.step), priority: 'control' };
    case 'set-limit':
      return {
        command: grantCommand(place, command, skewMs === null ? null : atChargerMs - skewMs),
        priority: 'control',
      };
    default:
      return unreachable(command);
  }
}

function stepCommand(state: SiteState, place: Place, step: WiredStep): Command {
  switch (step.kind) {
    case 'base':
      return baseCommand(place, step.connector === null ? null : place.spec.connectorId);
    case 'maximum':
      return maximumCommand(place, ratingOf(state, place.spec));
    case 'clear':
      return {
        kind: 'clear-charging-profile',
        profileId: null,
        connectorId: null,
        purpose: step.purpose,
        stackLevel: step.stackLevel,
      };
    case 'clock':
    case 'read-back':
      return {
        kind: 'get-composite-schedule',
        connectorId: place.spec.connectorId,
        durationS: READ_BACK_S,
        unit: place.traits.rateUnit,
      };
    default:
      return unreachable(step);
  }
}

/** The feed of a charger with several sockets is a circuit of its own. */
function ratingOf({ topology }: SiteState, spec: ConnectorSpec): number {
  const feed = at(topology.circuits, at(spec.path, 0)).limits.find(limit => limit.source === 'charger');
  return feed === undefined ? spec.maxMa : Math.min(...feed.limitMa);
}

export type Settled = Extract<SiteEvent, { type: 'command-settled' }>['outcome'];

/** A charger that understood and says anything but Accepted has refused; to a clear, "Unknown" is a plain answer. */
export function settledAs(state: SiteState, command: GateCommand, outcome: Outcome<CommandReply>): Settled {
  if (!outcome.ok) return outcome;
  const reply = outcome.value;
  const status = reply.kind === 'status' || reply.kind === 'composite-schedule' ? reply.status : 'Accepted';
  if (command.type === 'set-up' && command.step.kind === 'clear') {
    return { ok: true, said: { kind: 'cleared', found: status === 'Accepted' } };
  }
  if (status !== 'Accepted') return { ok: false, why: 'rejected' };
  const said = reply.kind === 'composite-schedule' ? composite(state, command.connector, reply) : null;
  return said === null ? { ok: true } : { ok: true, said };
}

type Composite = Extract<CommandReply, { kind: 'composite-schedule' }>;

function composite(state: SiteState, connector: number, reply: Composite): Said | null {
  if (reply.schedule === null) return null;
  const spec = at(state.topology.connectors, connector);
  return {
    kind: 'composite',
    highestMa: highestMa(reply.schedule, spec, state.topology.nominalV),
    startWallMs: reply.startWallMs ?? reply.schedule.startWallMs,
  };
}

function highestMa({ unit, periods }: ChargingSchedule, { dc, phases }: ConnectorSpec, nominalV: number): number {
  const most = periods.reduce((highest, period) => Math.max(highest, period.limit), 0);
  if (unit === 'A') return Math.round(most * 1000);
  return Math.ceil((most * 1000) / (dc === null ? nominalV * phases.length : dc.wattsPerA));
}
