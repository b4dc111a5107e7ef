/** What a person said of a charger that waits, put together with what it said itself: an entry of the site file. */
import type { Problem } from '#base/problem.ts';
import type { AdoptionDoor } from '#chargers/chargers.ts';
import type { AdoptedEntry } from '#config/adopt.ts';

/** A charger that waits, as the door knows it. */
export type Waiting = ReturnType<AdoptionDoor['waiting']>[number];

export type Entry = { readonly entry: AdoptedEntry; readonly problems: readonly Problem[] };

/** Keys that say how it proves who it is; without any of them it goes on as it came. */
const PROOF = ['auth', 'password', 'address'] as const;

/**
 * `problems` are those that only the charger itself can tell; the rest is told by the check of the entry.
 * @param password that it came with
 */
export function entryOf(guest: Waiting, password: Uint8Array | null, body: unknown): Entry {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const message = 'must be an object: name, circuit, ratingA, phases, rotation, …';
    return { entry: { identity: guest.identity }, problems: [{ path: '', message }] };
  }
  const said = body as Readonly<Record<string, unknown>>;
  const proof = PROOF.some(key => key in said) ? {} : ownProof(guest, password);
  const problems = [...identityProblems(guest, said), ...bootProblems(guest), ...socketProblems(guest, said)];
  return { entry: { ...proof, ...socketsOf(guest, said), ...said, identity: guest.identity }, problems };
}

/** The password that it came with, from now on its own; without one, the address that it came from and no other. */
function ownProof({ address }: Waiting, password: Uint8Array | null): Readonly<Record<string, unknown>> {
  if (password === null) return { auth: 'none', address };
  // As hex digits: a 1.6 key is raw bytes.
  return { auth: 'basic', password: Array.from(password, byte => byte.toString(16).padStart(2, '0')).join('') };
}

const identityProblems = ({ identity }: Waiting, said: Readonly<Record<string, unknown>>): readonly Problem[] =>
  said.identity === undefined || said.identity === identity
    ? []
    : [{ path: 'identity', message: `must be ${identity}, or be left out` }];

const bootProblems = ({ boot, identity }: Waiting): readonly Problem[] =>
  boot === null ? [{ path: '', message: `${identity} has not said yet what it is`, hint: 'wait some seconds' }] : [];

/** One socket needs no list. */
function socketsOf({ sockets }: Waiting, said: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (sockets === null || sockets === 1 || 'connectors' in said) return {};
  return { connectors: Array.from({ length: sockets }, (_, index) => ({ connectorId: index + 1 })) };
}

/** A socket that nobody lists would charge without being counted. */
function socketProblems({ sockets }: Waiting, { connectors }: Readonly<Record<string, unknown>>): readonly Problem[] {
  const listed = Array.isArray(connectors) ? connectors.length : (sockets ?? 1);
  if (sockets === null || listed >= sockets) return [];
  const message = `lists ${listed}, but the charger says that it has ${sockets}`;
  return [{ path: 'connectors', message, hint: 'list each of its sockets' }];
}
