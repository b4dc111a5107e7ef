/**
 * May this one come in? Everything that can be said before the upgrade from the handshake alone; whether
 * the identity is here already is asked afterwards (chargers.ts). Pure.
 */
import { unreachable } from '#base/assert.ts';
import type { Handshake, Verdict } from '#world.ts';
import { identityOf, plainAddress, proves, shown } from './identity.ts';
import type { ChargerDoorOptions } from './options.ts';

export type RefusalStatus = Extract<Verdict, { accept: false }>['status'];

/** Why somebody stays outside: `cause` for the people here, `told` for the one outside. */
export type Refused = {
  readonly ok: false;
  readonly status: RefusalStatus;
  /** As it called itself, fit to be shown. */
  readonly identity: string;
  readonly cause: string;
  readonly told: string;
  /** True for a failed proof: it counts against the address. */
  readonly failedProof: boolean;
};

export type Admitted = { readonly ok: true; readonly charger: ChargerDoorOptions };

/** `throttled`: this address failed too often just now, so its password is not even looked at. */
export function admit(
  handshake: Handshake,
  byIdentity: ReadonlyMap<string, ChargerDoorOptions>,
  throttled: (charger: ChargerDoorOptions) => boolean,
): Admitted | Refused {
  const named = identityOf(handshake.path);
  if (!named.ok) return refused(404, shown(handshake.path), named.cause, 'unknown charger');
  const identity = named.value;
  const charger = byIdentity.get(identity);
  if (charger === undefined) return refused(404, identity, 'not in the configuration', 'unknown charger');
  if (throttled(charger)) return refused(429, identity, 'too many wrong passwords from this address', 'later');
  return judgeProof(handshake, charger);
}

/** One that was let in as a stranger may have been adopted before it is here: then it has to prove itself. */
export const mayPass = (handshake: Handshake, charger: ChargerDoorOptions | undefined): boolean =>
  charger === undefined || judgeProof(handshake, charger).ok;

/** Whether a handshake proves that it comes from this charger. */
export function judgeProof(handshake: Handshake, charger: ChargerDoorOptions): Admitted | Refused {
  const { auth, identity } = charger;
  switch (auth.kind) {
    case 'none': {
      const here = plainAddress(handshake.remoteAddress);
      const pinned = plainAddress(auth.address);
      if (here === pinned) return { ok: true, charger };
      return refused(403, identity, `address ${here} is not the pinned ${pinned}`, 'not from this address');
    }
    case 'basic': {
      const proof = proves(handshake.authorization, identity, auth.password);
      if (proof.ok) return { ok: true, charger };
      // A charger without any password guesses nothing; only a wrong one counts against its address.
      const failedProof = handshake.authorization !== null;
      return { ...refused(401, identity, proof.cause, 'user and password, please'), failedProof };
    }
    default:
      return unreachable(auth);
  }
}

function refused(status: RefusalStatus, identity: string, cause: string, told: string): Refused {
  return { ok: false, status, identity, cause, told, failedProof: false };
}

/** The subprotocol that is spoken, or in words why none is. */
export type Spoken =
  | { readonly ok: true; readonly subprotocol: string; readonly offered: boolean }
  | { readonly ok: false; readonly cause: string };

/**
 * The first of the charger's subprotocols that is known here: its order is its preference (OCPP-J §3.1.2).
 * Some chargers offer none at all; they speak 1.6, the version from before anybody checked.
 */
export function chooseSubprotocol(offered: readonly string[], known: readonly string[]): Spoken {
  const common = offered.find(name => known.includes(name));
  if (common !== undefined) return { ok: true, subprotocol: common, offered: true };
  if (offered.length === 0 && known.includes('ocpp1.6')) return { ok: true, subprotocol: 'ocpp1.6', offered: false };
  const theirs = offered.length === 0 ? 'no version' : `${shown(offered.join(', '))} only`;
  return { ok: false, cause: `offers ${theirs}, Busbar here speaks ${known.join(', ')}` };
}
