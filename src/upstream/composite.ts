/** GetCompositeSchedule: what Busbar will truly allow, as far as it is known now (`site/charging-profile`). */
import { at } from '#base/assert.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { Triple } from '#base/units.ts';
import { compositeSchedule, type SocketOutlook } from '#site/charging-profile/composite-schedule.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { ProfileStack } from '#site/charging-profile/profile-stack.ts';
import type { Command, CommandReply } from '#site/command.ts';
import { newest } from '#site/gate/ledger.ts';
import { limitsInForce } from '#site/gate/limits.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import { type NumberedSocket, type Numbering, socketOf } from './numbering.ts';

export type CompositeScene = {
  readonly state: SiteState;
  readonly numbering: Numbering;
  readonly stack: ProfileStack;
  readonly atMs: number;
  readonly atWallMs: number;
  sessionOn(number: number): ProfileSession | null;
};

type Asked = Extract<Command, { kind: 'get-composite-schedule' }>;

export function composite(scene: CompositeScene, { connectorId, durationS, unit }: Asked): Outcome<CommandReply> {
  const { state, numbering, stack, atWallMs } = scene;
  const socket = socketOf(numbering, connectorId);
  if (connectorId !== 0 && socket === null) return failed('malformed', `there is no connector ${connectorId}`);
  const { topology } = state;
  const station = {
    nominalV: topology.nominalV,
    supplyPhases: topology.supplyPhases,
    limitMa: siteLimit(scene),
  };
  const query = { connector: connectorId, atWallMs, durationS, unit: unit ?? ('A' as const) };
  const sockets = numbering.sockets.flatMap(each => outlook(scene, each) ?? []);
  const schedule = compositeSchedule(stack, sockets, station, query);
  const empty = { connectorId: null, startWallMs: null, schedule: null };
  if (schedule === null) return ok({ kind: 'composite-schedule', status: 'Rejected', ...empty });
  const { startWallMs } = schedule;
  return ok({ kind: 'composite-schedule', status: 'Accepted', connectorId, startWallMs, schedule });
}

function outlook(scene: CompositeScene, { number, index }: NumberedSocket): SocketOutlook | null {
  if (index === null) return null;
  const { state, atWallMs } = scene;
  const spec = at(state.topology.connectors, index);
  const connector = at(state.connectors, index);
  const isAsking = connector.transaction !== null || connector.wantsSinceMs !== null;
  return {
    connector: number,
    session: scene.sessionOn(number),
    grantMa: isAsking ? newest(connector.ledger).limitMa : null,
    leaves: [{ fromWallMs: atWallMs, limitMa: leftBySite(scene, spec) }],
    phases: connector.mask?.phases ?? spec.phases,
    wattsPerA: spec.dc?.wattsPerA ?? state.topology.nominalV * (connector.mask?.phases ?? spec.phases).length,
    minMa: spec.minMa,
    isDc: spec.dc !== null,
  };
}

/** The lowest limit on the way from a socket to the grid, but for the back office's own. */
function leftBySite({ state, atMs }: CompositeScene, spec: ConnectorSpec): number {
  const limits = spec.path.flatMap(index => limitsInForce(state, at(state.topology.circuits, index), atMs));
  const ma = limits.filter(({ source }) => source !== 'csms').map(({ rowsMa }) => Math.min(...phaseRows(spec, rowsMa)));
  return Math.min(spec.maxMa, ...ma);
}

const phaseRows = (spec: ConnectorSpec, rowsMa: readonly number[]) => spec.phases.map(phase => at(rowsMa, phase));

function siteLimit({ state, atMs }: CompositeScene): Triple {
  const roots = state.topology.circuits.filter(circuit => circuit.parent < 0);
  const rows = roots.flatMap(root => limitsInForce(state, root, atMs)).filter(({ source }) => source !== 'csms');
  const lowest = (phase: 0 | 1 | 2) => Math.min(...rows.map(({ rowsMa }) => rowsMa[phase]));
  return [lowest(0), lowest(1), lowest(2)];
}
