/** A desk with one charger that waits: what a person does there is kept, what is answered can be exchanged. */
import type { AdoptionAnswer, AdoptionDesk } from '#web/adoption-routes.ts';
import type { AdoptionShown, Waiting } from '#web/adoption-view.ts';
import { NOW_WALL_MS } from './garage.ts';

export const STRANGER: Waiting = {
  identity: 'WB-0042',
  address: '192.168.4.31',
  sinceWallMs: NOW_WALL_MS - 20_000,
  ocppVersion: '1.6',
  hasPassword: true,
  boot: { vendor: 'Alder', model: 'Wallbox 22', serial: 'A-0042', firmware: '2.1.0' },
  sockets: 1,
  keys: [{ key: 'NumberOfConnectors', value: '1' }],
};

export type Desk = AdoptionDesk & {
  shownNow: AdoptionShown;
  answer: AdoptionAnswer;
  readonly asked: { readonly what: string; readonly identity?: string; readonly body?: unknown }[];
};

/** @param untilMs monotonic end of the window once it is opened */
export function adoptionDesk(untilMs: () => number): Desk {
  const desk: Desk = {
    shownNow: { untilMs: null, waiting: [], adopted: [], leftOut: [] },
    answer: { kind: 'done', notes: [] },
    asked: [],
    openWindow() {
      desk.asked.push({ what: 'open' });
      desk.shownNow = { ...desk.shownNow, untilMs: untilMs(), waiting: [STRANGER] };
    },
    closeWindow() {
      desk.asked.push({ what: 'close' });
      desk.shownNow = { ...desk.shownNow, untilMs: null, waiting: [] };
    },
    shown: () => desk.shownNow,
    async adopt(identity, body) {
      desk.asked.push({ what: 'adopt', identity, body });
      if (desk.answer.kind === 'done') {
        const adopted = [{ identity, adoptedAtWallMs: NOW_WALL_MS, removed: false }];
        desk.shownNow = { ...desk.shownNow, waiting: [], adopted };
      }
      return desk.answer;
    },
    async remove(identity) {
      desk.asked.push({ what: 'remove', identity });
      const adopted = desk.shownNow.adopted.map(one => ({ ...one, removed: true }));
      if (desk.answer.kind === 'done') desk.shownNow = { ...desk.shownNow, adopted };
      return desk.answer;
    },
  };
  return desk;
}
