/**
 * `busbar deadman-test CHARGER`: asks a running gateway for a test, tells what goes on, and ends with a
 * table. A client of the API like any other: the gateway alone speaks to chargers.
 */

/** Seconds are what the sentences count. */
const POLL_MS = 1_000;

/** What goes on for long is told this often. */
const TELL_EVERY_POLLS = 5;

/** A gateway that restarts is given this many polls. */
const LOST_POLLS = 10;

export type DeadmanOrder = {
  readonly charger: string;
  readonly connectorId: number | null;
  readonly legs: readonly string[] | null;
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly token: string | null;
};

export type CommandWorld = {
  fetch(url: string, init?: RequestInit): Promise<Response>;
  print(line: string): void;
  wait(ms: number): Promise<void>;
};

/** What of the API is read here. */
type Seen = {
  readonly id: string;
  readonly charger: string;
  readonly connectorId: number;
  readonly sentence: string;
  readonly done: readonly { readonly leg: string; readonly result: string; readonly words: string }[];
  readonly class: string | null;
  readonly fellAfterS: number | null;
  readonly found: {
    readonly phases: string;
    readonly wiring: string;
    readonly meter: string;
    readonly raiseReactionS: number | null;
    readonly fallReactionS: number | null;
  } | null;
};

/** True where the test showed class A. Everything else, and every failure, is told and false. */
export async function runDeadmanTest(order: DeadmanOrder, world: CommandWorld): Promise<boolean> {
  try {
    const id = await begin(order, world);
    const ended = id === null ? null : await watch(order, id, world);
    if (ended === null) return false;
    for (const line of tableOf(ended)) world.print(line);
    return ended.class === 'A';
  } catch (error) {
    world.print(`${order.url} does not answer: ${reasonOf(error)}`);
    return false;
  }
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};

async function begin(order: DeadmanOrder, world: CommandWorld): Promise<string | null> {
  const { charger, connectorId, legs, token } = order;
  const headers = {
    'content-type': 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify({ ...(connectorId === null ? {} : { connectorId }), ...(legs === null ? {} : { legs }) });
  const path = `/api/v1/chargers/${encodeURIComponent(charger)}/deadman-test`;
  const answer = await world.fetch(new URL(path, order.url).href, { method: 'POST', headers, body });
  const said = (await answer.json()) as { readonly id?: string; readonly detail?: string };
  if (answer.status === 202 && said.id !== undefined) return said.id;
  world.print(said.detail ?? `The gateway answered ${answer.status}.`);
  return null;
}

/** Only the figures of a sentence may have changed: then it is told now and then. */
const isNews = (sentence: string, last: string): boolean => wordsOf(sentence) !== wordsOf(last);
const wordsOf = (sentence: string): string => sentence.replace(/[\d.]+/g, '');

/** Tells each new sentence until the test has ended; null where it vanished. */
async function watch(order: DeadmanOrder, id: string, world: CommandWorld): Promise<Seen | null> {
  let told = 0;
  let last = '';
  let silent = 0;
  for (let lost = 0; lost < LOST_POLLS; ) {
    const found = await look(order, id, world);
    if (found === null) lost++;
    else {
      lost = 0;
      for (const { words } of found.test.done.slice(told)) world.print(words);
      told = found.test.done.length;
      if (found.isOver) return found.test;
      const { sentence } = found.test;
      if (isNews(sentence, last) || ++silent >= TELL_EVERY_POLLS) {
        world.print(sentence);
        silent = 0;
      }
      last = sentence;
    }
    await world.wait(POLL_MS);
  }
  world.print('The test is gone: it was cancelled, or the gateway restarted.');
  return null;
}

async function look(order: DeadmanOrder, id: string, world: CommandWorld) {
  const answer = await world.fetch(new URL('/api/v1/deadman-tests', order.url).href).catch(() => null);
  if (answer?.ok !== true) return null;
  const { running, ended } = (await answer.json()) as {
    readonly running: readonly Seen[];
    readonly ended: readonly Seen[];
  };
  const over = ended.find(test => test.id === id);
  const test = over ?? running.find(one => one.id === id);
  return test === undefined ? null : { test, isOver: over !== undefined };
}

function tableOf(test: Seen): readonly string[] {
  const { found } = test;
  const row = (name: string, value: string) => `  ${name.padEnd(16)}${value}`;
  const after = (s: number | null | undefined) => (s == null ? 'not seen' : `${s} s`);
  return [
    '',
    `${test.charger}, socket ${test.connectorId}`,
    row('class', test.class ?? 'none'),
    ...test.done.map(({ leg, words }) => row(leg, words)),
    row('fell after', after(test.fellAfterS)),
    row('phases', found === null || found.phases === '' ? 'not seen' : found.phases),
    row('rotation', found?.wiring ?? 'not seen'),
    row('meter', found?.meter ?? 'not seen'),
    row('reaction', `up ${after(found?.raiseReactionS)}, down ${after(found?.fallReactionS)}`),
    '',
    test.sentence,
  ];
}
