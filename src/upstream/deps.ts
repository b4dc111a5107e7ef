/** What this room needs of the house; `gateway.ts` hands it in. */
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { SiteEvent } from '#site/event.ts';
import type { Session, StopAsked } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { StoreChange, StoredDocument, World } from '#world.ts';
import type { ArchiveFile } from './tar.ts';

/** Sessions as the store keeps them. */
export type Sessions = {
  get(id: number): Session | null;
  /** Those that run, oldest first. */
  open(): readonly Session[];
  /** Takes over what the back office made of one; the changes are to be committed. */
  bind(id: number, upstream: Session['upstream']): readonly StoreChange[];
  /** We have its charger stop it; the changes are to be committed. */
  stopAsked(id: number, asked: StopAsked): readonly StoreChange[];
};

export type UpstreamDeps = {
  readonly world: Pick<World, 'clock' | 'log' | 'randomness' | 'dial' | 'upload'>;
  readonly sessions: Sessions;
  /** Of Busbar, as the back office is told. */
  readonly version: string;
  /** What an archive for the back office holds, between two wall times (null = as far as it is kept). */
  diagnostics(fromWallMs: number | null, toWallMs: number | null): readonly ArchiveFile[];
  state(): SiteState;
  /** Only wishes and the limit over all cars; never inside another dispatch. */
  dispatch(event: SiteEvent): void;
  /** What is stored of a kind; nothing where it cannot be read. */
  documents(kind: string): readonly StoredDocument[];
  /** The same one by one, for a kind that may be large. */
  eachDocument(kind: string, seen: (document: StoredDocument) => void): void;
  /** One of them, null where there is none; a failure where the disk cannot be read. */
  document(kind: string, key: string): Outcome<StoredDocument | null>;
  commit(changes: readonly StoreChange[]): Promise<Outcome<void>>;
  /** `settled` once, never before this returns. */
  command(charger: number, command: Command, settled: (outcome: Outcome<CommandReply>) => void): void;
};
