/** What the page says of a socket that the back office has taken out of service or keeps for somebody. */
import { expect, it } from 'vitest';
import type { ConnectorStatus } from '#site/state.ts';
import { type Office, standingStatus } from '#web/upstream-view.ts';

const office = (outOfService: boolean, reserved: boolean): Office => ({
  ...{ identity: 'SITE-1', state: 'connected', queued: 0, oldestMs: 0, etaMs: null, setAside: 0, sinceWallMs: 0 },
  ...{ cause: '', why: '', whatToDo: '' },
  connectors: [{ number: 3, charger: 'CP1', connectorId: 1, removed: false, proposed: false, outOfService, reserved }],
});

it.each<[ConnectorStatus, boolean, boolean, ConnectorStatus]>([
  ['Available', true, false, 'Unavailable'],
  ['Available', false, true, 'Reserved'],
  ['Available', true, true, 'Unavailable'],
  ['Reserved', true, false, 'Unavailable'],
  ['Charging', true, true, 'Charging'],
  ['Faulted', true, true, 'Faulted'],
  ['Available', false, false, 'Available'],
])('a socket that says %s, out of service: %s, reserved: %s, is shown as %s', (status, out, reserved, shown) => {
  expect(standingStatus([office(out, reserved)], { charger: 'CP1', connectorId: 1 }, status)).toBe(shown);
});

it('another socket, and a site without a back office, are shown as they say', () => {
  expect(standingStatus([office(true, true)], { charger: 'CP1', connectorId: 2 }, 'Available')).toBe('Available');
  expect(standingStatus([], { charger: 'CP1', connectorId: 1 }, 'Available')).toBe('Available');
});
