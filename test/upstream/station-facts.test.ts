/** Keys that are facts: how the sockets are wired, and how safe the line is. */
import { expect, it } from 'vitest';
import type { PhaseIndex } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import { facts, phaseRotation } from '#upstream/station-facts.ts';

type Wiring = { readonly phases: readonly PhaseIndex[]; readonly dc: object | null };

const site = (wirings: readonly (Wiring | null)[], supplyPhases: 1 | 3 = 3) => {
  const present = wirings.filter(wiring => wiring !== null);
  const sockets = wirings.map((wiring, n) => ({
    ...{ number: n + 1, charger: `CP${n + 1}`, connectorId: 1 },
    index: wiring === null ? null : present.indexOf(wiring),
  }));
  return {
    numbering: { sockets, unstored: [] },
    topology: { connectors: present, supplyPhases } as unknown as Topology,
  };
};
const rotation = (wirings: readonly (Wiring | null)[], supplyPhases: 1 | 3 = 3) => {
  const { numbering, topology } = site(wirings, supplyPhases);
  return phaseRotation(numbering, topology);
};
const ac = (...phases: PhaseIndex[]): Wiring => ({ phases, dc: null });

it('the rotation of each socket is that of its wiring; one phase and direct current have none', () => {
  const wirings = [ac(0, 1, 2), ac(1, 2, 0), ac(2), { phases: [0, 1, 2] as const, dc: {} }, null];
  expect(rotation(wirings)).toBe('0.RST,1.RST,2.STR,3.NotApplicable,4.NotApplicable,5.Unknown');
  expect(rotation([ac(0)], 1)).toBe('0.NotApplicable,1.NotApplicable');
});

it('one that is longer than a value may be is not said', () => {
  expect(rotation(Array.from({ length: 100 }, () => ac(0, 1, 2)))).toBe('0.Unknown');
});

it.each([
  ['ws://csms.example', 'secret', '1'],
  ['wss://csms.example', 'secret', '2'],
  ['wss://csms.example', null, '0'],
])('a line to %s with the password %s is of the security profile %s', (url, password, profile) => {
  const found = facts({ ...site([ac(0)]), station: { url, password }, whoMayCharge: 'known' });
  expect(found.SecurityProfile).toBe(profile);
});
