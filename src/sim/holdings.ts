/**
 * What a charger might still obey, as the world knows it: the stack it holds, and what is on the wire
 * to it. Since a link does not reorder, the stacks it can come to hold are exactly those after the
 * first k frames under way.
 */
import {
  highestLimit,
  type Purpose,
  type Stack,
  type WireProfile,
  withoutProfiles,
  withProfile,
} from './profile-engine.ts';

/** A frame that changes the stack, as the gateway sent it. */
export type StackChange =
  | { readonly kind: 'set'; readonly frame: string; readonly connectorId: number; readonly profile: WireProfile }
  | {
      readonly kind: 'clear';
      readonly frame: string;
      readonly criteria: {
        readonly id?: number;
        readonly connectorId?: number;
        readonly chargingProfilePurpose?: Purpose;
        readonly stackLevel?: number;
      };
    };

/** Reads a CALL that changes charging profiles; null for every other frame. */
export function stackChange(frame: string): StackChange | null {
  if (!frame.includes('"SetChargingProfile"') && !frame.includes('"ClearChargingProfile"')) return null;
  const [type, , action, payload] = JSON.parse(frame);
  if (type !== 2) return null;
  if (action === 'SetChargingProfile')
    return { kind: 'set', frame, connectorId: payload.connectorId, profile: payload.csChargingProfiles };
  if (action === 'ClearChargingProfile') return { kind: 'clear', frame, criteria: payload };
  return null;
}

/** How far ahead a schedule counts as something the charger may obey: the look-ahead for live rows. */
export const LOOK_AHEAD_MS = 15_000;

/** The electrical side of one connector, for the account. */
export type HeldConnector = {
  readonly connectorId: number;
  readonly ratingMa: number;
  readonly phases: number;
  readonly nominalV: number;
};

/** What the world can tell of a charger at any instant. */
export type StationTruth = {
  stack(): Stack;
  /** Its own wall clock. */
  wallMs(): number;
  /** Start of the connector's transaction in that clock, or null. */
  startedWallMs(connectorId: number): number | null;
  /** Phases that it spreads a limit in watts over; null where the schedule decides. */
  wattPhases(connectorId: number): number | null;
  /** Whether it would take this profile. */
  takes(profile: WireProfile): boolean;
  /** Without power: nothing can be drawn, whatever it holds. */
  isOff(): boolean;
};

/** The highest current a connector may obey with this stack, mA; below the 6 A floor nothing. */
export function levelMa(station: StationTruth, stack: Stack, connector: HeldConnector): number {
  if (station.isOff()) return 0;
  const limitA = highestLimit(
    stack,
    {
      connectorId: connector.connectorId,
      atWallMs: station.wallMs(),
      // A schedule relative to the transaction begins at the earliest now: what counts is what it may come to.
      startedWallMs: station.startedWallMs(connector.connectorId) ?? station.wallMs(),
      ratingA: connector.ratingMa / 1000,
      phases: connector.phases,
      nominalV: connector.nominalV,
      wattPhases: station.wattPhases(connector.connectorId),
    },
    LOOK_AHEAD_MS,
  );
  const ma = Math.round(limitA * 1000);
  return ma < 6000 ? 0 : ma;
}

/** The stack that a station holds once this has arrived. */
export function applied(station: StationTruth, stack: Stack, change: StackChange): Stack {
  if (change.kind === 'clear') return withoutProfiles(stack, change.criteria);
  return station.takes(change.profile) ? withProfile(stack, change.connectorId, change.profile) : stack;
}

/** A ping every 10 s, 10 s for its pong, and the link's own 2 s. */
const DEAD_LINE_MS = 22_000;

/** The wire and the stack of one charger. */
export class Holdings {
  readonly station: StationTruth;
  private underWay: StackChange[] = [];
  /** When its link ceased to carry, and what it might come to hold then; null while it carries. */
  private loss: { readonly atMs: number; readonly stacks: readonly Stack[] } | null = null;

  constructor(station: StationTruth) {
    this.station = station;
  }

  sent(change: StackChange): void {
    this.underWay.push(change);
  }

  /** Everything up to and with this frame has arrived. */
  delivered(frame: string): StackChange | null {
    const index = this.underWay.findIndex(change => change.frame === frame);
    if (index === -1) return null;
    const arrived = this.underWay.splice(0, index + 1);
    if (this.loss !== null) this.loss = { ...this.loss, stacks: [this.after(this.loss.stacks, arrived).at(-1) ?? []] };
    return arrived.at(-1) ?? null;
  }

  lost(): void {
    this.underWay = [];
  }

  /** Its link begins or ceases to carry. */
  carrying(carries: boolean, nowMs: number): void {
    if (carries) this.loss = null;
    else this.loss ??= { atMs: nowMs, stacks: this.stacks() };
  }

  /** Every stack it holds or may come to hold by what is under way. */
  stacks(): readonly Stack[] {
    return this.after([this.station.stack()], this.underWay);
  }

  private after(first: readonly Stack[], changes: readonly StackChange[]): readonly Stack[] {
    const list = [...first];
    for (const change of changes) list.push(applied(this.station, list.at(-1) ?? [], change));
    return list;
  }

  /**
   * The highest current that a raise elsewhere has to reckon with, mA: what a charger has become while its link did
   * not carry (it may have lost its memory with its power) nobody can know before the line is found to be dead
   * (assumption A5). From then on it counts with all that it may obey.
   */
  knowableMa(connector: HeldConnector, nowMs: number): number {
    if (this.loss === null || nowMs - this.loss.atMs >= DEAD_LINE_MS) return this.highestMa(connector);
    return Math.max(
      ...this.after(this.loss.stacks, this.underWay).map(stack => levelMa(this.station, stack, connector)),
    );
  }

  /** The highest current a connector might obey now, mA. */
  highestMa(connector: HeldConnector): number {
    if (this.underWay.length === 0) return levelMa(this.station, this.station.stack(), connector);
    return Math.max(...this.stacks().map(stack => levelMa(this.station, stack, connector)));
  }
}
