/** A decision of the gate as the command that carries it, and what an answer to it means to the gate. */
import { at, unreachable } from '#base/assert.ts';
import type { Outcome } from '#base/outcome.ts';
import { grantCommand } from '#site/charging-profile/grant.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { SiteEvent } from '#site/event.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import type { SiteState } from '#site/state.ts';

/** Limits are control and go before everything else on a link (rule 6); a question can wait. */
export type Wired = { readonly command: Command; readonly priority: 'control' | 'other' };

export function wired({ topology, chargers }: SiteState, command: GateCommand): Wired {
  const spec = at(topology.connectors, command.connector);
  if (command.type === 'ask-sample') {
    return { command: { kind: 'trigger', message: 'MeterValues', connectorId: spec.connectorId }, priority: 'other' };
  }
  if (command.type === 'set-up') return unreachable(command as never);
  const { traits } = at(chargers, command.charger);
  return { command: grantCommand(spec, traits, command.limitMa, topology.nominalV), priority: 'control' };
}

export type Settled = Extract<SiteEvent, { type: 'command-settled' }>['outcome'];

/** A charger that understood and says anything but Accepted has refused. */
export function settledAs(outcome: Outcome<CommandReply>): Settled {
  if (!outcome.ok) return outcome;
  const isRefused = outcome.value.kind === 'status' && outcome.value.status !== 'Accepted';
  return isRefused ? { ok: false, why: 'rejected' } : { ok: true };
}
