import { expect, it } from 'vitest';
import { eventViews } from '#web/events.ts';
import { NOW_WALL_MS } from './garage.ts';
import { depsOf, handClock, handed, opened } from './open-garage.ts';

const line = (happening: object) => ({ atWallMs: NOW_WALL_MS, json: JSON.stringify(happening) });
const AT = new Date(NOW_WALL_MS).toISOString();

it('an event says when and what, its instants as people write them', () => {
  expect(eventViews([line({ what: 'limit-set', source: 'ems', validUntilWallMs: NOW_WALL_MS })])).toEqual([
    { at: AT, what: 'limit-set', source: 'ems', validUntil: AT },
  ]);
  expect(eventViews([line({ what: 'limit-set', validUntilWallMs: null })])).toEqual([
    { at: AT, what: 'limit-set', validUntil: null },
  ]);
});

it('a line that is none is passed over', () => {
  expect(eventViews([{ atWallMs: 0, json: '{' }, line({}), line([])])).toEqual([]);
});

it('the door tells them', async () => {
  const parts = handed();
  parts.happened = [line({ what: 'limits-only', why: 'disk full' })];
  const web = await opened(depsOf(parts, handClock()));
  const answer = await fetch(`http://127.0.0.1:${web.port}/api/v1/events`);
  expect(await answer.json()).toEqual([{ at: AT, what: 'limits-only', why: 'disk full' }]);
  await web.close();
});
