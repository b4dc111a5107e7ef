import { describe, expect, it } from 'vitest';
import { handStation } from './chargers-kit.ts';
import { garage, knock } from './garage-kit.ts';

describe('a socket that is cut for a test', () => {
  it('stays cut for as long as was said, and nobody is listed as turned away', async () => {
    const here = await garage();
    await knock(here, handStation('10.0.0.9'));
    here.chargers.cut(0, 10_000);
    expect(here.told.at(-1)).toBe('0 lost 1: cut for a test');
    await here.world.clock.step(9_999);
    expect(await knock(here, handStation('10.0.0.9'))).toMatchObject({ accept: false, status: 503 });
    expect(here.chargers.unknown()).toEqual([]);
    await here.world.clock.step(1);
    expect(await knock(here, handStation('10.0.0.9'))).toMatchObject({ accept: true });
    expect(here.told.at(-1)).toBe('0 connected 2 1.6');
  });

  it('may come back at once when the test is cancelled', async () => {
    const here = await garage();
    await knock(here, handStation('10.0.0.9'));
    here.chargers.cut(0, 10_000);
    await here.world.clock.step(1);
    here.chargers.letIn(0);
    expect(await knock(here, handStation('10.0.0.9'))).toMatchObject({ accept: true });
  });
});
