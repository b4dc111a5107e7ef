/** Which sessions the back office is told of at all. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import { begunBy, closedAtLast, type Samples, type Session, type Started } from '#site/session.ts';
import { Outbox } from '#upstream/outbox.ts';
import { SessionDesk, type SessionDeskDeps } from '#upstream/session-desk.ts';
import { topologyOf } from '../site/site.ts';

function open(session: Session) {
  const sessions = { get: () => session, open: () => [session], bind: () => [], stopAsked: () => [] };
  const disk = { each() {}, read: () => ok(null) };
  const outbox = new Outbox({ sessions, ...disk, station: 'S', log: silentLog, uuid: () => 'id', wallMs: () => 0 });
  const topology = topologyOf({ bays: [{}] });
  const desk = new SessionDesk({
    deps: { state: () => ({ topology }), sessions, world: { clock: virtualClock(0) } },
    register: { outbox, bound: () => [], numbering: () => ({ sockets: [] }) },
    samples: { chosen: (samples: unknown) => samples },
    isLinked: () => true,
    reservations: () => ({ usedBy: () => null }),
  } as unknown as SessionDeskDeps);
  return { desk, spec: topology.connectors[0] };
}

const start: Started = {
  ...{ kind: 'transaction-started', connectorId: 1, idToken: 'A', meterStartWh: 0, atWallMs: 0 },
  reservationId: null,
};
const session = begunBy(start, 'CP1', 7, { atWallMs: 0, offsetMs: 0, isLive: true });
const samples: Samples = {
  ...{ kind: 'meter-values', connectorId: 1, transactionId: 7 },
  samples: [{ atWallMs: 1, context: 'Sample.Periodic', values: [] }],
};

it('of a session that began before there was a back office neither samples nor its stop go up', () => {
  const { desk, spec } = open(session);
  expect(spec && desk.sampled(spec, samples)).toEqual([]);
  expect(desk.also({ kind: 'ended', ...closedAtLast(session) })).toEqual([]);
});

it('of one whose start is only on its way to the disk both do', () => {
  const { desk, spec } = open(session);
  expect(desk.also({ kind: 'started', session, report: start })).toHaveLength(1);
  expect(spec && desk.sampled(spec, samples)).toHaveLength(1);
  expect(desk.also({ kind: 'ended', ...closedAtLast(session) })).toHaveLength(1);
});
