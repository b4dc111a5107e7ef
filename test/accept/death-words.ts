/** What a run prints that kills the gateway for good. */
import { amps, type DeathRecord, isAbove, isAtRest, type Look, lastDueMs, seconds, worstFuse } from './after-death.ts';

export const DEATH_HEAD = `  s after kill  charging  above lapse value  at lapse value  worst fuse                A   limit A
`;

/** One line of the table. */
export function deathLine(look: Look, first: Look): string {
  const { sockets } = look;
  const number = (value: number | string, width: number) => String(value).padStart(width);
  const resting = sockets.filter((socket, i) => isAtRest(socket, first.sockets[i])).length;
  const charging = sockets.filter(({ drawMa }) => drawMa > 0).length;
  const fuse = worstFuse(look);
  return `  ${number(seconds(look.atMs), 12)}  ${number(charging, 8)}  ${number(sockets.filter(isAbove).length, 17)}  ${number(`${resting} of ${sockets.length}`, 14)}  ${fuse.name.padEnd(18)}  ${number(amps(fuse.flowMa), 7)}  ${number(amps(fuse.limitMa), 8)}
`;
}

/** What it came to. */
export function deathSummary(record: DeathRecord): string {
  const { first, last, worst } = record;
  const above = first.sockets.filter(isAbove).length;
  const keep = last.sockets.filter(({ drawMa }) => drawMa > 0).length;
  return `
${above} cars charged above their lapse value when the gateway was killed. The last charger was seen elsewhere than at its lapse value
${seconds(Math.max(...record.awayMs))} s after, of ${seconds(lastDueMs(record))} s allowed; ${keep} cars keep their minimum. Worst fuse: ${worst.name}, ${amps(worst.flowMa)} A of ${amps(worst.limitMa)} A, of which the building
had added ${amps(worst.addedMa)} A; last above its limit after ${seconds(Math.max(0, record.overMs))} s, then watched until ${seconds(last.atMs)} s at the design load.
${record.looks} looks at the true currents, at most ${Math.round(record.longestGapMs)} ms apart.
`;
}
