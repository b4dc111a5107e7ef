/** The room of those who may limit us from outside. For now they come through the HTTP API. */
import type { Clock } from '#base/clock.ts';
import type { Checked } from '#base/problem.ts';
import type { SiteEvent } from '#site/event.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import { readLimits, sourceProblems } from './limits.ts';

export type EmsDeps = {
  readonly clock: Clock;
  topology(): Topology;
  dispatch(event: SiteEvent): void;
};

export type Ems = {
  /** Replaces all that `source` wants by the body of a PUT, or says everything that is wrong with it. */
  put(source: string, body: unknown): Checked<readonly OutsideLimit[]>;
  /** Ends all limits of `source`. */
  clear(source: string): Checked<void>;
};

/** Opens the room; it owns nothing that would have to be closed. */
export function openEms(deps: EmsDeps): Ems {
  return {
    put(source, body) {
      const time = { nowMs: deps.clock.nowMs(), nowWallMs: deps.clock.wallMs() };
      const read = readLimits(source, body, deps.topology(), time);
      if (read.ok) deps.dispatch({ type: 'limits-set', limits: read.value, source, atMs: time.nowMs });
      return read;
    },
    clear(source) {
      const problems = sourceProblems(source, deps.topology());
      if (problems.length > 0) return { ok: false, problems };
      deps.dispatch({ type: 'limits-cleared', source, atMs: deps.clock.nowMs() });
      return { ok: true, value: undefined };
    },
  };
}
