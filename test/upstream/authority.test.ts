/** The local rule for cards, and what a back office's word is worth over time. */
import { beforeEach, expect, it } from 'vitest';
import { type Outcome, ok } from '#base/outcome.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import type { AuthorizationStatus, Reply, Report } from '#site/report.ts';
import { Authority } from '#upstream/authority.ts';
import type { WhoMayCharge } from '#upstream/options.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

const DAY_MS = 86_400_000;

const NO_LIST = { mayStop: () => false, listWord: () => null, isOn: (key: string) => key !== 'LocalPreauthorize' };

let clock: VirtualClock;
let disk: Map<string, StoredDocument>;
let asked: { readonly report: Report; readonly settled: (outcome: Outcome<Reply>) => void }[];

beforeEach(() => {
  clock = virtualClock(Date.UTC(2026, 0, 1));
  disk = new Map();
  asked = [];
});

function authority(rule: WhoMayCharge, isReachable = false, hasOffice = true): Authority {
  const store = (changes: readonly StoreChange[]) => {
    for (const change of changes)
      if (change.type === 'put') disk.set(change.document.key, change.document);
      else if (change.type === 'remove') disk.delete(change.key);
  };
  const ask = (report: Report, settled: (outcome: Outcome<Reply>) => void) => void asked.push({ report, settled });
  const deps = { clock, rule, listed: ['Staff'], store, isReachable: () => isReachable, liveWith: () => 0, ...NO_LIST };
  return new Authority({ ...deps, ask: hasOffice ? ask : null }, [...disk.values()]);
}

function presented(to: Authority, idToken: string): AuthorizationStatus | null {
  let said: AuthorizationStatus | null = null;
  to.mayPresent(idToken, status => {
    said = status;
  });
  return said;
}

it.each<[WhoMayCharge, AuthorizationStatus, AuthorizationStatus]>([
  ['everyone', 'Accepted', 'Accepted'],
  ['known', 'Accepted', 'Invalid'],
  ['csms', 'Invalid', 'Invalid'],
])('without anybody to ask, the rule “%s” says %s to a listed card and %s to any other', (rule, listed, other) => {
  for (const hasOffice of [true, false]) {
    const local = authority(rule, false, hasOffice);
    expect(presented(local, 'STAFF')).toBe(listed);
    expect(presented(local, 'stranger')).toBe(other);
  }
});

it('a card that was accepted is known for thirty days, in capitals or not, also after a restart', async () => {
  authority('known').heard('Guest', { status: 'Accepted' });
  await clock.run(29 * DAY_MS);
  expect(presented(authority('known'), 'GUEST')).toBe('Accepted');
  await clock.run(31 * DAY_MS);
  expect(presented(authority('known'), 'guest')).toBe('Invalid');
});

it('a word is written down once a day, and a refusal at once', async () => {
  const local = authority('known');
  local.heard('Guest', { status: 'Accepted' });
  const first = disk.get('guest')?.json;
  await clock.run(DAY_MS / 2);
  local.heard('Guest', { status: 'Accepted' });
  expect(disk.get('guest')?.json).toBe(first);
  await clock.run(2 * DAY_MS);
  local.heard('Guest', { status: 'Accepted' });
  expect(disk.get('guest')?.json).not.toBe(first);
  local.heard('Guest', { status: 'Blocked' });
  expect(disk.size).toBe(0);
});

it('the back office’s answer counts when it comes within four seconds, and is heard when it comes later', async () => {
  const local = authority('known', true);
  const said: AuthorizationStatus[] = [];
  local.mayPresent('Guest', status => void said.push(status));
  await clock.run(3_999);
  expect(said).toEqual([]);
  await clock.run(4_000);
  expect(said).toEqual(['Invalid']);
  asked[0]?.settled(ok({ kind: 'authorize', status: 'Accepted' }));
  expect(said).toEqual(['Invalid']);
  expect(presented(authority('known'), 'Guest')).toBe('Accepted');
});

it('one that is expected from above is not asked for', () => {
  const local = authority('csms', true);
  local.expects('Remote');
  let said: AuthorizationStatus | null = null;
  local.mayStart('REMOTE', 1, status => {
    said = status;
  });
  expect([said, asked.length]).toEqual(['Accepted', 0]);
});

it('of ten thousand cards that were accepted just now the oldest is asked again, so that memory has an end', () => {
  const office = authority('known', true);
  for (let card = 0; card <= 10_000; card++) office.heard(`card-${card}`, { status: 'Accepted' });
  office.mayStart('card-10000', 1, () => {});
  expect(asked).toHaveLength(0);
  office.mayStart('card-0', 2, () => {});
  expect(asked).toHaveLength(1);
});
