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
/** What a meter in a car or a charger may be off. */
const TOLERANCE_MA = 500;

/**
 * A charger that accepted a limit and would draw more: it breaks its class from the moment a car is on it
 * (until then it could not), and once a sample has shown it, it surprises nobody again: there is no second
 * excuse for the same charger, whoever comes to it.
 */
export class ClassWatch {
  private readonly clock: VirtualClock;
  private readonly observer: Observer;
  private readonly path: readonly number[];
  private state: 'kept' | 'breaking' | 'shown' = 'kept';

  constructor(clock: VirtualClock, observer: Observer, path: readonly number[]) {
    this.clock = clock;
    this.observer = observer;
    this.path = path;
  }

  /** With or without a car, it may draw so much under a promise of so much. */
  judge(hasCar: boolean, mightMa: number, promisedMa: number): void {
    const breaks = hasCar && mightMa > promisedMa + TOLERANCE_MA;
    if (breaks && this.state === 'kept') {
      this.state = 'breaking';
      this.observer.enter('class', this.path);
    } else if (!breaks && this.state === 'breaking') {
      this.state = 'kept';
      this.observer.leave('class', this.path);
    }
  }

  /** A sample is on the wire. It shows something only if the car draws more than was promised. */
  sampled(drawMa: number, promisedMa: number): void {
    if (this.state !== 'breaking' || drawMa <= promisedMa + TOLERANCE_MA) return;
    this.state = 'shown';
    this.clock.after('class shown', SHOWN_MS, () => this.observer.leave('class', this.path));
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
