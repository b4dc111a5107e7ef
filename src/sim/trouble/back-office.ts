/** The line to the back office is cut while cars come and go, and joined again. */
import type { Facts } from './facts.ts';
import type { Begin } from './run.ts';
import { type Booked, charging, type Place, socketAt, type TroubleStage } from './stage.ts';

/** Long enough for cars to come, to be authorised and to charge. */
const CUT_MS = 12_000;
const COMING = 4;
const GOING = 3;
/** A charger still waits with its own stop while its car drives off. */
const LEAVE_AFTER_MS = 3_000;

export const cutUpstream: Begin<'cut-upstream'> = stage => {
  const { backOffice } = stage;
  if (backOffice === null) return { ok: false, why: 'This site has no back office.' };
  if (!backOffice.isConnected()) return { ok: false, why: 'The back office is not connected just now.' };
  const fromMs = stage.clock.nowMs();
  let untilMs = Number.POSITIVE_INFINITY;
  backOffice.cut();
  comeAndGo(stage);
  let deliveredMs: number | null = null;
  const join = () => {
    if (untilMs < Number.POSITIVE_INFINITY) return;
    untilMs = stage.clock.nowMs();
    backOffice.restore();
  };
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        if (elapsedMs >= CUT_MS) join();
        const compared = compare(touched(stage.places, fromMs, untilMs), backOffice.sessions());
        if (elapsedMs >= CUT_MS && compared.missing === 0) deliveredMs ??= elapsedMs - CUT_MS;
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
export type Happened = {
  readonly idTag: string;
  readonly meterStart: number;
  /** Null while it runs. */
  readonly meterStop: number | null;
};

/** What began or ended at the chargers from one instant to another. */
function touched(places: readonly Place[], fromMs: number, untilMs: number): readonly Happened[] {
  const within = (atMs: number) => atMs >= fromMs && atMs <= untilMs;
  const stations = new Set(places.map(({ station }) => station));
  return [...stations]
    .flatMap(station => station.sessions())
    .filter(({ atMs, end }) => within(atMs) || (end !== null && within(end.atMs)))
    .map(({ idTag, meterStart, end }) => ({
      idTag,
      meterStart,
      meterStop: end === null || end.atMs > untilMs ? null : end.meterStop,
    }));
}

/** Every session here against those there, by its tag and its registers. */
export function compare(
  here: readonly Happened[],
  booked: readonly Booked[],
): Pick<Facts['cut-upstream'], 'here' | 'there' | 'missing' | 'double'> {
  const found = here.map(session => ({
    session,
    there: booked.filter(({ idTag, meterStart }) => idTag === session.idTag && meterStart === session.meterStart),
  }));
  const isWhole = ({ session, there }: (typeof found)[number]) =>
    there.some(({ meterStop }) => session.meterStop === null || meterStop === session.meterStop);
  const whole = found.filter(isWhole).length;
  return {
    here: here.length,
    there: whole,
    missing: here.length - whole,
    double: found.reduce((sum, { there }) => sum + Math.max(0, there.length - 1), 0),
  };
}
