/** The gate's times and tolerances, each with its reason. Currents in mA, times in ms. */

/** Assumption A5: a link carries a command within this; also the ack deadline of rule 4. */
export const LINK_MS = 2_000;

/** G: what a charger's clock may be off while a lease runs (assumption A5). */
export const SKEW_MS = 10_000;

/** Rule 1: how far ahead a schedule counts on live rows; a reduction of others takes no longer. */
export const LOOK_AHEAD_MS = 15_000;

/** Rule 19: a lease below the fallback lapses up, so it lasts this many times as long. */
export const PAUSE_TTLS = 3;

/** Rule 13: an EV sample older than this counts as 0 where it would free current for raises. */
export const SAMPLE_FRESH_MS = 15_000;

/** A car's last report counts as its word this long: sparse chargers sample every 60 s. */
export const REPORT_RECENT_MS = 90_000;

/** "Usable": at most 3 sample intervals old; set-up asks for 10 s samples. */
export const SAMPLE_USABLE_MS = 30_000;

/** Rule 8: the second sample above the limit counts only this long after the first. */
export const OVER_CONFIRM_MS = 7_000;

/** Rule 8: obeying samples after a new decrease until a charger counts as controlled again. */
export const OBEYED_TO_RETURN = 10;

/** Assumption A3's default: what a step of the building is answered within. */
export const FAST_MS = 10_000;

/** Rule 5: TriggerMessage(MeterValues) at most once in this time for each charger. */
export const ASK_EVERY_MS = 60_000;

/** The same while a row is measured over its limit and a sample would tell who still has to give way: seconds count. */
export const ASK_URGENT_EVERY_MS = 3_000;
/** And one that has answered. */
export const ASK_AGAIN_MS = 1_000;

/** Rule 6: so many timeouts in a row mean that the charger does not listen. */
export const TIMEOUTS_OFFLINE = 2;

/** A refused or unanswered command is tried again after 2, 4, 8 … seconds, at most this. */
export const RETRY_FIRST_MS = 2_000;
export const RETRY_MAX_MS = 60_000;

/** A connector is raised at most this often, and not sooner after a change: cars take up to 8 s to follow one. */
export const RAISE_GAP_MS = 30_000;

/** Smaller raises wait: they are not worth a command. A first admission and a step to the ceiling are exempt. */
export const RAISE_MIN_MA = 2_000;

/** A raise smaller than RAISE_MIN_MA is made up after this long without a change. */
export const RAISE_SMALL_AFTER_MS = 300_000;

/** A rise that nobody's command explains is taken for the building after this long (background.ts). */
export const SUSPECT_MS = 1_500;

/** Differences below this are noise of the meters. */
export const NOISE_MA = 500;

/** Rule 14: Bheld comes down this fast. */
export const RELEASE_MA_PER_S = 500;

/** Rule 16: good samples in a row before a raise. */
export const GOOD_SAMPLES = 3;

/** Held schedules kept apart in the ledger; older ones are merged into one at their maximum. */
export const HELD_MAX = 6;

/** Rule "usable sample": tolerance max(0.5 A, 10 %). */
export const toleranceMa = (limitMa: number): number => Math.max(500, limitMa * 0.1);

/** A fall of the reading larger than this may be a car that stopped: none draws less than 6 A, few buildings tremble as much. */
export const FALL_MA = 1_000;
