/** What `reaction` measures is what it says: a step of the building lowers every charger of its garage at once. */
import { expect, it } from 'vitest';
import { openGarage } from './garage.ts';

it('a step of the building lowers every charger of the garage that the bench measures', async () => {
  const garage = await openGarage(60, false);
  await garage.run(90);
  garage.watch.start();
  garage.step(1);
  await garage.run(30);
  expect(garage.watch.limits).toBe(60);
  await garage.close();
});
