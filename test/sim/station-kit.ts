/** One simulated charger and a CSMS by hand, on a virtual clock: what a habit does, without any gateway. */
import type { CarPlan } from '#sim/car.ts';
import { HABITS, type HabitName } from '#sim/habits.ts';
import { simNetwork } from '#sim/network.ts';
import { prng } from '#sim/prng.ts';
import type { WireProfile, WireSchedule } from '#sim/profile-engine.ts';
import { Station } from '#sim/station.ts';
import { openTruth } from '#sim/truth.ts';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { FramePipe } from '#world.ts';

const BEGIN = Date.UTC(2026, 0, 1);
const PORT = 8887;

type Payload = Record<string, unknown>;

/** Powered on, booted and with a car that draws all it may. */
export async function chargerWith(habit: HabitName, car: Partial<CarPlan> = {}) {
  const clock = virtualClock(BEGIN);
  const network = simNetwork(clock, prng('network'));
  const link = network.link('CP1', '10.0.0.1', [10, 20]);
  const heard: { readonly action: string; readonly payload: Payload }[] = [];
  const answers = new Map<string, Payload>();
  let pipe: FramePipe | null = null;
  let calls = 0;
  const anyAnswer = () => ({
    currentTime: new Date(clock.wallMs()).toISOString(),
    interval: 300,
    status: 'Accepted',
    transactionId: 1,
    idTagInfo: { status: 'Accepted' },
  });
  await network.listen(
    { host: '127.0.0.1', port: PORT, maxPayloadBytes: 65_536 },
    {
      judge: async () => ({ accept: true, subprotocol: 'ocpp1.6' }),
      connected: opened => {
        pipe = opened;
        opened.open({
          text: frame => {
            const [type, id, action, payload] = JSON.parse(frame);
            if (type !== 2) answers.set(id, type === 3 ? action : { error: action });
            else {
              heard.push({ action, payload });
              opened.send(JSON.stringify([3, id, anyAnswer()]));
            }
          },
          pong() {},
          closed() {},
        });
      },
    },
  );
  const station: Station = new Station(
    {
      clock,
      truth: openTruth([{ id: 'main', parent: -1 }]),
      random: prng('station'),
      nominalV: 230,
      dial: options => network.dial(link, options),
      carChanged() {},
      drawChanged() {},
      sampled() {},
      powerChanged() {},
    },
    {
      identity: 'CP1',
      brand: { vendor: 'Any', model: 'Any', firmware: '1.0.0', stepMa: 100 },
      habit: HABITS[habit],
      clockErrorMs: 0,
      resumesAlone: true,
      connectors: [{ connectorId: 1, circuit: 0, ratingMa: 32_000, rotation: [0, 1, 2] }],
      dial: {
        url: `ws://127.0.0.1:${PORT}/ocpp/CP1`,
        subprotocols: ['ocpp1.6'],
        authorization: null,
        maxPayloadBytes: 65_536,
        timeoutMs: 5000,
      },
    },
  );
  const run = (ms: number) => clock.run(clock.nowMs() + ms);
  const call = async (action: string, payload: Payload): Promise<Payload> => {
    const id = `c${++calls}`;
    pipe?.send(JSON.stringify([2, id, action, payload]));
    await run(100);
    return answers.get(id) ?? {};
  };
  station.powerOn();
  const plan = { idTag: 'TAG', phases: 3, maxMa: 32_000, needWh: 90_000, rampMaPerS: 10_000, restless: false } as const;
  station.plug(1, { ...plan, ...car });
  await run(60_000);
  const connector = station.connectorOf(1);
  return {
    clock,
    link,
    station,
    connector,
    heard,
    run,
    call,
    set: async (profile: WireProfile) =>
      (await call('SetChargingProfile', { connectorId: 1, csChargingProfiles: profile })).status,
    drawA: () => connector.drawMa() / 1000,
    /** Time until the pilot says what the newest limit wants: the status follows it. */
    untilStatus: async (status: string): Promise<number> => {
      const fromMs = clock.nowMs();
      while (connector.status !== status && clock.nowMs() - fromMs < 60_000) await run(10);
      return clock.nowMs() - fromMs;
    },
    samples: () => heard.filter(({ action }) => action === 'MeterValues').length,
  };
}

/** Endless from 1970, in A unless said otherwise. */
export function endless(limit: number, rest: Partial<WireProfile> = {}, schedule: Partial<WireSchedule> = {}) {
  return {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    ...rest,
    chargingSchedule: {
      startSchedule: '1970-01-01T00:00:00.000Z',
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit, numberPhases: 3 }],
      ...schedule,
    },
  } as const satisfies WireProfile;
}

/** Rule 18: `grant` for `ttlS` from `nowMs`, `lapse` after; one level above the base. */
export function lease(nowMs: number, grant: number, ttlS: number, lapse: number): WireProfile {
  return endless(
    grant,
    { chargingProfileId: 2, stackLevel: 1 },
    {
      startSchedule: new Date(nowMs - 10_000).toISOString(),
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: grant },
        { startPeriod: 10 + ttlS, limit: lapse },
      ],
    },
  );
}
