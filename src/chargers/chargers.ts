/**
 * The southbound door: who may come in, one live link for each charger, and what happens when a second
 * device claims to be one that is here (design §6). Knows nothing of limits.
 */
import { assert } from '#base/assert.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { CallOptions, Priority } from '#ocpp/calls.ts';
import { dialectFor, SUBPROTOCOLS } from '#ocpp/dialects.ts';
import { ACCEPTED_FRAME_BYTES } from '#ocpp/frame.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';
import type { ChargerDoor, FramePipe, Handshake, Listening, Verdict, World } from '#world.ts';
import { admit, chooseSubprotocol, mayPass, type Refused } from './admission.ts';
import { identityOf, plainAddress, shown } from './identity.ts';
import { Link } from './link.ts';
import { type AdoptionDesk, Lobby } from './lobby.ts';
import type { ChargerDoorOptions, ChargersOptions } from './options.ts';
import type { ChargerProfile } from './quirks.ts';
import { createRefusals, type RefusedCharger } from './refusals.ts';
import { type FormerSettings, formerOf } from './setup.ts';
import { newSlot, type Slot, twinCause } from './slot.ts';
import { createThrottle } from './throttle.ts';

/** Newcomers that wait for the same probe. An impatient charger knocks again while its first try still waits. */
const MAX_WAITING = 4;

export type ChargersDeps = {
  readonly world: Pick<World, 'clock' | 'log' | 'randomness' | 'listenForChargers'>;
  readonly profiles: readonly ChargerProfile[];
  /** Id of the profile whose traits a charger has now (Charger.traits.profileId). */
  profileId(charger: number): string;
  /** Time as chargers are told. */
  toldMs(): number;
  /** OCPP connector numbers of a charger whose status is unknown. */
  connectorsWithoutStatus(charger: number): readonly number[];
  /** What chargers were set to before we changed it, by identity (rule 25). */
  readonly former: FormerSettings;
  connected(charger: number, generation: number, ocppVersion: string): void;
  lost(charger: number, generation: number, detail: string): void;
  /** `answer` may be called at any later time, once. */
  report(charger: number, report: Report, atMs: number, answer: (reply: Reply | Refusal) => void): void;
};

export type CommandOptions = { readonly priority: Priority; readonly timeoutMs?: number };

export type CommandHooks = {
  /** The CALL was handed to the socket; may run before `command` returns. */
  readonly sent: () => void;
  /** Exactly once, never before `command` returns. */
  readonly settled: (outcome: Outcome<CommandReply>) => void;
};

export type ChargersHandle = {
  /** The port that chargers reach. */
  readonly port: number;
  /** Asks a charger. Without a link it settles as `offline` at once; `sent` is not called then. */
  command(charger: number, command: Command, options: CommandOptions, hooks: CommandHooks): void;
  connected(charger: number): boolean;
  /** Ends a charger's link and lets it in again only after so long. */
  cut(charger: number, forMs: number): void;
  /** Takes back what `cut` said of its return. */
  letIn(charger: number): void;
  /** Who was turned away, newest last. */
  unknown(): readonly RefusedCharger[];
  readonly adoption: AdoptionDoor;
  /** Takes over who may come in and how it proves itself; links that stand are left alone. */
  reconfigure(options: ChargersOptions): void;
  /** Says good-bye to every charger and listens no more. `lost` is not called for these. */
  close(): Promise<void>;
};

/** The window in which chargers that nobody knows may wait, and who waits. */
export type AdoptionDoor = AdoptionDesk & {
  /** A charger is known from now on; one of that identity that waits is linked at once, on the socket it has. */
  admit(options: ChargerDoorOptions): void;
};

/** Opens the door. Fails when the address cannot be listened on. */
export async function openChargers(deps: ChargersDeps, options: ChargersOptions): Promise<Outcome<ChargersHandle>> {
  const chargers = new Chargers(deps, options.chargers);
  const { host, port } = options;
  const listening = await deps.world.listenForChargers(
    { host, port, maxPayloadBytes: ACCEPTED_FRAME_BYTES },
    chargers.door,
  );
  if (!listening.ok)
    return failed(listening.why, `chargers cannot be listened for on ${host}:${port}: ${listening.detail}`);
  return ok(chargers.handle(listening.value));
}

