/** Troubles of the building: a large load, and a meter that is silent. */
import { at } from '#base/assert.ts';
import { type Triple, triple } from '#base/units.ts';
import type { Facts } from './facts.ts';
import { QUIET_MS } from './gauge.ts';
import type { Begin } from './run.ts';
import { allowedMa, rootOf, rowsOf, socketAt, type TroubleStage } from './stage.ts';

const STEP_MA = 30_000;
/** A meter's interval, a command and the slowest car: what is not above a limit by then will not be. */
const STEP_EARLIEST_MS = 6_000;

/** The first of 30 A on L2, 30 A on every phase, and all that the building was declared to draw, that would pass a limit. */
export const buildingStep: Begin<'building-step'> = (stage, gauge) => {
  const rows = rowsOf(stage, false);
  const most = leftOfDesign(stage);
  const steps = [
    { on: 'L2', ma: upTo([0, STEP_MA, 0], most) },
    { on: 'every phase', ma: upTo([STEP_MA, STEP_MA, STEP_MA], most) },
    { on: 'every phase', ma: upTo(triple(Math.min(...most)), most) },
  ];
  const isFelt = ({ ma }: (typeof steps)[number]) =>
    rows.some(row => gauge.flow(row) + inRow(ma, row.line, stage.topology.nominalV) > row.limit);
  const { on, ma } = steps.find(isFelt) ?? at(steps, 2);
  if (ma[1] < LEAST_STEP_MA) return { ok: false, why: 'The building already draws the most it was declared to.' };
  const before = stage.places.map(place => allowedMa(place).nowMa);
  stage.step(ma);
  gauge.start(rows);
  let toldMs: number | null = null;
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        const isLowered = stage.places.some((place, i) => allowedMa(place).nowMa < at(before, i));
        if (isLowered) toldMs ??= elapsedMs;
        return { ...gauge.held(STEP_EARLIEST_MS), addedA: ma[1] / 1000, on, toldMs };
      },
      undo: () => stage.step([-ma[0], -ma[1], -ma[2]]),
    },
  };
};

/** Less is no large load. */
const LEAST_STEP_MA = 2_000;

const upTo = (wanted: Triple, most: Triple): Triple => [
  Math.min(wanted[0], most[0]),
  Math.min(wanted[1], most[1]),
  Math.min(wanted[2], most[2]),
];

const inRow = (ma: Triple, line: 0 | 1 | 2 | 3, nominalV: number): number =>
  line === 3 ? ((ma[0] + ma[1] + ma[2]) * nominalV) / 1000 : ma[line];

/** More than it was declared to draw breaks a promise of the installer's, not one of Busbar's. */
function leftOfDesign({ topology, truth }: TroubleStage): Triple {
  const root = rootOf(topology);
  const { designLoadMa } = at(topology.circuits, root);
  const drawnMa = truth.background(root);
  const left = (p: 0 | 1 | 2) => Math.max(0, designLoadMa[p] - drawnMa[p]);
  return [left(0), left(1), left(2)];
}

/** Rule 16: a meter is not believed from then on; its interval, a command and the slowest car beside it. */
const BLIND_AFTER_MS = 10_000;
const FOLLOW_MS = 11_000;

export const silenceMeter: Begin<'silence-meter'> = stage => {
  if (stage.topology.meters.length === 0) return { ok: false, why: 'This site has no meter.' };
  stage.silence(true);
  let safeSinceMs: number | null = null;
  return {
    ok: true,
    run: {
      facts: elapsedMs => {
        const missing = worstMissing(stage);
        if (missing.tooMuch > 0) safeSinceMs = null;
        else safeSinceMs ??= elapsedMs;
        const isSettled = safeSinceMs !== null && elapsedMs - safeSinceMs >= QUIET_MS && elapsedMs >= earliestMs(stage);
        return { ...missing, safeMs: isSettled ? safeSinceMs : null, dueMs: blindMs(stage) + FOLLOW_MS };
      },
      undo: () => stage.silence(false),
    },
  };
};

const blindMs = ({ topology }: TroubleStage): number =>
  Math.max(BLIND_AFTER_MS, ...topology.meters.map(({ intervalMs }) => 6 * intervalMs));

/** Before that Busbar has not even had to act. */
const earliestMs = (stage: TroubleStage): number => blindMs(stage) + 1_000;

/** What chargers may draw, beside the building at its declared worst, above the row that misses most. */
function worstMissing(stage: TroubleStage): Pick<Facts['silence-meter'], 'tooMuch' | 'unit'> {
  const { topology, truth } = stage;
  const drawn = rowsOf(stage, false).map(row => {
    const design = at(topology.circuits, row.circuit).designLoadMa;
    const cars = mayDraw(stage, row.circuit);
    const ma = (p: 0 | 1 | 2) => cars[p] + Math.max(design[p], truth.background(row.circuit)[p]);
    const value = row.line < 3 ? ma(row.line as 0 | 1 | 2) : ((ma(0) + ma(1) + ma(2)) * topology.nominalV) / 1000;
    return {
      tooMuch: (value - row.limit) / 1000,
      share: value / row.limit,
      unit: row.line === 3 ? 'kW' : 'A',
    } as const;
  });
  const worst = drawn.reduce((most, each) => (each.share > most.share ? each : most), at(drawn, 0));
  return { tooMuch: worst.tooMuch, unit: worst.unit };
}

/** What the cars below a circuit draw or may draw by the schedules their chargers hold, mA. */
function mayDraw({ places, truth }: TroubleStage, circuit: number): Triple {
  const sums: [number, number, number] = [0, 0, 0];
  for (const place of places) {
    const { car, plan, ...socket } = partsOf(place);
    if (car === null || !truth.path(plan.circuit).includes(circuit)) continue;
    const ma = Math.max(car.drawMa(), Math.min(socket.limitMa, car.wantMa()));
    for (const phase of socket.phases) sums[phase] += ma;
  }
  return sums;
}

function partsOf(place: Parameters<typeof socketAt>[0]) {
  const socket = socketAt(place);
  return { car: socket.car, plan: socket.plan, limitMa: socket.limitMa(), phases: socket.carPhases() ?? [] };
}
