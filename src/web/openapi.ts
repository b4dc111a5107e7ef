/** `GET /api/openapi.json`: every path of this door, written by hand. Held true by `test/web/openapi.test.ts`. */
import { SCHEMAS } from './openapi-schemas.ts';
import { SESSION_LIST, sessionPaths } from './openapi-sessions.ts';
import { list, ref, type Schema } from './openapi-words.ts';

const json = (schema: Schema): Schema => ({ 'application/json': { schema } });

const ok = (description: string, schema: Schema): Schema => ({ 200: { description, content: json(schema) } });

const DONE: Schema = { 204: { description: 'Done.' } };

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  401: 'The token is missing or wrong.',
  403: 'Nothing can be written from there.',
  404: 'Nothing of this name is configured.',
  409: 'Not in this state; the detail says why.',
  413: 'The body is too large.',
  415: 'The body is no JSON.',
  422: 'The body has problems; all are listed, and nothing was changed.',
  503: 'Not available; the detail says why.',
};

const problems = (...statuses: readonly number[]): Schema =>
  Object.fromEntries(
    statuses.map(status => [
      status,
      { description: PROBLEMS[status], content: { 'application/problem+json': { schema: ref('Problem') } } },
    ]),
  );

const segment = (name: string, description: string): Schema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const SOURCE = segment('source', 'A source that the configuration names under limitSources.');
const IDENTITY = segment('identity', 'The identity of a charger.');
const TOKEN = [{ bearer: [] }];

const text = (type: string): Schema => ({
  200: { description: 'Text.', content: { [type]: { schema: { type: 'string' } } } },
});

const health = {
  '/healthz': {
    get: {
      summary: 'Whether the process lives.',
      responses: ok('It does.', { type: 'object', required: ['status'], properties: { status: { const: 'ok' } } }),
    },
  },
  '/readyz': {
    get: {
      summary: 'Whether passes complete and every guard meter is fresh.',
      responses: { ...ok('They do.', ref('Ready')), ...problems(503) },
    },
  },
  '/metrics': { get: { summary: 'The figures for Prometheus.', responses: text('text/plain') } },
  '/api/openapi.json': { get: { summary: 'This document.', responses: ok('It.', { type: 'object' }) } },
};

const site = {
  '/api/v1/site': { get: { summary: 'The whole site as it is now.', responses: ok('The site.', ref('Site')) } },
  '/api/v1/events': {
    get: {
      summary: 'What happened, newest first: the last 200.',
      responses: ok('Events.', list(ref('Event'))),
    },
  },
  '/api/v1/stream': {
    get: {
      summary: 'The same live.',
      description:
        'Server-sent events: `snapshot` (a Site), `trend` (the last minutes), then each second `change`: the members of Site that changed; lists of circuits, connectors and meters carry their changed members, whole. A `leaseMs` that merely runs down is no change.',
      responses: { ...text('text/event-stream'), ...problems(503) },
    },
  },
};

const upstream = {
  '/api/v1/upstream': {
    get: {
      summary: 'The back office: the line to it, what waits for it, and the numbers that sockets have there.',
      responses: ok('One entry; none without a back office.', list(ref('UpstreamDetail'))),
    },
  },
  '/api/v1/upstream/map.csv': {
    get: { summary: 'The numbers of all sockets there, as a table.', responses: text('text/csv') },
  },
};

const sessions = sessionPaths(ok('Sessions.', SESSION_LIST), text('text/csv'), problems(400));

const limits = {
  '/api/v1/limits': { get: { summary: 'All limits that stand.', responses: ok('Limits.', list(ref('Limit'))) } },
  '/api/v1/limits/{source}': {
    parameters: [SOURCE],
    get: {
      summary: 'The limits of one source.',
      responses: { ...ok('Limits.', list(ref('Limit'))), ...problems(400) },
    },
    put: {
      summary: 'All that a source wants; what is left out is wanted no more.',
      security: TOKEN,
      requestBody: { required: true, content: json(list(ref('LimitWish'))) },
      responses: {
        ...ok('Its limits as they stand now.', list(ref('Limit'))),
        ...problems(400, 401, 403, 404, 413, 415, 422),
      },
    },
    delete: {
      summary: 'Takes back all limits of a source.',
      security: TOKEN,
      responses: { ...DONE, ...problems(400, 401, 403, 404, 422) },
    },
  },
};