class Chargers {
  readonly door: ChargerDoor;
  private readonly deps: ChargersDeps;
  private readonly slots = new Map<string, Slot>();
  private readonly byIndex = new Map<number, Slot>();
  private readonly options: Map<string, ChargerDoorOptions>;
  private readonly pingless: ReadonlySet<string>;
  private readonly throttle = createThrottle();
  private readonly refusals = createRefusals();
  private readonly lobby: Lobby;
  private closing = false;

  constructor(deps: ChargersDeps, chargers: readonly ChargerDoorOptions[]) {
    this.deps = deps;
    for (const charger of chargers) this.place(charger);
    this.options = new Map(chargers.map(charger => [charger.identity, charger]));
    this.lobby = new Lobby({
      world: deps.world,
      toldMs: () => deps.toldMs(),
      note: (identity, address, cause) => this.note(identity, address, cause),
    });
    this.pingless = new Set(deps.profiles.filter(profile => !profile.answersPings).map(profile => profile.id));
    this.door = {
      judge: handshake => this.judge(handshake),
      connected: (pipe, handshake) => this.receive(pipe, handshake),
    };
  }

  private place(options: ChargerDoorOptions): Slot {
    const slot = newSlot(options);
    this.slots.set(options.identity, slot);
    this.byIndex.set(options.index, slot);
    return slot;
  }

  /** Its socket stays as it is: whoever dials anew may take minutes. */
  private admit(options: ChargerDoorOptions): void {
    this.options.set(options.identity, options);
    const slot = this.place(options);
    const waited = this.lobby.take(options);
    if (waited !== null) this.link(slot, waited.pipe, waited.subprotocol);
  }

  handle(listening: Listening): ChargersHandle {
    return {
      port: listening.port,
      command: (charger, command, options, hooks) => this.command(charger, command, options, hooks),
      connected: charger => this.byIndex.get(charger)?.link != null,
      cut: (charger, forMs) => this.cut(charger, forMs),
      letIn: charger => this.letIn(charger),
      unknown: () => this.refusals.list(),
      adoption: { ...this.lobby.desk(), admit: options => this.admit(options) },
      reconfigure: next => {
        for (const charger of next.chargers) this.options.set(charger.identity, charger);
      },
      close: () => this.close(listening),
    };
  }

  private async judge(handshake: Handshake): Promise<Verdict> {
    const { clock } = this.deps.world;
    const address = plainAddress(handshake.remoteAddress);
    const named = identityOf(handshake.path);
    if (named.ok && !this.options.has(named.value)) return this.lobby.judge(handshake, named.value);
    const admitted = admit(
      handshake,
      this.options,
      charger => this.slots.get(charger.identity)?.address !== address && this.throttle.blocked(address, clock.nowMs()),
    );
    if (!admitted.ok) return this.refuse(admitted, address);
    const spoken = chooseSubprotocol(handshake.subprotocols, SUBPROTOCOLS);
    // OCPP-J 1.6 §3.2: the handshake is completed without the header, and `receive` closes.
    if (!spoken.ok) return { accept: true, subprotocol: null };
    const twin = await this.judgeTwin(admitted.charger.identity, address);
    return twin ?? { accept: true, subprotocol: spoken.offered ? spoken.subprotocol : null };
  }

  private refuse(refused: Refused, address: string): Verdict {
    if (refused.failedProof) this.throttle.failed(address, this.deps.world.clock.nowMs());
    this.note(refused.identity, address, refused.cause);
    return { accept: false, status: refused.status, reason: refused.told };
  }

  private note(identity: string, address: string, cause: string): void {
    if (this.closing) return;
    const { clock, log } = this.deps.world;
    if (!this.refusals.note(identity, address, cause, clock.wallMs())) return;
    log.warn('charger turned away', { identity, address, cause });
  }

  /** Null when nobody of that identity is here, or nobody who still answers. */
  private async judgeTwin(identity: string, address: string): Promise<Verdict | null> {
    const slot = this.slots.get(identity);
    if (slot !== undefined && this.isCut(slot)) return { accept: false, status: 503, reason: 'cut for a test' };
    const link = slot?.link;
    if (slot == null || link == null) return null;
    if (slot.waiting >= MAX_WAITING) return { accept: false, status: 503, reason: 'one try at a time' };
    slot.waiting += 1;
    const alive = await link.probe();
    slot.waiting -= 1;
    if (!alive) {
      link.cut('silent when it came again');
      return null;
    }
    this.note(identity, address, twinCause(identity));
    return { accept: false, status: 409, reason: 'already connected' };
  }

