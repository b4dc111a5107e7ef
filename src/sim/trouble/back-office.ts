/** The line to the back office is cut while cars come and go, and joined again. */
import type { Facts } from './facts.ts';
import type { Begin } from './run.ts';
import { charging, type Place, socketAt, type TroubleStage } from './stage.ts';

/** Long enough for cars to come, to be authorised and to charge. */
const CUT_MS = 15_000;
const COMING = 4;
const GOING = 3;
/** A charger still waits with its own stop while its car drives off. */
const LEAVE_AFTER_MS = 3_000;

export const cutUpstream: Begin<'cut-upstream'> = stage => {
  const { backOffice } = stage;
  if (backOffice === null) return { ok: false, why: 'This site has no back office.' };
  if (!backOffice.isConnected()) return { ok: false, why: 'The back office is not connected just now.' };
  const touched = new Touched(stage);
  backOffice.cut();
  comeAndGo(stage);
  let isCut = true;
  let deliveredMs: number | null = null;
  const join = () => {
    if (isCut) backOffice.restore();
    isCut = false;
  };
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        if (isCut) touched.look();
        if (elapsedMs >= CUT_MS) join();
        const compared = compare(touched.all(), backOffice.sessions());
        if (!isCut && compared.missing === 0) deliveredMs ??= elapsedMs - CUT_MS;
        return { ...compared, cutForMs: CUT_MS, deliveredMs };
      },
      undo: join,
    },
  };
};

/** OCPP 1.6: a tag has at most 20 characters. Cars that come and go while nobody above can hear of it. */
function comeAndGo(stage: TroubleStage): void {
  const free = stage.places.filter(place => place.station.isOnline() && socketAt(place).car === null);
  free.slice(0, COMING).forEach((place, i) => {
    place.station.plug(place.connectorId, stage.visitor(`VISITOR-${Math.round(stage.clock.nowMs() / 1000)}-${i}`));
  });
  const going = charging(stage).slice(0, GOING);
  stage.clock.after('visitors leave', LEAVE_AFTER_MS, () => {
    for (const place of going) place.station.unplug(place.connectorId);
  });
}

/** A session as the world knows it. */
export type TrueSession = { readonly idTag: string; readonly ended: boolean };

/** What the chargers truly did while the line was cut; looked at often enough that no session begins and ends unseen. */
class Touched {
  private readonly stage: TroubleStage;
  private readonly before: ReadonlySet<object>;
  private readonly running = new Map<object, string>();
  private readonly done = new Map<object, TrueSession>();

  constructor(stage: TroubleStage) {
    this.stage = stage;
    for (const [transaction, idTag] of transactionsOf(stage.places)) this.running.set(transaction, idTag);
    this.before = new Set(this.running.keys());
  }

  look(): void {
    const now = new Map(transactionsOf(this.stage.places));
    for (const [transaction, idTag] of this.running)
      if (!now.has(transaction)) this.done.set(transaction, { idTag, ended: true });
    for (const [transaction, idTag] of now) {
      this.running.set(transaction, idTag);
      if (!this.before.has(transaction)) this.done.set(transaction, { idTag, ended: false });
    }
    for (const transaction of this.running.keys()) if (!now.has(transaction)) this.running.delete(transaction);
  }

  all(): readonly TrueSession[] {
    return [...this.done.values()];
  }
}

const transactionsOf = (places: readonly Place[]): readonly (readonly [object, string])[] =>
  places.flatMap(place => {
    const { transaction } = socketAt(place);
    return transaction === null ? [] : [[transaction, transaction.idTag] as const];
  });

/** Every session here against those there; tags are not used twice in this world. */
export function compare(
  here: readonly TrueSession[],
  booked: readonly { readonly idTag: string; readonly stopped: boolean }[],
): Pick<Facts['cut-upstream'], 'here' | 'there' | 'missing' | 'double'> {
  const found = here.map(session => ({ session, there: booked.filter(({ idTag }) => idTag === session.idTag) }));
  const isWhole = ({ session, there }: (typeof found)[number]) =>
    there.some(({ stopped }) => stopped || !session.ended);
  const whole = found.filter(isWhole).length;
  return {
    here: here.length,
    there: whole,
    missing: here.length - whole,
    double: found.reduce((sum, { there }) => sum + Math.max(0, there.length - 1), 0),
  };
}
