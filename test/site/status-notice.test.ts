/** When the back office is told of a socket, and what of the site's reasons it reads. */
import { describe, expect, it } from 'vitest';
import { noticeDueMs, REASON_EVERY_MS, type StatusNotice, statusInfo } from '#site/status-notice.ts';
import { Desk, type SiteOptions } from './site.ts';

const notice = (over: Partial<StatusNotice> = {}): StatusNotice => ({
  status: 'Charging',
  errorCode: 'NoError',
  info: '9 A: main fuse L2',
  ...over,
});

describe('a notice leaves', () => {
  const told = { ...notice(), atMs: 1_000_000 };
  it.each([
    ['at once after a reconnect', null, notice(), Number.NEGATIVE_INFINITY],
    ['at once when the status changed', told, notice({ status: 'SuspendedEVSE' }), Number.NEGATIVE_INFINITY],
    ['at once when an error came', told, notice({ errorCode: 'GroundFailure' }), Number.NEGATIVE_INFINITY],
    [
      'at once when status and reason changed',
      told,
      notice({ status: 'Available', info: '' }),
      Number.NEGATIVE_INFINITY,
    ],
    [
      'five minutes after the last one when only the reason changed',
      told,
      notice({ info: '8 A: main fuse L1' }),
      1_300_000,
    ],
    ['never when nothing changed', told, notice(), null],
  ] as const)('%s', (_what, last, now, dueMs) => {
    expect(noticeDueMs(last, now)).toBe(dueMs);
  });

  it('twelve times an hour at most for a reason that moves with every pass, and with the newest one', () => {
    let last: (StatusNotice & { atMs: number }) | null = null;
    const sent: number[] = [];
    for (let atMs = 0; atMs <= 3_600_000; atMs += 1_000) {
      const now = notice({ info: `${(atMs / 1000) % 17} A: main fuse L2` });
      const dueMs = noticeDueMs(last, now);
      if (dueMs === null || dueMs > atMs) continue;
      sent.push(atMs);
      last = { ...now, atMs };
    }
    expect(sent.length).toBeLessThanOrEqual(13);
    expect(sent.slice(1).every((atMs, i) => atMs - (sent[i] ?? 0) >= REASON_EVERY_MS)).toBe(true);
    expect(last?.info).toBe(`${((last?.atMs ?? 0) / 1000) % 17} A: main fuse L2`);
  });
});

/** Cars draw what `amps` makes of their grants, on all phases, for so many seconds. */
function live(desk: Desk, seconds: number, amps: (grantA: number) => number = a => a): void {
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const drawn = desk.limitsA().map((a, bay) => (desk.state.connectors[bay]?.transaction ? amps(a ?? 0) : 0));
    if (second % 5 === 0)
      drawn.forEach((a, bay) => void (desk.state.connectors[bay]?.transaction && desk.draws(bay, a)));
    desk.meter(drawn.reduce((sum, a) => sum + a, 0));
    desk.settleAll(desk.pass().commands);
  }
}

function site(options: SiteOptions, cars: number): Desk {
  const desk = new Desk(options);
  for (const bay of options.bays.keys()) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  live(desk, 5);
  for (let bay = 0; bay < cars; bay++) desk.start(bay);
  return desk;
}

const infoOf = (desk: Desk, bay: number): string => {
  const spec = desk.state.topology.connectors[bay];
  return spec === undefined ? '' : statusInfo(desk.state, spec);
};

describe('of a socket is told', () => {
  it('nothing while nobody asks for current', () => {
    expect(infoOf(site({ bays: [{}] }, 0), 0)).toBe('');
  });

  it('its grant and the fuse that keeps it there', () => {
    const desk = site({ bays: [{}, {}], limits: [{ limitA: 25 }] }, 2);
    live(desk, 90);
    expect([infoOf(desk, 0), infoOf(desk, 1)]).toEqual(['12 A: Main fuse L1', '12 A: Main fuse L1']);
  });

  it('that the back office allows no more, and what a pause would need', () => {
    const desk = site({ bays: [{}], limits: [{ limitA: 40 }] }, 1);
    desk.feed({ type: 'wish-set', connector: 0, wish: { limitMa: 10_000, limitW: null }, atMs: desk.atMs });
    live(desk, 30);
    expect(infoOf(desk, 0)).toBe('10 A: limit of the back office');
    desk.feed({ type: 'wish-set', connector: 0, wish: { limitMa: 4_000, limitW: null }, atMs: desk.atMs });
    live(desk, 30);
    expect(infoOf(desk, 0)).toBe('Paused: limit of the back office');
  });

  it('that the car takes less, once it has had its time to follow', () => {
    const desk = site({ bays: [{}], limits: [{ limitA: 40 }] }, 1);
    let toldAtMs: number | null = null;
    while (!infoOf(desk, 0).includes('takes less')) {
      expect(desk.atMs).toBeLessThan(300_000);
      live(desk, 1, () => 7);
      if (desk.limitsA()[0] === 32) toldAtMs ??= desk.atMs;
    }
    // A charger of this model needs ten seconds (A3).
    expect(desk.atMs - (toldAtMs ?? desk.atMs)).toBeGreaterThanOrEqual(10_000);
    live(desk, 90, () => 7);
    expect(infoOf(desk, 0)).toBe('32 A: the car takes less');
    live(desk, 60, a => a - 1);
    expect(infoOf(desk, 0)).toBe('32 A: all that Bay 1 can give');
  });

  it('that there is no room for its least', () => {
    const desk = site({ bays: [{}, {}], limits: [{ limitA: 11 }] }, 2);
    live(desk, 90);
    expect([infoOf(desk, 0), infoOf(desk, 1)]).toEqual(['10 A: Main fuse L1', 'Paused: Main fuse L1, needs 6 A']);
  });

  it('that it will rise when others have given way', () => {
    const desk = site({ bays: [{}, {}], limits: [{ limitA: 40 }] }, 1);
    live(desk, 60);
    desk.start(1);
    desk.atMs += 1_000;
    desk.settleAll(desk.pass().commands);
    expect(infoOf(desk, 1)).toBe('7 A, soon 19.5 A: Main fuse L1');
  });

  it('that its charger cannot be reached', () => {
    const desk = site({ bays: [{}], limits: [{ limitA: 40 }] }, 1);
    live(desk, 60);
    desk.lose(0);
    desk.atMs += 1_000;
    desk.pass();
    expect(infoOf(desk, 0)).toBe('32 A: cannot be reached');
  });
});