  private receive(pipe: FramePipe, handshake: Handshake): void {
    const named = identityOf(handshake.path);
    const slot = named.ok ? this.slots.get(named.value) : undefined;
    const spoken = chooseSubprotocol(handshake.subprotocols, SUBPROTOCOLS);
    if (this.closing || !named.ok) pipe.close(1001, 'closing');
    else if (slot !== undefined && this.isCut(slot)) pipe.close(1013, 'cut for a test');
    else if (!mayPass(handshake, this.options.get(named.value))) pipe.close(1008, 'come again');
    else if (!spoken.ok) {
      this.note(named.value, plainAddress(pipe.remoteAddress), spoken.cause);
      pipe.close(1002, shown(spoken.cause));
    } else if (slot === undefined) {
      this.refusals.forget(named.value, plainAddress(pipe.remoteAddress));
      this.lobby.receive(pipe, handshake, named.value, spoken.subprotocol);
    } else if (slot.link === null) this.link(slot, pipe, spoken.subprotocol);
    else void this.receiveTwin(slot, slot.link, pipe, spoken.subprotocol);
  }

  /** Two newcomers were let in at the same moment: the first is heard, the second waits for its probe. */
  private async receiveTwin(slot: Slot, link: Link, pipe: FramePipe, subprotocol: string): Promise<void> {
    if (slot.held !== null) {
      pipe.close(1013, 'one try at a time');
      return;
    }
    slot.held = pipe;
    const alive = await link.probe();
    slot.held = null;
    if (this.closing) pipe.close(1001, 'Busbar stops');
    else if (alive) {
      this.note(slot.options.identity, plainAddress(pipe.remoteAddress), twinCause(slot.options.identity));
      pipe.close(1008, 'already connected');
    } else {
      link.cut('silent when it came again');
      if (slot.link === null) this.link(slot, pipe, subprotocol);
      else await this.receiveTwin(slot, slot.link, pipe, subprotocol);
    }
  }

  private link(slot: Slot, pipe: FramePipe, subprotocol: string): void {
    const { deps } = this;
    const { identity, index } = slot.options;
    const dialect = dialectFor(subprotocol);
    assert(dialect !== null, 'a chosen subprotocol has a dialect');
    slot.generation += 1;
    slot.address = plainAddress(pipe.remoteAddress);
    this.refusals.forget(identity, slot.address);
    const { generation } = slot;
    const { clock, randomness, log } = deps.world;
    const link = new Link(pipe, {
      clock,
      randomness,
      log: log.child({ charger: identity, generation }),
      dialect,
      memory: slot.memory,
      report: (report, atMs, answer) => deps.report(index, report, atMs, answer),
      answersPings: () => !this.pingless.has(deps.profileId(index)),
      connectorsWithoutStatus: () => deps.connectorsWithoutStatus(index),
      former: formerOf(deps.former, identity),
      ended: detail => this.ended(slot, generation, detail),
    });
    slot.link = link;
    log.info('charger connected', { charger: identity, generation, address: slot.address, subprotocol });
    deps.connected(index, generation, dialect.version);
    link.start();
  }

  private isCut = (slot: Slot): boolean => this.deps.world.clock.nowMs() < slot.cutUntilMs;

  private cut(charger: number, forMs: number): void {
    const slot = this.byIndex.get(charger);
    if (slot === undefined) return;
    slot.cutUntilMs = this.deps.world.clock.nowMs() + forMs;
    slot.link?.cut('cut for a test');
  }

  private letIn(charger: number): void {
    const slot = this.byIndex.get(charger);
    if (slot !== undefined) slot.cutUntilMs = Number.NEGATIVE_INFINITY;
  }

  private ended(slot: Slot, generation: number, detail: string): void {
    if (slot.generation === generation) slot.link = null;
    if (this.closing) return;
    this.deps.world.log.warn('charger lost', { charger: slot.options.identity, generation, detail });
    this.deps.lost(slot.options.index, generation, detail);
  }

  private command(charger: number, command: Command, options: CommandOptions, hooks: CommandHooks): void {
    const link = this.byIndex.get(charger)?.link;
    const callOptions: CallOptions = { ...options, sent: hooks.sent };
    if (link != null) link.command(command, callOptions, hooks.settled);
    else
      this.deps.world.clock.after('no link', 0, () => hooks.settled(failed('offline', 'the charger is not connected')));
  }

  private async close(listening: Listening): Promise<void> {
    this.closing = true;
    this.lobby.close();
    for (const slot of this.slots.values()) slot.link?.close(1001, 'Busbar stops');
    await listening.close();
  }
}
