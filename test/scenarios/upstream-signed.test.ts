/** Readings that a meter signed, from the charger to the back office: every character, and none left out. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { garage, officeOf } from './office.ts';

const OCMF =
  ' OCMF|{"FV":"1.0","GI":"ü","RD":[{"TM":"2026-01-01T00:00:00,000+0100 S","RV":0.0,"RU":"kWh"}]}|{"SD":"30+/=="}\r\n';

const reading = (n: number, context: string) => ({
  ...{ value: `${OCMF}${n}`, format: 'SignedData', context },
  ...{ measurand: 'Energy.Active.Import.Register', location: 'Inlet', phase: 'L1-N', unit: 'kWh' },
});
const raw = (n: number, context: string) => ({ value: String(n), context });

/** All sampled values that the back office was sent. */
const received = (site: Story): readonly Record<string, unknown>[] =>
  officeOf(site)
    .received.flatMap(({ payload }) => [payload.meterValue ?? payload.transactionData ?? []].flat() as unknown[])
    .flatMap(value => (value as { sampledValue: Record<string, unknown>[] }).sampledValue);

const isSigned = ({ format }: Record<string, unknown>) => format === 'SignedData';

it('they reach it in every character with all their words, through an outage and a restart, in MeterValues and in the stop', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' }, { mortal: true });
  let charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
  const start = { connectorId: 1, idTag: 'ANNA', meterStart: 0, timestamp: told(site) };
  const { transactionId } = (await charger.say('StartTransaction', start)) as { transactionId: number };
  const say = (sampledValue: readonly object[]) =>
    charger.say('MeterValues', {
      ...{ connectorId: 1, transactionId, meterValue: [{ timestamp: told(site), sampledValue }] },
    });
  expect(await say([raw(1, 'Transaction.Begin'), reading(0, 'Transaction.Begin')])).toEqual({});
  officeOf(site).leave();
  // More than one message holds, at a pace that thins all else: no signed one is missing.
  for (let n = 1; n <= 30; n++) await say([raw(100 + n, 'Sample.Periodic'), reading(n, 'Sample.Periodic')]);
  site.life?.restart(site.site.random.split('death'), 2_000);
  await site.run('1 min');
  charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
  await charger.say('StopTransaction', {
    ...{ transactionId, meterStop: 9_000, timestamp: told(site) },
    transactionData: [
      { timestamp: told(site), sampledValue: [reading(31, 'Transaction.Begin'), raw(9_000, 'Transaction.End')] },
      { timestamp: told(site), sampledValue: [reading(32, 'Transaction.End')] },
    ],
  });
  officeOf(site).back();
  await site.run('10 min');
  const signed = received(site).filter(isSigned);
  const words = (n: number) => {
    if (n === 0 || n === 31) return 'Transaction.Begin';
    return n === 32 ? 'Transaction.End' : 'Sample.Periodic';
  };
  expect(signed).toEqual(Array.from({ length: 33 }, (_, n) => reading(n, words(n))));
  // The numbers beside them are thinned as ever.
  const numbers = received(site).filter(value => !isSigned(value) && Number(value.value) > 100);
  expect(numbers.length).toBeLessThan(10);
  expect(officeOf(site).ledger.stops).toMatchObject([{ meterStop: 9_000 }]);
  await site.close();
});