const chargers = {
  '/api/v1/chargers/{identity}/switched-off': {
    parameters: [IDENTITY],
    put: {
      summary: 'A person says that this charger has no power.',
      description: 'Nothing is booked for it until its link returns. Refused while it is connected. Kept in the log.',
      security: TOKEN,
      responses: { ...DONE, ...problems(400, 401, 403, 404, 409) },
    },
    delete: {
      summary: 'It may have power again.',
      security: TOKEN,
      responses: { ...DONE, ...problems(400, 401, 403, 404) },
    },
  },
  '/api/v1/chargers/{identity}/trusted': {
    parameters: [IDENTITY],
    put: {
      summary: 'A person says that this charger, which drew more than it was told, may be trusted again.',
      description: 'It counts at what it is told. Should it not obey, it counts at its rating again. Kept in the log.',
      security: TOKEN,
      responses: { ...DONE, ...problems(400, 401, 403, 404) },
    },
  },
};

const deadman = {
  '/api/v1/chargers/{identity}/deadman-test': {
    parameters: [IDENTITY],
    post: {
      summary: 'Begins a test of whether this charger falls back by itself.',
      description:
        'A car that charges there is told 6 A, then 16 A for 20 s as the fuse allows, and is watched. Once for each model and firmware its connection is cut and it is reset, too. Kept in the log.',
      security: TOKEN,
      requestBody: { required: false, content: json(ref('DeadmanOrder')) },
      responses: {
        202: { description: 'It runs; watch it by its id.', content: json(ref('DeadmanBegun')) },
        ...problems(400, 401, 403, 413, 422),
      },
    },
  },
  '/api/v1/deadman-tests': {
    get: {
      summary: 'Tests that run, tests that ended since the start, and what tests have shown.',
      responses: ok('Tests and results.', ref('DeadmanTests')),
    },
  },
  '/api/v1/deadman-tests/{id}': {
    parameters: [segment('id', 'A test that runs.')],
    delete: {
      summary: 'Cancels a test: its socket is like any other again.',
      security: TOKEN,
      responses: { ...DONE, ...problems(401, 403, 404) },
    },
  },
};

const adoption = {
  '/api/v1/adoption': {
    get: {
      summary: 'The window for chargers that stand in no file, who waits, and who was adopted.',
      responses: ok('Adoption.', ref('Adoption')),
    },
  },
  '/api/v1/adoption/window': {
    put: {
      summary: 'Opens the window for half an hour; one that is open begins anew.',
      description:
        'While it is open a charger that nobody knows may wait if it comes from this machine or its network: it is read, and granted nothing. Kept in the log.',
      security: TOKEN,
      responses: { ...ok('It is open.', ref('Adoption')), ...problems(401, 403) },
    },
    delete: {
      summary: 'Closes the window; who waits is sent away.',
      security: TOKEN,
      responses: { ...DONE, ...problems(401, 403) },
    },
  },
  '/api/v1/adoption/chargers/{identity}': {
    parameters: [IDENTITY],
    put: {
      summary: 'Adopts a charger that waits, or takes back one that was taken out.',
      description:
        'The body is its entry as it would stand in the site file, without its identity. Without auth it goes on as it came: with its own password, or from its address. One that is taken back keeps the figures that it had. Kept in the log.',
      security: TOKEN,
      requestBody: { required: true, content: json(ref('AdoptionEntry')) },
      responses: {
        ...ok('It is part of the site; within 15 s it is under control.', ref('AdoptionDone')),
        ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
      },
    },
    delete: {
      summary: 'Takes an adopted charger out.',
      description:
        'It is told 0 and keeps its place and its booking. Once a person has said that it has no power, the next start forgets it. Kept in the log.',
      security: TOKEN,
      responses: { ...DONE, ...problems(400, 401, 403, 404, 409, 503) },
    },
  },
};

const demo = {
  '/api/v1/demo': {
    get: {
      summary: 'The troubles that can be made in the demo, and how they went.',
      responses: { ...ok('Troubles.', ref('Demo')), ...problems(404, 503) },
    },
  },
  '/api/v1/demo/{action}': {
    parameters: [segment('action', 'One of them.')],
    post: {
      summary: 'Makes this trouble in the world around the gateway.',
      security: TOKEN,
      responses: {
        202: { description: 'It runs; watch it.', content: json(ref('Demo')) },
        ...problems(401, 403, 404, 409, 503),
      },
    },
    delete: {
      summary: 'Takes it back.',
      security: TOKEN,
      responses: { ...ok('It is taken back.', ref('Demo')), ...problems(401, 403, 404, 503) },
    },
  },
};

export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Busbar',
    version: '1',
    description: 'What every charger of a site may draw, and why. Field names carry units; errors are RFC 9457.',
  },
  paths: { ...health, ...site, ...upstream, ...sessions, ...limits, ...chargers, ...deadman, ...adoption, ...demo },
  components: {
    schemas: SCHEMAS,
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'web.token of the configuration.' } },
  },
} as const;
