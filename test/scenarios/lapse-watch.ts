/** Waiting for something to become true in a story, and what was true meanwhile. */
import { expect } from 'vitest';
import type { Story } from '#sim/story.ts';

/** Lets time pass until it is so, in steps of 100 ms; answers how long that took, ms. Fails after `atMost` seconds. */
export async function until(story: Story, isSo: () => boolean, atMostS: number): Promise<number> {
  const beganMs = story.site.clock.nowMs();
  while (!isSo()) {
    const passedMs = story.site.clock.nowMs() - beganMs;
    if (passedMs >= atMostS * 1000) expect.fail(`not so within ${atMostS} s`);
    await story.run('100 ms');
  }
  return story.site.clock.nowMs() - beganMs;
}

/** What each of these cars truly draws now, A. */
export const drawsA = (story: Story, identities: readonly string[]): readonly number[] =>
  identities.map(identity => story.drawA(identity));

/** What the profiles that each of these chargers holds allow now, A. */
export const allowedA = (story: Story, identities: readonly string[]): readonly number[] =>
  identities.map(identity => {
    const { station } = story.post(identity);
    return station.connectorOf(1).limitMa() / 1000;
  });
