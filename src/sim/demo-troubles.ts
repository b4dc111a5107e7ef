/** The troubles of a running demo: the desk, the door at which it is asked, and the back office behind the gateway. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { Topology } from '#site/topology.ts';
import { type DemoBackOffice, openDemoBackOffice } from './demo-back-office.ts';
import { type DemoDoor, openDemoDoor } from './demo-door.ts';
import type { GatewayKeeper } from './demo-gateway.ts';
import { freePort } from './demo-ports.ts';
import { askOutside, demoStage } from './demo-stage.ts';
import type { DemoWorld } from './demo-world.ts';
import { type Asked, TroubleDesk } from './trouble/desk.ts';
import type { Action } from './trouble/facts.ts';
import type { OutsideRow } from './trouble/stage.ts';

export type DemoTroubles = {
  /** BUSBAR_… variables by which the gateway finds this world. */
  environment(): Readonly<Record<string, string>>;
  /** The gateway is up, with its dashboard here. */
  up(webPort: number): void;
  /** Once, some time after now: a garage to which nothing happens convinces nobody. */
  beginByItself(): void;
  close(): Promise<void>;
};

export type TroublesDeps = {
  readonly clock: Clock;
  readonly world: DemoWorld;
  readonly topology: Topology;
  /** The door is open to the network, and people's writes need the token; null = this machine alone. */
  readonly token: string | null;
  keeper(): GatewayKeeper;
  /** A trouble has ended, in one sentence. */
  told(sentence: string): void;
};

const WORLD_PORT = 8090;
/** What the garage is called at its back office. */
const STATION = 'RIVERSIDE';
/** Time to open the page; then something happens on it. */
const BY_ITSELF_MS = 15_000;
/** The first of these that can begin then: the garage is still filling, and none of them disturbs the others. */
const BY_ITSELF: readonly Action[] = ['cut-upstream', 'pull-charger', 'building-step'];

/** Opens the door and the back office. Throws when no port is left. */
export async function openTroubles(deps: TroublesDeps): Promise<DemoTroubles> {
  const { clock, world, topology, token } = deps;
  const key = randomBytes(16).toString('hex');
  let webPort: number | null = null;
  let outside: readonly OutsideRow[] = [];
  const backOffice = await openDemoBackOffice(0, () => clock.wallMs());
  if (!backOffice.ok) throw new Error(`the simulated back office does not open: ${backOffice.detail}`);
  const gateway = { kill: () => deps.keeper().hold(), revive: () => deps.keeper().revive() };
  const parts = { clock, world, topology, backOffice: backOffice.value, gateway, outside: () => outside };
  const desk = new TroubleDesk(demoStage(parts), deps.told);
  const begin = async (action: Action) => {
    outside = webPort === null ? [] : await askOutside(webPort);
    return desk.begin(action);
  };
  const host = token === null ? '127.0.0.1' : '0.0.0.0';
  const door = await openFrom(WORLD_PORT, host, port =>
    openDemoDoor({
      host,
      port,
      key,
      token,
      webPort: () => webPort,
      view: () => desk.view(),
      begin,
      end: action => desk.end(action),
    }),
  );
  return {
    environment: () => ({
      BUSBAR_DEMO_WORLD: `http://127.0.0.1:${door.port}`,
      BUSBAR_DEMO_KEY: key,
      BUSBAR_UPSTREAM__URL: `ws://127.0.0.1:${backOffice.value.port}/ocpp`,
      BUSBAR_UPSTREAM__IDENTITY: STATION,
      // Visitors are not turned away while nobody above can be asked.
      BUSBAR_UPSTREAM__WHOMAYCHARGE: 'everyone',
    }),
    up: port => {
      webPort = port;
    },
    beginByItself: () => void clock.after('trouble by itself', BY_ITSELF_MS, () => void beginFirst(begin)),
    close: () => closeAll(door, backOffice.value),
  };
}

/** Nothing begins where a person has begun something. */
async function beginFirst(begin: (action: Action) => Promise<Asked>): Promise<void> {
  for (const action of BY_ITSELF) if ((await begin(action)).ok) return;
}

async function openFrom(
  from: number,
  host: string,
  open: (port: number) => Promise<DemoDoor | null>,
): Promise<DemoDoor> {
  for (let port = await freePort(host, from); port !== null; port = await freePort(host, port + 1)) {
    const door = await open(port);
    if (door !== null) return door;
  }
  throw new Error(`no free port from ${from} on for the simulated world`);
}

async function closeAll(door: DemoDoor, backOffice: DemoBackOffice): Promise<void> {
  await door.close();
  await backOffice.close();
}
