/**
 * Whether every car draws what its charger acknowledged, told from the frames and the cars alone: a profile that
 * was acknowledged and not followed shows here, whatever the gateway makes of it.
 */
import type { ForeignCharger } from './charger.ts';
import type { Socket } from './socket.ts';

/** Pilot and the slowest car together, in a car's time. */
const FOLLOW_MS = 8_000;
/** From nothing to 32 A at 4 A/s. */
const CLIMB_MS = 8_000;
/** A busy machine's own delays. */
const SLACK_MS = 1_500;
const LOOK_EVERY_MS = 100;

type Apart = { aboveSinceMs: number | null; belowSinceMs: number | null };

export function watchObedience(chargers: readonly ForeignCharger[], carsAreFaster: number) {
  const apart = new Map<Socket, Apart>();
  const found = new Set<string>();
  const look = () => {
    const nowMs = performance.now();
    for (const { plan, sockets } of chargers)
      for (const socket of sockets) {
        const before = apart.get(socket);
        const above = socket.drawMa() > socket.owedMa();
        const below = socket.drawMa() < socket.owedMa();
        const now = {
          aboveSinceMs: above ? (before?.aboveSinceMs ?? nowMs) : null,
          belowSinceMs: below ? (before?.belowSinceMs ?? nowMs) : null,
        };
        apart.set(socket, now);
        const name = `${plan.identity}/${socket.plan.connectorId}`;
        const isLate = (sinceMs: number | null, ms: number) =>
          sinceMs !== null && nowMs - sinceMs > ms / carsAreFaster + SLACK_MS;
        if (isLate(now.aboveSinceMs, FOLLOW_MS)) found.add(`${name} draws more than it acknowledged`);
        if (isLate(now.belowSinceMs, FOLLOW_MS + CLIMB_MS)) found.add(`${name} draws less than it acknowledged`);
      }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { disobeyed: (): readonly string[] => [...found], stop: () => clearInterval(timer) };
}
