/** Judges for one charger when an assumption is broken: by its link, or by itself. */
import type { SimConnector } from './connector.ts';
import type { Observer } from './observer.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * Assumption A5: the link carries. Broken while it does not and a car could draw; a charger without
 * power draws nothing, so its silence breaks nothing.
 */
export class LinkWatch {
  private readonly observer: Observer;
  private readonly path: readonly number[];
  private readonly hasCar: () => boolean;
  private carries = true;
  private powered = false;
  private broken = false;

  constructor(observer: Observer, path: readonly number[], hasCar: () => boolean) {
    this.observer = observer;
    this.path = path;
    this.hasCar = hasCar;
  }

  carrying(carries: boolean): void {
    this.carries = carries;
    this.judge();
  }

  power(on: boolean): void {
    this.powered = on;
    this.judge();
  }

  judge(): void {
    const broken = !this.carries && this.powered && this.hasCar();
    if (broken === this.broken) return;
    this.broken = broken;
    if (broken) this.observer.enter('link', this.path);
    else this.observer.leaveRecovering('link', this.path);
  }
}

/** Contract: a charger that breaks its class is an excuse until so long after the first sample that shows it. */
const SHOWN_MS = 10_000;
/** What a meter in a car or a charger may be off (safety, "tolerance"). */
const toleranceMa = (promisedMa: number): number => Math.max(500, 0.1 * promisedMa);

/** Assumptions A3 and A5: what a charger may take to follow a decrease, and the link to tell of it. */
const FOLLOW_MS = 12_000;

/** Safety rule 8: the second sample above the limit counts so long after the first. */
const CONFIRM_MS = 7_000;

/** Safety rule 8: after so many obeying samples in a row that follow a new decrease it may be trusted again. */
const OBEYED_TO_RETURN = 10;

/**
 * A charger that accepted a limit and draws more. Once a sample has shown it, it surprises nobody again,
 * whoever comes to it, until it has earned its trust back by rule 8: then the next breach is a new one.
 */
export class ClassWatch {
  private readonly clock: VirtualClock;
  private readonly observer: Observer;
  private readonly path: readonly number[];
  private state: 'kept' | 'breaking' | 'shown' = 'kept';
  /** The lowest it was told since it was shown. */
  private lowestMa = 0;
  /** Obeying samples since the newest decrease; null before one. */
  private obeyed: number | null = null;
  /** The first of the samples above its promise; null when the last one was within it. */
  private overSinceMs: number | null = null;
  private known = false;
  private readonly promises: { readonly sinceMs: number; readonly ma: number }[] = [];

  constructor(clock: VirtualClock, observer: Observer, path: readonly number[]) {
    this.clock = clock;
    this.observer = observer;
    this.path = path;
  }

  /** Two samples have shown it by rule 8, and it has not been trusted again since: it counts with all that it can draw. */
  isShown(): boolean {
    return this.known;
  }

  /** It draws so much under a promise of so much. */
  drew(drawMa: number, promisedMa: number): void {
    const over = drawMa > promisedMa + toleranceMa(promisedMa);
    if (over && this.state === 'kept') {
      this.state = 'breaking';
      this.observer.enter('class', this.path);
    } else if (!over && this.state === 'breaking') {
      this.state = 'kept';
      this.observer.leave('class', this.path);
    }
  }

  /** A sample of this draw is on the wire. */
  sampled(drawMa: number, promisedMa: number): void {
    const over = drawMa > promisedMa + toleranceMa(promisedMa);
    const ceilingMa = this.highestPromise(promisedMa);
    this.judgeShown(drawMa > ceilingMa + toleranceMa(ceilingMa), over);
    if (this.state === 'breaking' && over) {
      this.state = 'shown';
      this.lowestMa = promisedMa;
      this.obeyed = null;
      this.clock.after('class shown', SHOWN_MS, () => this.observer.leave('class', this.path));
    } else if (this.state === 'shown') this.judgeReturn(over, promisedMa);
  }

  /** One sample may be a car that is late; rule 8 asks for a second one. */
  private judgeShown(late: boolean, over: boolean): void {
    const nowMs = this.clock.nowMs();
    if (late && this.overSinceMs !== null && nowMs - this.overSinceMs >= CONFIRM_MS) this.known = true;
    this.overSinceMs = late ? (this.overSinceMs ?? nowMs) : null;
    // What obeyed before it was known has broken nothing that anybody must remember.
    if (!over && !this.known && this.state === 'shown') this.state = 'kept';
  }

  /** The most it was promised within the time that it may take to follow. */
  private highestPromise(promisedMa: number): number {
    const nowMs = this.clock.nowMs();
    if (this.promises.at(-1)?.ma !== promisedMa) this.promises.push({ sinceMs: nowMs, ma: promisedMa });
    while ((this.promises[1]?.sinceMs ?? nowMs) < nowMs - FOLLOW_MS) this.promises.shift();
    return Math.max(...this.promises.map(({ ma }) => ma));
  }

  private judgeReturn(over: boolean, promisedMa: number): void {
    if (promisedMa < this.lowestMa) this.obeyed = 0;
    this.lowestMa = Math.min(this.lowestMa, promisedMa);
    if (over) this.obeyed = null;
    else if (this.obeyed !== null) this.obeyed++;
    if (this.obeyed !== OBEYED_TO_RETURN) return;
    this.state = 'kept';
    this.known = false;
  }
}

/** Counts the time in which cars stand plugged and want more, for the grant changes of a car-hour. */
export class Wanting {
  private readonly clock: VirtualClock;
  private readonly observer: Observer;
  private readonly since = new Map<SimConnector, number>();

  constructor(clock: VirtualClock, observer: Observer) {
    this.clock = clock;
    this.observer = observer;
  }

  judge(connector: SimConnector): void {
    const wants = connector.car !== null && !connector.car.full();
    const since = this.since.get(connector);
    if (wants && since === undefined) this.since.set(connector, this.clock.nowMs());
    if (wants || since === undefined) return;
    this.since.delete(connector);
    this.observer.wantedFor(this.clock.nowMs() - since);
  }

  /** Books what runs now, as if every car left at this instant. */
  settle(): void {
    for (const since of this.since.values()) this.observer.wantedFor(this.clock.nowMs() - since);
    this.since.clear();
  }
}
