/**
 * What a charger says, from its frame to its answer. The state knows at once; what must not be lost is on disk
 * before its answer leaves (promise 3). The loop never waits for the disk, and neither does anything else that the
 * same charger says meanwhile.
 */
import { at } from '#base/assert.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import { answer } from '#site/answer.ts';
import { type Heard, heardFrom } from '#site/charger-stamp.ts';
import type { SiteEvent } from '#site/event.ts';
import type { Reply, Report } from '#site/report.ts';
import { isBusiness, type Samples } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import { type ChargerSpec, type ChargerTraits, socketOn } from '#site/topology.ts';
import type { Store } from '#store/store.ts';
import type { Upstream } from '#upstream/upstream.ts';
import type { RecordStore, World } from '#world.ts';

export type HearingDeps = {
  readonly world: Pick<World, 'clock' | 'randomness' | 'log'>;
  readonly records: Pick<RecordStore, 'commit'>;
  readonly sessions: Store['sessions'];
  readonly upstream: Upstream;
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  /** The time that chargers are told (rule 21). */
  atChargerMs(): number;
  traitsOf(charger: ChargerSpec, boot: Extract<Report, { kind: 'boot' }>): ChargerTraits;
};

export type Answered = (reply: Reply | Refusal) => void;

/** Highest id that 1.6 chargers have room for (32 bits with a sign), less one: 0 is none of ours. */
const IDS = 2 ** 31 - 2;

export function hear(deps: HearingDeps, charger: number, report: Report, atMs: number, answered: Answered): void {
  const { clock, randomness } = deps.world;
  const spec = at(deps.state().topology.chargers, charger);
  const { id, isAgain } = deps.sessions.idFor(report, spec.identity, () => 1 + randomness.int(IDS));
  const traits = report.kind === 'boot' ? deps.traitsOf(spec, report) : null;
  const atChargerMs = deps.atChargerMs();
  const atWallMs = clock.wallMs();
  deps.dispatch({
    type: 'charger-reported',
    charger,
    report,
    atMs,
    atWallMs,
    atChargerMs,
    freshId: id,
    isAgain,
    traits,
  });
  const reply = answer(report, id, atChargerMs);
  const heard = heardFrom(at(deps.state().chargers, charger), { atMs, atWallMs, atChargerMs });
  const mustKeep = deps.state().limitsOnly !== null || deps.upstream.isFull();
  if (mustKeep && isBusiness(report)) {
    deps.sessions.refuse(report, spec.identity, id, heard);
    answered(KEEP_IT);
    return;
  }
  if (report.kind === 'meter-values') noteRegister(deps, charger, report, heard);
  const due = deps.sessions.due(report, spec.identity, id, heard);
  const speak = () => deps.upstream.answer(report, reply, answered);
  if (due === null) deps.upstream.heard(charger, report, heard);
  if (due === null || due.changes.length === 0) speak();
  else void keep(deps, due, speak, answered);
}

/** How far a session has come. Some chargers do not say of which, or say 0: then it is of the one that runs there. */
function noteRegister(deps: HearingDeps, charger: number, report: Samples, heard: Heard): void {
  const { topology, connectors } = deps.state();
  const spec = socketOn(topology, charger, report.connectorId);
  const live = spec === undefined ? null : (at(connectors, spec.index).transaction?.id ?? null);
  const { identity } = at(topology.chargers, charger);
  const named = report.transactionId ?? 0;
  const changes = deps.sessions.sampled(report, identity, named > 0 ? named : live, heard);
  if (changes.length > 0) void deps.records.commit(changes);
}

type Due = NonNullable<ReturnType<Store['sessions']['due']>>;

/** A disk that fails gets no answer sent: the charger tells it again, and is then refused or answered. */
async function keep(deps: HearingDeps, due: Due, reply: () => void, refused: (refusal: Refusal) => void) {
  const outcome = await deps.records.commit(due.changes);
  if (outcome.ok) {
    due.stored();
    reply();
    return;
  }
  deps.world.log.error('what a charger said could not be written down', { detail: outcome.detail });
  // The disk is well, but too much waits for it.
  if (outcome.why === 'cancelled') refused(KEEP_IT);
}

/** A station tells its transactions again after a CALLERROR (OCPP 1.6: TransactionMessageAttempts, TransactionMessageRetryInterval). */
const KEEP_IT: Refusal = { kind: 'refused', code: 'InternalError', detail: 'cannot be written down now: keep it' };
