/** A trouble that was begun: what is measured of it, and how it is taken back. */
import type { Action, Facts } from './facts.ts';
import type { Gauge } from './gauge.ts';
import type { TroubleStage } from './stage.ts';

export type Run<F> = {
  /** What is true now; asked ten times a second, and the answer once all is over is kept. */
  facts(elapsedMs: number): F;
  undo(): void;
};

/** A begun trouble, or why it cannot begin just now, as a sentence. */
export type Begun<F> = { readonly ok: true; readonly run: Run<F> } | { readonly ok: false; readonly why: string };

export type Begin<A extends Action> = (stage: TroubleStage, gauge: Gauge) => Begun<Facts[A]>;
