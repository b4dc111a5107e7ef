/** How many sessions may run in the book without their stops. */
import type { Session } from '#site/session.ts';

/** Of one socket, whose stops never came. A charger that loses its stops must not fill the disk. */
export const OPEN_KEPT = 20;
/** Of one charger, whatever sockets it names: it may name some that it has not. */
const OPEN_OF_CHARGER = 100;

/** The oldest of those that run beyond these, where one more begins. */
export function beyondKept(open: readonly Session[], { charger, connectorId }: Session): readonly Session[] {
  const own = open.filter(each => each.charger === charger);
  const same = own.filter(each => each.connectorId === connectorId);
  const over = new Set([
    ...same.slice(0, Math.max(0, same.length + 1 - OPEN_KEPT)),
    ...own.slice(0, Math.max(0, own.length + 1 - OPEN_OF_CHARGER)),
  ]);
  return [...over];
}
