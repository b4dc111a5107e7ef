/** What the demo's world says of the troubles that people make in it: `GET /api/v1/demo`. */
export type TroubleView = {
  /** As in `POST /api/v1/demo/{action}`. */
  readonly action: string;
  readonly title: string;
  /** What it does, and what to watch. */
  readonly does: string;
  /** On the button that takes it back. */
  readonly undo: string;
  /** `stands`: its stopwatch has stopped, and the world is not yet as it was. `over`: it is. */
  readonly state: 'ready' | 'running' | 'stands' | 'over';
  /** Of the stopwatch; null before the first time. */
  readonly elapsedMs: number | null;
  /** What is true while it runs. */
  readonly now: string | null;
  /** How it ended, with what was measured. */
  readonly sentence: string | null;
  /** Whether its end condition held; null without an end. */
  readonly well: boolean | null;
};

export type DemoView = {
  /** Whether the gateway was killed by the trouble that runs or stands. */
  readonly busbar: 'alive' | 'dead';
  readonly troubles: readonly TroubleView[];
};

/** The line to the world around a demo's gateway. */
export type DemoLine = {
  /** Where the world answers by itself, so that a dead gateway can be watched. */
  readonly worldPort: number;
  ask(
    method: 'GET' | 'POST' | 'DELETE',
    action: string | null,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
};
