/** The dialects that Busbar speaks, by WebSocket subprotocol. */
import type { Dialect } from '#ocpp/dialect.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';

/** Best first. */
const DIALECTS: readonly Dialect[] = [dialect16];

/** The names to offer or to choose from, best first. */
export const SUBPROTOCOLS: readonly string[] = DIALECTS.map(dialect => dialect.subprotocol);

export function dialectFor(subprotocol: string): Dialect | null {
  return DIALECTS.find(dialect => dialect.subprotocol === subprotocol) ?? null;
}
