import { expect, it } from 'vitest';
import { settled, walk } from './interleavings.ts';

const WALKS = 100_000;
const STEPS = 40;

it('no raise ever leaves that the fuse could not carry, in 100,000 interleavings of commands, acks, samples, losses and building steps', () => {
  const from = settled();
  let raises = 0;
  for (let seed = 1; seed <= WALKS; seed++) {
    const result = walk(from, seed, STEPS);
    raises += result.raises;
    if (result.violation !== null) expect.fail(result.violation);
  }
  // A gate that never raises would pass the above.
  expect(raises).toBeGreaterThan(WALKS / 50);
}, 600_000);
