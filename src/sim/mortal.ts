/**
 * A world that a gateway can be taken out of at any instant, as by `kill -9` or a lost supply: its timers
 * never ring again, its sockets and buses neither say nor hear anything, and what it had not yet written
 * is lost. The gateway's own code runs no line of it.
 */
import { failed } from '#base/outcome.ts';
import type { ChargerDoor, FramePipe, Listening, RecordStore, RegisterBus, World } from '#world.ts';
import { SimDisk } from './disk.ts';

export type MortalWorld = {
  readonly world: World;
  /** Ends it at this instant. Ports are free at once. */
  kill(): void;
};

/** A promise that the dead never sees kept. */
const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** @param disk the site's, where it is to be at fault; a good one of its own without it */
export function mortalWorld(immortal: World, disk: SimDisk = new SimDisk(immortal.clock)): MortalWorld {
  let alive = true;
  const isAlive = () => alive;
  const doors: Listening[] = [];
  const dialledPipes: FramePipe[] = [];
  const world: World = {
    ...immortal,
    clock: {
      ...immortal.clock,
      after: (name, ms, run) =>
        immortal.clock.after(name, ms, () => {
          if (alive) run();
        }),
    },
    listenForChargers: async (options, door) => {
      const listening = await immortal.listenForChargers(options, mortalDoor(door, isAlive));
      if (listening.ok) doors.push(listening.value);
      return listening;
    },
    dial: async options => {
      const dialled = await immortal.dial(options);
      if (!dialled.ok) return alive ? dialled : never();
      const { pipe } = dialled.value;
      if (!alive) {
        pipe.terminate();
        return never();
      }
      dialledPipes.push(pipe);
      return { ok: true, value: { ...dialled.value, pipe: mortalPipe(pipe, isAlive) } };
    },
    openBus: options => mortalBus(immortal.openBus(options), isAlive),
    openStore: folder => {
      const opened = immortal.openStore(folder);
      return opened.ok ? { ok: true, value: mortalStore(opened.value, disk, isAlive) } : opened;
    },
  };
  return {
    world,
    kill: () => {
      alive = false;
      for (const door of doors) void door.close();
      for (const pipe of dialledPipes) pipe.terminate();
    },
  };
}

const mortalDoor = (door: ChargerDoor, isAlive: () => boolean): ChargerDoor => ({
  judge: async handshake => {
    const verdict = await door.judge(handshake);
    return isAlive() ? verdict : { accept: false, status: 503, reason: 'gone' };
  },
  connected: (pipe, handshake) => {
    if (isAlive()) door.connected(mortalPipe(pipe, isAlive), handshake);
    else pipe.terminate();
  },
});

const mortalPipe = (pipe: FramePipe, isAlive: () => boolean): FramePipe => ({
  remoteAddress: pipe.remoteAddress,
  open: handlers =>
    pipe.open({
      text: frame => {
        if (isAlive()) handlers.text(frame);
      },
      pong: () => {
        if (isAlive()) handlers.pong();
      },
      closed: (code, reason) => {
        if (isAlive()) handlers.closed(code, reason);
      },
    }),
  send: text => isAlive() && pipe.send(text),
  ping: () => {
    if (isAlive()) pipe.ping();
  },
  close: (code, reason) => {
    if (isAlive()) pipe.close(code, reason);
  },
  terminate: () => {
    if (isAlive()) pipe.terminate();
  },
});

const mortalBus = (bus: RegisterBus, isAlive: () => boolean): RegisterBus => ({
  connect: async timeoutMs => {
    const connected = await bus.connect(timeoutMs);
    return isAlive() ? connected : never();
  },
  read: async (request, timeoutMs) => {
    if (!isAlive()) return never();
    const answer = await bus.read(request, timeoutMs);
    return isAlive() ? answer : never();
  },
  close: () => bus.close(),
});

const mortalStore = (store: RecordStore, disk: SimDisk, isAlive: () => boolean): RecordStore => ({
  append: records => disk.write(isAlive, () => store.append(records)),
  commit: changes => disk.write(isAlive, () => store.commit(changes)),
  documents: kind => (isAlive() ? store.documents(kind) : failed('cancelled', 'dead')),
  eachDocument: (kind, seen) => (isAlive() ? store.eachDocument(kind, seen) : failed('cancelled', 'dead')),
  document: (kind, key) => (isAlive() ? store.document(kind, key) : failed('cancelled', 'dead')),
  newest: (kind, limit) => (isAlive() ? store.newest(kind, limit) : failed('cancelled', 'dead')),
  prune: (kind, beforeWallMs) => (isAlive() ? store.prune(kind, beforeWallMs) : never()),
  close: async () => {},
});
