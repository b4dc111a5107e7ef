/** The world of a seed, as the gateway is handed it: virtual time, simulated wires, records in memory. */
import { unreachable } from '#base/assert.ts';
import type { Log } from '#base/log.ts';
import { type Outcome, ok } from '#base/outcome.ts';
import type {
  BusOptions,
  RecordStore,
  StoreChange,
  StoredDocument,
  StoredRecord,
  UploadOptions,
  World,
} from '#world.ts';
import { type MeterDevice, registerBus } from './meter-device.ts';
import type { Link, Network } from './network.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type SimWorldDeps = {
  readonly clock: VirtualClock;
  readonly network: Network;
  /** The way to the back office. */
  readonly upstream: Link;
  readonly random: Prng;
  readonly log: Log;
  upload(options: UploadOptions): Promise<Outcome<void>>;
  /** The meters behind an address `host:port` or a device file. */
  devices(address: string): readonly MeterDevice[];
};

/** What the gateway sees of a simulated site. `dial` leads to the back office, where there is one. */
export function simWorld(deps: SimWorldDeps): World {
  const { clock, network, random, upstream } = deps;
  // One disk: what one gateway wrote, the next one reads.
  const records = memoryStore();
  return {
    clock,
    log: deps.log,
    randomness: { uuid: () => uuid(random), int: below => random.int(below) },
    listenForChargers: (options, door) => network.listen(options, door),
    dial: options => network.dial(upstream, options),
    upload: options => deps.upload(options),
    recentLog: () => ['{"at":"2026-01-01T00:00:00.000Z","msg":"a simulated line"}'],
    openBus: options => registerBus(clock, deps.devices(addressOf(options))),
    openStore: () => ok(records),
  };
}

export const addressOf = (options: BusOptions): string =>
  options.kind === 'tcp' ? `${options.host}:${options.port}` : options.path;

/** A version 4 UUID (RFC 9562, 5.4) out of the seed. */
function uuid(random: Prng): string {
  const hex = (digits: number) =>
    random
      .int(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + random.int(4)).toString(16)}${hex(3)}-${hex(6)}${hex(6)}`;
}

function memoryStore(): RecordStore {
  const kinds = new Map<string, StoredRecord[]>();
  const documents = new Map<string, Map<string, StoredDocument>>();
  const append = (record: StoredRecord) => {
    const list = kinds.get(record.kind);
    if (list) list.push(record);
    else kinds.set(record.kind, [record]);
  };
  const ofKind = (kind: string) => {
    const found = documents.get(kind) ?? new Map<string, StoredDocument>();
    documents.set(kind, found);
    return found;
  };
  const change = (each: StoreChange): void => {
    switch (each.type) {
      case 'append':
        append(each.record);
        return;
      case 'put':
        ofKind(each.document.kind).set(each.document.key, each.document);
        return;
      case 'remove':
        ofKind(each.kind).delete(each.key);
        return;
      default:
        unreachable(each);
    }
  };
  return {
    append: async records => {
      for (const record of records) append(record);
      return ok(undefined);
    },
    commit: async changes => {
      for (const each of changes) change(each);
      return ok(undefined);
    },
    documents: kind => ok([...ofKind(kind).values()]),
    eachDocument: (kind, seen) => {
      for (const document of ofKind(kind).values()) seen(document);
      return ok(undefined);
    },
    document: (kind, key) => ok(ofKind(kind).get(key) ?? null),
    newest: (kind, limit) => ok((kinds.get(kind) ?? []).slice(-limit)),
    prune: async (kind, beforeWallMs) => {
      const list = kinds.get(kind) ?? [];
      const kept = list.filter(record => record.atWallMs >= beforeWallMs);
      kinds.set(kind, kept);
      return ok(list.length - kept.length);
    },
    close: async () => {},
  };
}
