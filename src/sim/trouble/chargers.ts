/** Troubles of a charger: its network cable is pulled, or it draws more than it says. */
import { HABITS } from '../habits.ts';
import type { Begin } from './run.ts';
import { allowedMa, charging, fallenByMs, isAtRest, type Place, rowsOf, socketAt, type TroubleStage } from './stage.ts';

/** The one that would fall furthest. */
export const pullCharger: Begin<'pull-charger'> = (stage, gauge) => {
  const place = highest(charging(stage), each => socketAt(each).drawMa() - allowedMa(each).restMa);
  if (place === null) return { ok: false, why: 'No car draws more than its fallback current just now.' };
  const fromA = socketAt(place).drawMa() / 1000;
  place.station.cable(false);
  gauge.start(rowsOf(stage, true));
  let fellMs: number | null = null;
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        const drawMa = socketAt(place).drawMa();
        if (isAtRest(place)) fellMs ??= elapsedMs;
        const held = gauge.held(0);
        return { ...held, bay: place.name, fromA, toA: drawMa / 1000, fellMs, dueMs: fallenByMs(stage) };
      },
      undo: () => place.station.cable(true),
    },
  };
};

/** What a charger must be kept below for its lie to be worth telling. */
const LEAST_LIE_MA = 4_000;

/** The one whose car is held back most. */
export const lyingCharger: Begin<'lying-charger'> = (stage, gauge) => {
  const place = highest(charging(stage), each => liesBy(each) * (socketAt(each).carPhases()?.length ?? 0));
  if (place === null) return { ok: false, why: 'No car is held back just now; wait until the garage is fuller.' };
  const socket = socketAt(place);
  const saidA = allowedMa(place).nowMa / 1000;
  const before = place.station.plan.habit;
  place.station.disobey(HABITS.liar);
  gauge.start(rowsOf(stage, true));
  let tookMa = 0;
  let hasPeaked = false;
  return {
    ok: true,
    run: {
      facts: () => {
        tookMa = Math.max(tookMa, socket.drawMa());
        hasPeaked ||= socket.car === null || socket.drawMa() >= fullMa(place);
        const held = gauge.held(0);
        const backMs = hasPeaked ? held.backMs : null;
        return { ...held, backMs, bay: place.name, saidA, tookA: tookMa / 1000 };
      },
      undo: () => place.station.mend(before),
    },
  };
};

/** All that its car would take of it. */
const fullMa = (place: Place): number => Math.min(socketAt(place).plan.ratingMa, socketAt(place).car?.wantMa() ?? 0);

function liesBy(place: Place): number {
  const ma = fullMa(place) - allowedMa(place).nowMa;
  return ma >= LEAST_LIE_MA ? ma : 0;
}

function highest(places: readonly Place[], worth: (place: Place) => number): Place | null {
  const sorted = places.filter(place => worth(place) > 0).sort((a, b) => worth(b) - worth(a));
  return sorted[0] ?? null;
}

/** Every car goes down to its fallback by itself. */
export const kill: Begin<'kill'> = stage => {
  if (charging(stage).length === 0) return { ok: false, why: 'No car charges just now.' };
  stage.kill();
  let restMs: number | null = null;
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        const { cars, atRest } = counted(stage);
        if (atRest === cars) restMs ??= elapsedMs;
        return { cars, atRest, restMs, dueMs: fallenByMs(stage) };
      },
      undo: () => stage.revive(),
    },
  };
};

function counted({ places }: TroubleStage): { readonly cars: number; readonly atRest: number } {
  const withCar = places.filter(place => socketAt(place).car !== null);
  return { cars: withCar.length, atRest: withCar.filter(isAtRest).length };
}
