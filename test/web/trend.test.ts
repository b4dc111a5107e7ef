import { describe, expect, it } from 'vitest';
import { joined, type Point } from '#web/trend.ts';

const nothing = { limit: null, load: null, cars: null };
const at = (atS: number): Point => {
  const figures = { limit: 160, load: atS, cars: 0 };
  return { atS, figures: { l1: figures, l2: figures, l3: figures, kw: figures } };
};

describe('the last ten minutes of the main circuit', () => {
  it('go on from what the gateway kept to what the page saw itself', () => {
    expect(joined([at(0), at(5)], [at(7), at(8)]).map(point => point.atS)).toEqual([0, 5, 7, 8]);
  });

  it('have a hole where nobody looked, and none where a point is only late', () => {
    expect(joined([at(0)], [at(30)])).toEqual([
      at(0),
      { atS: 1, figures: { l1: nothing, l2: nothing, l3: nothing, kw: nothing } },
      at(30),
    ]);
    expect(joined([at(0)], [at(7)])).toHaveLength(2);
  });

  it('forget what is older, and replace what overlaps', () => {
    expect(joined([at(0), at(50), at(620)], [at(610), at(640)]).map(point => point.atS)).toEqual([50, 51, 610, 640]);
    expect(joined([at(0)], [])).toEqual([at(0)]);
  });
});
