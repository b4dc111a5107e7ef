import { afterEach, describe, expect, it } from 'vitest';
import { runDeadmanTest } from '#deadman-command.ts';
import { NO_RESULTS, verdictOf, withVerdict } from '#site/deadman/results.ts';
import type { Ended } from '#web/deadman-view.ts';
import type { WebHandle } from '#web/web.ts';
import { Bench } from '../site/deadman/bench.ts';
import { depsOf, handClock, handed, opened } from './open-garage.ts';

const TOKEN = { authorization: 'Bearer a-good-token' };
let web: WebHandle | null = null;
afterEach(async () => {
  await web?.close();
  web = null;
});

/** The web room over a bench: time moves when somebody looks. */
async function open(bench = new Bench()) {
  let results = NO_RESULTS;
  let ended: readonly Ended[] = [];
  const record = () => {
    const [test] = bench.state.tests;
    if (test?.step !== 'ended') return;
    const where = { identity: 'CP1', connectorId: 1, atWallMs: 1_000 };
    ended = [{ test, where, verdict: verdictOf(test) }];
    results = withVerdict(results, test, where);
    bench.feed({ type: 'test-ended', id: test.id, atMs: bench.atMs });
  };
  const clock = handClock();
  web = await opened({
    ...depsOf(handed(), { ...clock, nowMs: () => bench.atMs }),
    state: () => bench.state,
    deadman: {
      begin: order => {
        try {
          bench.begin(order, results);
          return { ok: true, value: { id: 't1' } };
        } catch (error) {
          return { ok: false, problems: [{ path: 'charger', message: (error as Error).message, hint: 'see to it' }] };
        }
      },
      cancel: id => {
        const isThere = bench.state.tests.some(test => test.id === id);
        bench.feed({ type: 'test-ended', id, atMs: bench.atMs });
        return isThere;
      },
      shown: () => ({ ended, results }),
    },
  });
  const url = `http://127.0.0.1:${web.port}`;
  const pass = (ms: number) => {
    bench.run(ms);
    record();
  };
  return { url, bench, pass };
}

const post = (url: string, body?: unknown, headers: Record<string, string> = TOKEN) =>
  fetch(`${url}/api/v1/chargers/CP1/deadman-test`, {
    method: 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('dead-man tests by HTTP', () => {
  it('begin with 202 and an id, and are told in sentences while they run', async () => {
    const { url, pass } = await open();
    const begun = await post(url);
    expect([begun.status, await begun.json()]).toEqual([202, { id: 't1' }]);
    pass(4_000);
    const { running } = await (await fetch(`${url}/api/v1/deadman-tests`)).json();
    expect(running).toMatchObject([
      { id: 't1', charger: 'CP1', connectorId: 1, state: 'running', legs: ['lease', 'cut', 'reboot'], leg: 'lease' },
    ]);
    expect(running[0].sentence).toMatch(/told 6 A, waiting for the car/);
    expect(running[0].seconds).toBe(4);
  });

  it('end with a class, and leave results that a new firmware makes void', async () => {
    const { url, pass, bench } = await open();
    await post(url, { connectorId: 1, legs: ['lease', 'cut', 'reboot'] });
    pass(400_000);
    const seen = async () => (await fetch(`${url}/api/v1/deadman-tests`)).json();
    const { running, ended, results } = await seen();
    expect(running).toEqual([]);
    expect(ended).toMatchObject([{ class: 'A', state: 'ended', found: { phases: 'L1, L2, L3', meterGood: true } }]);
    expect(results.models).toMatchObject([{ vendor: 'Acme', firmware: '1.0', class: 'A' }]);
    expect(results.sockets).toMatchObject([{ charger: 'CP1', void: false }]);
    bench.boot('1.1');
    expect((await seen()).results.sockets).toMatchObject([{ charger: 'CP1', void: true }]);
  });

  it('are refused with every problem at once, and without the token', async () => {
    const { url } = await open();
    expect((await post(url, {}, {})).status).toBe(401);
    const answer = await post(url, { connectorId: 0, legs: ['lease', 'lease'], when: 'now' });
    expect(answer.status).toBe(422);
    const { problems } = await answer.json();
    expect(problems.map((problem: { path: string }) => problem.path).sort()).toEqual(['connectorId', 'legs', 'when']);
    expect((await post(url, [])).status).toBe(422);
    await post(url);
    const twice = await post(url);
    expect((await twice.json()).detail).toMatch(/being tested already/);
  });

  it('can be cancelled, once', async () => {
    const { url, bench } = await open();
    await post(url);
    const cancel = () => fetch(`${url}/api/v1/deadman-tests/t1`, { method: 'DELETE', headers: TOKEN });
    expect((await cancel()).status).toBe(204);
    expect(bench.state.tests).toEqual([]);
    expect((await cancel()).status).toBe(404);
    expect((await fetch(`${url}/api/v1/deadman-tests/t1`)).status).toBe(405);
  });
});

describe('busbar deadman-test', () => {
  const order = (url: string) => ({ charger: 'CP1', connectorId: null, legs: null, url, token: 'a-good-token' });

  async function run(bench: Bench) {
    const { url, pass } = await open(bench);
    const lines: string[] = [];
    const isProven = await runDeadmanTest(order(url), {
      fetch,
      print: line => void lines.push(line),
      wait: async ms => pass(ms),
    });
    return { lines, isProven };
  }

  it('tells what goes on and ends with a table; yes is class A', async () => {
    const { lines, isProven } = await run(new Bench());
    expect(isProven).toBe(true);
    expect(lines.some(line => /^Fell to 6 A by itself after 2[34] s\.$/.test(line))).toBe(true);
    expect(lines.some(line => /^raised to 16 A for 20 s, \d+ s left/.test(line))).toBe(true);
    expect(lines.some(line => /class +A$/.test(line))).toBe(true);
    expect(lines.some(line => /meter +Current transformers the right way round, ratio 1\.00\.$/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^Class A/);
  });

  it('says no for any other class', async () => {
    const { lines, isProven } = await run(new Bench({ falls: 'never' }));
    expect(isProven).toBe(false);
    expect(lines.at(-1)).toMatch(/^Class C/);
  });

  it('says why nothing began, and that nobody answers', async () => {
    const empty = new Bench();
    empty.say({ kind: 'connector-status', connectorId: 1, status: 'Available', errorCode: '', info: '', atWallMs: 0 });
    const { lines, isProven } = await run(empty);
    expect([isProven, lines]).toEqual([false, ['Not begun: charger no car charges here (see to it).']]);
    await web?.close();
    web = null;
    const said: string[] = [];
    const nobody = { fetch, print: (line: string) => void said.push(line), wait: async () => {} };
    expect(await runDeadmanTest(order('http://127.0.0.1:1'), nobody)).toBe(false);
    expect(said[0]).toMatch(/does not answer/);
  });
});
