/**
 * Where the demo's world answers: what troubles can be made and how they went. It lives on while the gateway
 * is dead, so the page, which the gateway serves, asks here. Only that page may, and the gateway itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { DemoView } from '#web/web.ts';
import type { Asked } from './trouble/desk.ts';
import { ACTIONS, type Action } from './trouble/facts.ts';

export type DemoDoorDeps = {
  readonly host: string;
  readonly port: number;
  /** Who brings it is the gateway. */
  readonly key: string;
  /** Writes of people need it; null where this machine writes without. */
  readonly token: string | null;
  /** Where the page is served. */
  webPort(): number | null;
  view(): DemoView;
  begin(action: Action): Promise<Asked>;
  end(action: Action): boolean;
};

export type DemoDoor = { readonly port: number; close(): Promise<void> };

const PATH = /^\/api\/v1\/demo(?:\/([a-z-]+))?$/;
/** A preflight is good for so long, s. */
const PREFLIGHT_S = 600;

/** Opens the door, or answers null when the port is taken. */
export function openDemoDoor(deps: DemoDoorDeps): Promise<DemoDoor | null> {
  const server = createServer((req, res) => void receive(deps, req, res));
  return new Promise(resolve => {
    server.once('error', () => resolve(null));
    server.listen(deps.port, deps.host, () => resolve(doorOf(server)));
  });
}

function doorOf(server: Server): DemoDoor {
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function receive(deps: DemoDoorDeps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { origin, host } = req.headers;
  const isOurs = isOurPage(origin, host, deps.webPort());
  res.setHeader('cache-control', 'no-store');
  if (origin !== undefined && isOurs) allow(res, origin);
  if (req.method === 'OPTIONS') return void res.writeHead(204).end();
  const [path, action] = PATH.exec(req.url ?? '') ?? [];
  if (path === undefined || (action !== undefined && !isAction(action)))
    return refuse(res, 404, 'There is no such trouble.');
  if (req.method === 'GET' && action === undefined) return say(res, 200, deps.view());
  if (!mayWrite(deps, req, isOurs))
    return refuse(res, 403, 'Only the page of this demo, or who has its token, may do that.');
  if (req.method === 'POST' && action !== undefined) {
    const asked = await deps.begin(action);
    return asked.ok ? say(res, 202, deps.view()) : refuse(res, 409, asked.why);
  }
  if (req.method === 'DELETE' && action !== undefined)
    return deps.end(action) ? say(res, 200, deps.view()) : refuse(res, 404, 'This trouble is over already.');
  refuse(res, 405, 'GET, POST and DELETE are answered here.');
}

const isAction = (name: string): name is Action => ACTIONS.some(action => action === name);

/** The page and this door differ in their port alone, and the name is one that no foreign zone can give away (DNS rebinding). */
function isOurPage(origin: string | undefined, host: string | undefined, webPort: number | null): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin) || !URL.canParse(`http://${host}`))
    return false;
  const page = new URL(origin);
  const name = new URL(`http://${host}`).hostname;
  const isLocal = isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.') || name.endsWith('.local');
  return isLocal && page.protocol === 'http:' && page.hostname === name && Number(page.port || 80) === webPort;
}

function mayWrite({ key, token }: DemoDoorDeps, req: IncomingMessage, isOurs: boolean): boolean {
  const given = req.headers.authorization;
  if (given === `Bearer ${key}`) return true;
  if (token !== null) return given === `Bearer ${token}`;
  return isOurs && isLoopback(req.socket.remoteAddress ?? '');
}

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);

function allow(res: ServerResponse, origin: string): void {
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-allow-methods', 'GET, POST, DELETE');
  res.setHeader('access-control-allow-headers', 'authorization');
  res.setHeader('access-control-max-age', String(PREFLIGHT_S));
  res.setHeader('vary', 'origin');
}

function say(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  res.end(JSON.stringify(body));
}

const refuse = (res: ServerResponse, status: number, detail: string): void => say(res, status, { detail });
