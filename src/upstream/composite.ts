/** GetCompositeSchedule: what Busbar will truly allow, as far as it is known now (`site/charging-profile`). */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import { type Outcome, ok } from '#base/outcome.ts';
import { compositeSchedule } from '#site/charging-profile/composite-schedule.ts';
import { socketOutlook, stationOutlook } from '#site/charging-profile/outlook.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { ProfileStack } from '#site/charging-profile/profile-stack.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { SiteState } from '#site/state.ts';
import type { Numbering } from './numbering.ts';

export type CompositeScene = {
  readonly state: SiteState;
  readonly numbering: Numbering;
  readonly stack: ProfileStack;
  readonly now: Moment;
  sessionOn(number: number): ProfileSession | null;
};

type Asked = Extract<Command, { kind: 'get-composite-schedule' }>;

/** 5.7: of a connector that is not there it is Rejected; errata 3.39 makes an error of that for SetChargingProfile only. */
export function composite(scene: CompositeScene, { connectorId, durationS, unit }: Asked): Outcome<CommandReply> {
  const { state, numbering, stack, now, sessionOn } = scene;
  const sockets = numbering.sockets.flatMap(({ number, index }) => {
    if (index === null) return [];
    const place = { connector: number, session: sessionOn(number) };
    return [socketOutlook(state, at(state.topology.connectors, index), place, now)];
  });
  const query = { connector: connectorId, atWallMs: now.wallMs, durationS, unit: unit ?? ('A' as const) };
  const schedule = compositeSchedule(stack, sockets, stationOutlook(state, now.nowMs), query);
  if (schedule === null) {
    const nothing = { connectorId: null, startWallMs: null, schedule: null };
    return ok({ kind: 'composite-schedule', status: 'Rejected', ...nothing });
  }
  const { startWallMs } = schedule;
  return ok({ kind: 'composite-schedule', status: 'Accepted', connectorId, startWallMs, schedule });
}
