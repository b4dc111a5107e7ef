/** Rule 27: what a limit lapses to rises with raises only, for only those wait for the disk. */
import { expect, test } from 'vitest';
import { limitA, newestHeld } from './holes-kit.ts';
import { settledDesk } from './site.ts';

test('a refresh or a decrease never lapses to more than the limit before it, even where there is room by now', () => {
  // 40 A carry the building's 26 A and two minimums of 6 A once Busbar is silent, not three.
  const desk = settledDesk({ bays: [{}, {}, {}], limits: [{ limitA: 40 }], designLoadA: 26 }, 0);
  const bays = [0, 1, 2];
  const lapsesMa = bays.map(bay => newestHeld(desk, bay)?.lapseMa ?? Number.NaN);
  expect(lapsesMa.toSorted()).toEqual([0, 6_000, 6_000]);
  const poor = lapsesMa.indexOf(0);
  const gone = (poor + 1) % 3;
  const others = bays.filter(bay => bay !== gone);
  const carsA = () => others.reduce((sum, bay) => sum + limitA(desk, bay), 0);
  // A minimum is free again, but the building takes the current: nothing is raised. Later it takes 3 A more.
  desk.status(gone, 'Available');
  const buildingA = 39 - carsA();
  const changes = new Set<string>();
  for (let second = 0; second < 400; second++) {
    desk.atMs += 1_000;
    if (second % 10 === 0) for (const bay of others) desk.draws(bay, limitA(desk, bay));
    desk.meter(buildingA + carsA() + (second < 300 ? 0 : 3));
    for (const command of desk.pass().commands) {
      if (command.type !== 'set-limit') continue;
      if (command.connector === poor) {
        expect(command.lapseMa, command.change).toBe(0);
        // Below its minimum it would lapse to nothing anyway.
        if (command.limitMa >= 6_000) changes.add(command.change);
      }
      desk.settle(command);
    }
  }
  expect([...changes].toSorted()).toEqual(['decrease', 'refresh']);
});
