/** An open charger door in the hand-made world, and what its charger side and the site get to see. */
import type { Outcome } from '#base/outcome.ts';
import { type ChargersHandle, openChargers } from '#chargers/chargers.ts';
import type { ChargerProfile } from '#chargers/quirks.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Verdict } from '#world.ts';
import { handshake, handWorld, type Station, settle } from './chargers-kit.ts';

/** An open door with CP1 (password "secret") and CP2 (pinned to 10.0.0.12), and what the site was told. */
export async function garage(pingless = false) {
  const world = handWorld();
  const told: string[] = [];
  const unknownConnectors = new Set<number>();
  const site = { heartbeatS: 60, profileId: 'generic', unknownConnectors };
  const opened = await openChargers(
    {
      world,
      profiles: pingless ? [{ id: 'deaf', answersPings: false } as ChargerProfile] : [],
      profileId: () => (pingless ? 'deaf' : 'generic'),
      toldMs: () => Date.UTC(2026, 0, 1),
      connectorsWithoutStatus: () => [...unknownConnectors],
      connected: (charger, generation, version) => told.push(`${charger} connected ${generation} ${version}`),
      lost: (charger, generation, detail) => told.push(`${charger} lost ${generation}: ${detail}`),
      report(charger, report, atMs, answer) {
        told.push(`${charger} ${report.kind} ${atMs}`);
        if (report.kind === 'boot') {
          answer({ kind: 'boot', status: 'Accepted', nowWallMs: world.clock.wallMs(), intervalS: site.heartbeatS });
        } else if (report.kind === 'heartbeat') answer({ kind: 'heartbeat', nowWallMs: world.clock.wallMs() });
        else if (report.kind === 'data-transfer') answer({ kind: 'data-transfer', status: 'UnknownVendorId' });
        else answer({ kind: 'empty' });
      },
    },
    {
      host: '127.0.0.1',
      port: 8887,
      chargers: [
        { index: 0, identity: 'CP1', auth: { kind: 'basic', password: 'secret' } },
        { index: 1, identity: 'CP2', auth: { kind: 'none', address: '10.0.0.12' } },
      ],
    },
  );
  if (!opened.ok) throw new Error(opened.detail);
  return { world, told, site, chargers: opened.value };
}

export type Garage = Awaited<ReturnType<typeof garage>>;

/** Knocks and, when let in, connects. */
export async function knock(to: Garage, station: Station, change = {}): Promise<Verdict> {
  const asked = handshake({ remoteAddress: station.pipe.remoteAddress, ...change });
  const verdict = await to.world.door().judge(asked);
  if (verdict.accept) to.world.door().connected(station.pipe, asked);
  await settle();
  return verdict;
}

export const bootFrame = [2, 'b1', 'BootNotification', { chargePointVendor: 'Alder', chargePointModel: 'Wall 11' }];
const trigger: Command = { kind: 'trigger', message: 'MeterValues', connectorId: 1 };

export function ask(chargers: ChargersHandle, charger = 0) {
  const seen: { sent: number; settled: Outcome<CommandReply>[] } = { sent: 0, settled: [] };
  chargers.command(
    charger,
    trigger,
    { priority: 'control' },
    {
      sent: () => {
        seen.sent += 1;
      },
      settled: outcome => seen.settled.push(outcome),
    },
  );
  return seen;
}

/** Answers every CALL the station has not answered yet. */
export function answerAll(station: Station, status = 'Accepted'): string[] {
  return station.received.splice(0).flatMap(([kind, id, action, payload]) => {
    if (kind !== 2) return [];
    station.say([3, id, { status }]);
    const { requestedMessage, key } = payload as { requestedMessage?: string; key?: string };
    return [`${String(action)} ${requestedMessage ?? key ?? ''}`];
  });
}
