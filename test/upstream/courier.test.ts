/** What goes up one call at a time, on a link that may be closing. */
import { expect, it } from 'vitest';
import { dialectFor } from '#ocpp/dialects.ts';
import { Peer } from '#ocpp/peer.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import { Courier, type Parcel } from '#upstream/courier.ts';
import { HandPipe } from '../ocpp/hand-pipe.ts';

function linked() {
  const clock = virtualClock(0);
  const pipe = new HandPipe();
  const dialect = dialectFor('ocpp1.6');
  if (dialect === null) throw new Error('no dialect');
  const scene = { asked: 0, unanswered: 0, parcel: null as Parcel | null };
  const courier = new Courier({
    clock,
    paceMs: 200,
    next: () => {
      scene.asked++;
      return scene.parcel;
    },
    unanswered: () => void scene.unanswered++,
  });
  const randomness = { uuid: () => 'f47ac10b-58cc-4372-a567-0e02b2c3d479', int: () => 0 };
  const peer = new Peer(
    { pipe, dialect, side: 'station', clock, randomness },
    { closed: () => courier.detach(), pong() {}, heard() {} },
  );
  courier.attach(peer);
  return { clock, pipe, peer, courier, scene };
}

it('a link that says good-bye for long is not asked again and again', async () => {
  const { clock, pipe, peer, courier, scene } = linked();
  const outcomes: string[] = [];
  scene.parcel = {
    report: { kind: 'heartbeat' },
    settled: outcome => void outcomes.push(outcome.ok ? 'ok' : outcome.why),
  };
  peer.close(1009, 'too long');
  courier.burst();
  await clock.run(30_000);
  expect(outcomes).toEqual(['offline']);
  expect(pipe.sent).toEqual([]);
  let driver = '';
  courier.ask({ kind: 'authorize', idToken: 'A' }, outcome => {
    driver = outcome.ok ? 'ok' : outcome.why;
  });
  pipe.shutDown(1006, '');
  expect(driver).toBe('offline');
});

it('anything that is answered shows that somebody is there, and silence does not', async () => {
  const { clock, pipe, courier, scene } = linked();
  scene.parcel = { report: { kind: 'heartbeat' }, settled() {} };
  courier.wake();
  expect(courier.isHeard()).toBe(false);
  const [[, first]] = pipe.take();
  pipe.say([4, first, 'InternalError', 'not now', {}]);
  expect(courier.isHeard()).toBe(true);
  expect(scene.unanswered).toBe(0);
  await clock.run(60_000);
  expect(scene.unanswered).toBeGreaterThan(0);
});
