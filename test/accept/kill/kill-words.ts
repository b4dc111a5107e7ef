/** What a run of kills prints. */
import type { KillRun, RoundRecord } from './kill.ts';
import { ROOM_A } from './site.ts';

export const HEAD = `  round  first answer ms  killed ms later  answers  limits up  limits held A (of ${ROOM_A})
`;

export function roundLine({ round, upAfterMs, killedAfterMs, answers, raises, sumA }: RoundRecord): string {
  const number = (value: number, width: number, digits = 0) => value.toFixed(digits).padStart(width);
  return `  ${number(round, 5)}  ${number(upAfterMs, 15)}  ${number(killedAfterMs, 15)}  ${number(answers, 7)}  ${number(raises, 9)}  ${number(sumA, 20, 1)}
`;
}

export function summary({ rounds, sessions, toldAgain, sentAgain, raises, worstA }: KillRun): string {
  return `
${rounds.length} kills under load, ${sessions} sessions. Chargers told ${toldAgain} messages again, the gateway sent ${sentAgain} again to the back office.
Limits went up ${raises} times after a restart; together they came to ${worstA.toFixed(1)} A at most, ${ROOM_A} A have room.
`;
}
