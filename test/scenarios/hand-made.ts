/** A charger made by hand: it says over the wire what a test lets it say, and answers Accepted to everything. */
import type { Outcome } from '#base/outcome.ts';
import { OCPP_PORT } from '#sim/site-plan.ts';
import type { Story } from '#sim/story.ts';
import type { Dialled, DialOptions } from '#world.ts';

type Dials = { readonly deps: { dial(options: DialOptions): Promise<Outcome<Dialled>> } };

export type HandMade = {
  /** One call and its answer after six seconds: the payload, the whole error, or undefined. */
  say(action: string, payload: object): Promise<unknown>;
  /** What it was asked, in order. */
  readonly asked: readonly { readonly action: string; readonly payload: Record<string, unknown> }[];
  /** From now on it answers this action so; a text is the code of an error. */
  answers(action: string, answer: object | string): void;
};

/** @param via whose way to the gateway it takes; that one has no power any more */
export async function handMade(site: Story, via: string, identity = via, password: string | null = null) {
  const { station } = site.post(via);
  station.reboot(1e9);
  await site.run('1 min');
  const dialled = (station as unknown as Dials).deps.dial({
    url: `ws://127.0.0.1:${OCPP_PORT}/${identity}`,
    subprotocols: ['ocpp1.6'],
    authorization: password === null ? null : `Basic ${btoa(`${identity}:${password}`)}`,
    maxPayloadBytes: 262_144,
    timeoutMs: 5_000,
  });
  await site.run('1 s');
  const outcome = await dialled;
  if (!outcome.ok) throw new Error(outcome.detail);
  const { pipe } = outcome.value;
  const answers = new Map<string, unknown>();
  const asked: { action: string; payload: Record<string, unknown> }[] = [];
  const replies = new Map<string, object | string>();
  pipe.open({
    text(frame) {
      const [type, id, payload] = JSON.parse(frame);
      if (type === 2) {
        const [, , action, asking] = JSON.parse(frame);
        asked.push({ action, payload: asking });
        const answer = replies.get(action) ?? { status: 'Accepted' };
        pipe.send(JSON.stringify(typeof answer === 'string' ? [4, id, answer, '', {}] : [3, id, answer]));
      } else answers.set(id, type === 3 ? payload : JSON.parse(frame));
    },
    pong() {},
    closed() {},
  });
  let count = 0;
  const say: HandMade['say'] = async (action, payload) => {
    const id = `hand-${++count}`;
    pipe.send(JSON.stringify([2, id, action, payload]));
    await site.run('6 s');
    return answers.get(id);
  };
  await say('BootNotification', { chargePointVendor: 'Hand', chargePointModel: 'Made' });
  const hand: HandMade = { say, asked, answers: (action, answer) => void replies.set(action, answer) };
  return hand;
}

/** The site's time on the wire. */
export const told = ({ site }: Story, laterMs = 0): string => new Date(site.clock.wallMs() + laterMs).toISOString();
