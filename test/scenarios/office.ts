/** What the stories of the back office share: its ledger held against what truly happened at the chargers. */
import { compareLedger, type LedgerAccount } from '#sim/ledger-observer.ts';
import type { SimOffice } from '#sim/office.ts';
import type { PlannedOffice } from '#sim/site-plan.ts';
import { type Story, story } from '#sim/story.ts';

export const NOTHING_WRONG: LedgerAccount = { lost: [], duplicated: [], setAside: [], complaints: [] };

export function officeOf({ site }: Story): SimOffice {
  if (site.office === null) throw new Error('this story has no back office');
  return site.office;
}

/** Everything that ever happened, without grace: to be asked when all has had its time. */
export function ledgerOf({ site }: Story): LedgerAccount {
  const { plan, posts, clock } = site;
  const truths = posts.map(post => ({ identity: post.plan.identity, sessions: post.station.sessions() }));
  const office = officeOf({ site } as Story);
  return { ...compareLedger(plan, truths, office.ledger, clock.nowMs()), complaints: office.complaints };
}

/** A garage whose fuse carries all of its cars at 16 A or so. */
export const garage = (
  chargers: number,
  upstream: PlannedOffice = {},
  more: { mortal?: boolean; seen?: boolean } = {},
) =>
  story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: Array.from({ length: chargers }, () => ({})),
    upstream,
    ...more,
  });

/** One call of the back office and its answer within five seconds: the payload, or the code of its error. */
export async function ask(site: Story, action: string, payload: object): Promise<unknown> {
  let said: unknown = null;
  officeOf(site).call(action, payload, answer => {
    said = answer.ok ? answer.payload : answer.code;
  });
  await site.run('5 s');
  return said;
}

export const status = (word: string) => ({ status: word });

/** A car stands there, and its card was not shown. */
export async function plugged(site: Story, identity: string): Promise<void> {
  const connector = site.post(identity).station.connectorOf(1);
  const car = { phases: 3, maxMa: 32_000, needWh: 60_000, rampMaPerS: 2000, restless: false, idTag: 'CAR' } as const;
  connector.plug(car, site.site.random);
  await site.run('10 s');
}

/** Whether a car with this card gets current; it stays two minutes, and another one passes. */
export async function charges(site: Story, identity: string, idTag: string): Promise<boolean> {
  site.plug(identity, { idTag });
  await site.run('2 min');
  const did = site.drawA(identity) > 0;
  site.unplug(identity);
  await site.run('1 min');
  return did;
}

/** The newest status that was told of a connector. */
export const statusOf = (office: SimOffice, connectorId: number): unknown =>
  office.received.findLast(
    ({ action, payload }) => action === 'StatusNotification' && payload.connectorId === connectorId,
  )?.payload.status;

/** Actions that came since the count was taken. */
export const actionsSince = (office: SimOffice, from: number): readonly string[] =>
  office.received.slice(from).map(({ action }) => action);
