import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begunBy, correctedBy, endedBy } from '#site/session.ts';
import { createMetrics } from '#web/metrics.ts';
import { OPENAPI } from '#web/openapi.ts';
import { SCHEMAS } from '#web/openapi-schemas.ts';
import { createApp } from '#web/routes.ts';
import { LiveStream } from '#web/stream.ts';
import type { WebHandle } from '#web/web.ts';
import { NOW_MS, NOW_WALL_MS } from './garage.ts';
import { depsOf, handClock, handed, opened } from './open-garage.ts';

type Operation = { readonly security?: unknown; readonly responses: Readonly<Record<string, unknown>> };
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
type Path = Partial<Record<(typeof METHODS)[number], Operation>>;
const paths = Object.entries(OPENAPI.paths as Readonly<Record<string, Path>>);
const methodsOf = (path: Path) => METHODS.filter(method => path[method] !== undefined);

/** The router of the door, with nobody behind it. */
function emptyApp(): Express {
  const clock = handClock();
  const deps = depsOf(handed(), clock);
  const nothing = () => {
    throw new Error('nobody asks');
  };
  return createApp({
    ...deps,
    rules: { token: null, host: '127.0.0.1', loopbackWrites: false },
    stream: new LiveStream(clock, nothing, () => []),
    metrics: createMetrics(),
    view: nothing,
    sources: () => [],
    events: () => [],
    putLimits: () => [],
    clearLimits: () => [],
  });
}

type Layer = { readonly route?: { readonly path: string | string[]; readonly methods: Record<string, boolean> } };

const documented = (path: string) => path.replace(/:(\w+)/g, '{$1}');

/** Every route in the order of the router; one for all methods is the refusal of what a path does not know. */
function routesOf(app: Express): { answering: string[]; refusing: string[] } {
  const layers = app.router.stack as unknown as readonly Layer[];
  const answering: string[] = [];
  const refusing: string[] = [];
  for (const { route } of layers) {
    if (route === undefined) continue;
    const methods = Object.keys(route.methods);
    const routePaths = [route.path].flat().map(documented);
    if (methods.length > METHODS.length) refusing.push(...routePaths);
    else answering.push(...routePaths.flatMap(path => methods.map(method => `${method} ${path}`)));
  }
  return { answering, refusing };
}

/** The page is no part of the API. */
const PAGE = 'get /';

const HEARD = { atWallMs: NOW_WALL_MS, offsetMs: 0, isLive: true };
const START = {
  kind: 'transaction-started',
  connectorId: 1,
  idToken: 'A',
  meterStartWh: 1,
  reservationId: null,
} as const;
const BEGUN = begunBy({ ...START, atWallMs: NOW_WALL_MS }, 'CP01', 7, HEARD);
const STOP = { transactionId: 7, idToken: null, meterStopWh: 2, reason: 'Local', samples: [] };
const ENDED = correctedBy(
  endedBy(BEGUN, { ...STOP, kind: 'transaction-ended', atWallMs: NOW_WALL_MS }, HEARD, null),
  { ...STOP, kind: 'transaction-ended', atWallMs: NOW_WALL_MS },
  HEARD,
);

let web: WebHandle;
let url: string;
const parts = handed('troubled');
beforeAll(async () => {
  const state = parts.state;
  parts.state = {
    ...state,
    commissioningUntilMs: NOW_MS + 1,
    outsideLimits: [
      {
        source: 'ems',
        circuit: 0,
        limitMa: [60_000, 50_000, 40_000],
        limitW: null,
        evOnly: true,
        validUntilMs: NOW_MS + 1000,
        validUntilWallMs: Date.parse('2026-01-15T15:00:01Z'),
        failSafeMa: [6000, 6000, 6000],
        setAtMs: NOW_MS,
      },
    ],
  };
  parts.sessions = [
    { session: ENDED, start: 'acknowledged', stop: 'waiting' },
    { session: BEGUN, start: 'none', stop: null },
  ];
  parts.refused = [{ identity: 'CP99', address: '10.0.0.9', cause: 'Not configured.', lastAtWallMs: NOW_WALL_MS }];
  web = await opened(depsOf(parts, handClock()));
  url = `http://127.0.0.1:${web.port}`;
});
afterAll(() => web.close());

/** In the test a record has the members that are written down and no others. */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema ? { ...inner, additionalProperties: false } : inner;
}

function validatorOf(name: string) {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  ajvFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: { schemas: closed(SCHEMAS) } });
  const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
  return (value: unknown) => (validate(value) ? [] : validate.errors?.map(e => `${e.instancePath} ${e.message}`));
}

describe('the description of the API', () => {
  it('is answered at the address of the contract', async () => {
    const answer = await fetch(`${url}/api/openapi.json`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(OPENAPI)));
  });

  it('names every route that the door has, and no other', () => {
    const written = paths.flatMap(([path, item]) => methodsOf(item).map(method => `${method} ${path}`));
    const { answering, refusing } = routesOf(emptyApp());
    expect([...written, PAGE].sort()).toEqual(answering.sort());
    expect(paths.map(([path]) => path).sort()).toEqual(refusing.sort());
  });

  it.each(paths)('allows on %s what the document says', async (path, item) => {
    const answer = await fetch(url + path.replace(/\{\w+\}/, 'CP14'), { method: 'PATCH' });
    expect(answer.status).toBe(405);
    const allowed = (answer.headers.get('allow') ?? '').toLowerCase().split(', ');
    expect(allowed.filter(method => method !== 'head')).toEqual(methodsOf(item));
  });

  const writes = paths.flatMap(([path, item]) =>
    methodsOf(item)
      .filter(method => method !== 'get')
      .map(method => [method, path, item[method]] as const),
  );
  it.each(writes)('asks for the token on %s %s', async (method, path, operation) => {
    const answer = await fetch(url + path.replace(/\{\w+\}/, 'CP14'), { method: method.toUpperCase() });
    expect(answer.status).toBe(401);
    expect(operation?.security).toEqual([{ bearer: [] }]);
    expect(Object.keys(operation?.responses ?? {})).toContain('401');
    expect(validatorOf('Problem')(await answer.json())).toEqual([]);
  });

  it.each([
    ['/api/v1/site', 'Site'],
    ['/readyz', 'Ready'],
    ['/nothing', 'Problem'],
  ])('says of %s every member that is answered', async (path, name) => {
    expect(validatorOf(name)(await (await fetch(url + path)).json())).toEqual([]);
  });

  it('says of a session every member that is answered, of one that runs and one that ended', async () => {
    const shown = (await (await fetch(`${url}/api/v1/sessions`)).json()) as readonly unknown[];
    expect(shown).toHaveLength(2);
    for (const session of shown) expect(validatorOf('Session')(session)).toEqual([]);
  });

  it('would notice a member that is not written down, and one that is missing', async () => {
    const site = (await (await fetch(`${url}/api/v1/site`)).json()) as Record<string, unknown>;
    expect(validatorOf('Site')({ ...site, more: 1 })).toEqual([' must NOT have additional properties']);
    const { commissioning: _, ...less } = site;
    expect(validatorOf('Site')(less)).toEqual([" must have required property 'commissioning'"]);
  });

  it('points only at schemas that are there', () => {
    const refs = [...JSON.stringify(OPENAPI).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(found => found[1]);
    expect([...new Set(refs)].filter(name => name === undefined || !(name in SCHEMAS))).toEqual([]);
    expect(Object.keys(SCHEMAS).filter(name => !refs.includes(name))).toEqual([]);
  });
});
