/** The troubles of the demo in a story on the virtual clock: the same desk, the same table, another world around it. */
import { at } from '#base/assert.ts';
import { sessionsIn } from '#sim/demo-back-office.ts';
import type { Story } from '#sim/story.ts';
import { type Asked, TroubleDesk } from '#sim/trouble/desk.ts';
import type { Action } from '#sim/trouble/facts.ts';
import type { BackOffice, TroubleStage } from '#sim/trouble/stage.ts';
import type { TroubleView } from '#web/web.ts';

/** The simulated back office of a story, as a trouble sees it. */
function officeOf({ site: { office } }: Story): BackOffice | null {
  if (office === null) return null;
  return {
    isConnected: () => office.isConnected(),
    cut: () => office.leave(),
    restore: () => office.back(),
    sessions: () => sessionsIn(office.ledger),
  };
}

export function stageOf(story: Story): TroubleStage {
  const { site } = story;
  const { topology } = story.gateway.state();
  return {
    clock: site.clock,
    truth: site.truth,
    topology,
    places: site.posts.flatMap(({ station, plan }) =>
      station.connectors.map(({ plan: { connectorId } }) => ({ name: plan.identity, station, connectorId })),
    ),
    step: ma => site.truth.addBackground(0, ma),
    silence: silent => {
      for (const meter of site.meters.values()) meter.silence(silent);
    },
    backOffice: officeOf(story),
    visitor: idTag => ({ idTag, phases: 3, maxMa: 16_000, needWh: 20_000, rampMaPerS: 2000, restless: false }),
    kill: () => story.life?.end(site.random.split('kill')),
    revive() {},
    outside: () => [],
  };
}

/** A trouble made in a story, run to its end. */
export async function made(
  story: Story,
  action: Action,
): Promise<TroubleView & { readonly desk: TroubleDesk; readonly told: readonly string[] }> {
  const told: string[] = [];
  const desk = new TroubleDesk(stageOf(story), sentence => void told.push(sentence));
  const asked = desk.begin(action);
  if (!asked.ok) throw new Error(asked.why);
  for (let s = 0; s < 200 && viewOf(desk, action).state === 'running'; s++) await story.run('1 s');
  return { ...viewOf(desk, action), desk, told };
}

export const viewOf = (desk: TroubleDesk, action: Action): TroubleView => {
  const found = desk.view().troubles.find(trouble => trouble.action === action);
  if (found === undefined) throw new Error(`no trouble ${action}`);
  return found;
};

export const whyNot = (asked: Asked): string => (asked.ok ? '' : asked.why);

/** The number at this place of a sentence. */
export const numberIn = (sentence: string | null, place: number): number =>
  Number(at([...(sentence ?? '').matchAll(/\d+(?:\.\d+)?/g)], place)[0]);
