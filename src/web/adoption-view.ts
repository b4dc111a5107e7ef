/** Chargers that stand in no file, for people: who waits, who was adopted, and what a person may begin with. */
import { at } from '#base/assert.ts';
import type { Problem } from '#base/problem.ts';
import type { Topology } from '#site/topology.ts';
import type { AdoptionView, WaitingView } from './site-view.ts';

/** One that waits, as the charger door knows it. */
export type Waiting = {
  readonly identity: string;
  readonly address: string;
  readonly sinceWallMs: number;
  readonly ocppVersion: string;
  readonly hasPassword: boolean;
  readonly boot: {
    readonly vendor: string;
    readonly model: string;
    readonly serial: string;
    readonly firmware: string;
  } | null;
  readonly sockets: number | null;
  readonly keys: readonly { readonly key: string; readonly value: string | null }[];
};

export type AdoptionShown = {
  /** Monotonic; null while the window is closed. */
  readonly untilMs: number | null;
  readonly waiting: readonly Waiting[];
  readonly adopted: readonly {
    readonly identity: string;
    readonly adoptedAtWallMs: number;
    readonly removed: boolean;
  }[];
  readonly leftOut: readonly { readonly identity: string; readonly problems: readonly Problem[] }[];
};

/** What most AC chargers have at most: while one cannot be told anything, too low a figure would book too little. */
const PROPOSED_A = 32;

/** @param iso of a monotonic instant */
export const adoptionView = (
  topology: Topology,
  shown: AdoptionShown,
  iso: (atMs: number) => string,
): AdoptionView => ({
  until: shown.untilMs === null ? null : iso(shown.untilMs),
  waiting: shown.waiting.map(one => waitingView(topology, one)),
  adopted: shown.adopted.map(({ identity, adoptedAtWallMs, removed }) => ({
    charger: identity,
    since: new Date(adoptedAtWallMs).toISOString(),
    removed,
  })),
  leftOut: shown.leftOut.map(({ identity, problems }) => ({
    charger: identity,
    problems: problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
  })),
});

function waitingView(topology: Topology, one: Waiting): WaitingView {
  const { identity, boot } = one;
  const feeds = topology.circuits.filter(({ id }) => !topology.chargers.some(charger => charger.identity === id));
  const isThree = topology.supplyPhases === 3;
  return {
    identity,
    remoteAddress: one.address,
    since: new Date(one.sinceWallMs).toISOString(),
    ocppVersion: one.ocppVersion,
    hasPassword: one.hasPassword,
    vendor: boot?.vendor ?? null,
    model: boot?.model ?? null,
    serial: boot?.serial ?? null,
    firmware: boot?.firmware ?? null,
    sockets: one.sockets,
    keys: one.keys.map(({ key, value }) => ({ key, value })),
    proposal: {
      name: identity,
      circuit: feeds.length === 1 ? at(feeds, 0).id : null,
      ratingA: PROPOSED_A,
      // On all phases until a person says otherwise: it books each of them.
      phases: topology.supplyPhases,
      rotation: isThree ? 'RST' : 'R',
    },
  };
}
