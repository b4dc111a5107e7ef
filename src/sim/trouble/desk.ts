/** Where troubles are made: one at a time, each with a stopwatch, told in one sentence at its end, and taken back. */
import type { Clock } from '#base/clock.ts';
import type { DemoView, TroubleView } from '#web/web.ts';
import { cutUpstream } from './back-office.ts';
import { kill, lyingCharger, pullCharger } from './chargers.ts';
import { ACTIONS, type Action, type Facts } from './facts.ts';
import { Gauge } from './gauge.ts';
import { buildingStep, silenceMeter } from './meter-and-building.ts';
import type { Begin, Run } from './run.ts';
import type { TroubleStage } from './stage.ts';
import { judge, TROUBLES } from './table.ts';

const BEGINS: { readonly [A in Action]: Begin<A> } = {
  'building-step': buildingStep,
  'silence-meter': silenceMeter,
  'lying-charger': lyingCharger,
  'cut-upstream': cutUpstream,
  'pull-charger': pullCharger,
  kill,
};

/** A stopwatch is read by people; the world between two looks is watched by the gauge. */
const LOOK_EVERY_MS = 100;

/** How the newest trouble of a kind went. */
type Record<A extends Action> = {
  readonly action: A;
  readonly run: Run<Facts[A]>;
  readonly startedMs: number;
  facts: Facts[A];
  /** Null while the stopwatch runs. */
  endedMs: number | null;
  well: boolean;
  cancelled: boolean;
  /** The world is as it was. */
  undone: boolean;
};

export type Asked = { readonly ok: true } | { readonly ok: false; readonly why: string };

export class TroubleDesk {
  private readonly stage: TroubleStage;
  private readonly clock: Clock;
  private readonly gauge: Gauge;
  private readonly newest = new Map<Action, Record<Action>>();
  private current: Record<Action> | null = null;

  private readonly told: (sentence: string) => void;

  /** @param told takes the sentence of each trouble that ended, whoever began it */
  constructor(stage: TroubleStage, told: (sentence: string) => void = () => {}) {
    this.stage = stage;
    this.told = told;
    this.clock = stage.clock;
    this.gauge = new Gauge(stage.clock, stage.truth, stage.topology.nominalV);
  }

  /** Begins one, or says why not. One whose sentence stands is taken back first; one that runs is left alone. */
  begin<A extends Action>(action: A): Asked {
    const { current } = this;
    if (current !== null && current.endedMs === null)
      return { ok: false, why: `"${TROUBLES[current.action].title}" still runs: let it end, or take it back.` };
    if (current?.action === 'kill') return { ok: false, why: 'Busbar is still dead: start it again first.' };
    this.undo();
    const begun = BEGINS[action](this.stage, this.gauge);
    if (!begun.ok) return begun;
    const { run } = begun;
    const facts = run.facts(0);
    const record = { action, run, startedMs: this.clock.nowMs(), facts, endedMs: null, well: false };
    this.current = { ...record, cancelled: false, undone: false } as unknown as Record<Action>;
    this.newest.set(action, this.current);
    this.lookLater(this.current);
    return { ok: true };
  }

  /** Takes back the trouble of this name; false where it neither runs nor stands. */
  end(action: Action): boolean {
    if (this.current?.action !== action) return false;
    this.current.cancelled = this.current.endedMs === null;
    this.undo();
    return true;
  }

  view(): DemoView {
    return {
      busbar: this.current?.action === 'kill' ? 'dead' : 'alive',
      troubles: ACTIONS.map(each => this.troubleView(each)),
    };
  }

  private undo(): void {
    const { current } = this;
    if (current === null) return;
    this.current = null;
    current.endedMs ??= this.clock.nowMs();
    current.undone = true;
    this.gauge.stop();
    current.run.undo();
  }

  private lookLater(record: Record<Action>): void {
    this.clock.after('trouble', LOOK_EVERY_MS, () => {
      if (this.current !== record || record.endedMs !== null) return;
      const elapsedMs = this.clock.nowMs() - record.startedMs;
      record.facts = record.run.facts(elapsedMs);
      const verdict = judge(record.action, record.facts, elapsedMs);
      if (verdict === 'running') this.lookLater(record);
      else this.ended(record, verdict === 'well');
    });
  }

  private ended(record: Record<Action>, well: boolean): void {
    record.endedMs = this.clock.nowMs();
    record.well = well;
    this.told(sentenceOf(record));
    this.clock.after('trouble over', TROUBLES[record.action].standsMs, () => {
      if (this.current === record) this.undo();
    });
  }

  private troubleView(action: Action): TroubleView {
    const { title, does, undo } = TROUBLES[action];
    const record = this.newest.get(action);
    const said = { action, title, does, undo };
    if (record === undefined)
      return { ...said, state: 'ready', elapsedMs: null, now: null, sentence: null, well: null };
    const isOver = record.endedMs !== null;
    return {
      ...said,
      state: !isOver ? 'running' : record.undone ? 'over' : 'stands',
      elapsedMs: Math.round((record.endedMs ?? this.clock.nowMs()) - record.startedMs),
      now: isOver ? null : nowOf(record),
      sentence: !isOver ? null : record.cancelled ? 'Taken back before its end.' : sentenceOf(record),
      well: !isOver || record.cancelled ? null : record.well,
    };
  }
}

/** The table's rows take the facts of their own trouble; a record holds both together. */
const nowOf = <A extends Action>({ action, facts }: Record<A>): string => TROUBLES[action].now(facts);
const sentenceOf = <A extends Action>({ action, facts }: Record<A>): string => TROUBLES[action].sentence(facts);
