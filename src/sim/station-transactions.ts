/** The charging transactions of a simulated station: begun by a card, ended by a plug, a command or a power loss. */
import type { Clock } from '#base/clock.ts';
import type { SimConnector } from './connector.ts';
import type { Prng } from './prng.ts';
import type { Sampling } from './sampling.ts';
import type { StationMemory } from './station-memory.ts';
import type { TransactionQueue } from './transaction-queue.ts';

export type TransactionDeps = {
  readonly clock: Clock;
  readonly random: Prng;
  readonly queue: TransactionQueue;
  readonly memory: StationMemory;
  readonly sampling: Sampling;
  readonly connectors: readonly SimConnector[];
  wallMs(): number;
  stamp(): string;
  /** It has no power. */
  isOff(): boolean;
};

/** A session as it really was, for whoever keeps a ledger of them. */
export type TrueSession = {
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterStart: number;
  /** As the station told it, by its own clock. */
  readonly startedWallMs: number;
  /** True time at which it began: monotonic, and the wall clock that everyone else goes by. */
  readonly atMs: number;
  readonly trueWallMs: number;
  /** When its start was answered; null until then. */
  toldWallMs: number | null;
  end: TrueEnd | null;
};

export type TrueEnd = {
  readonly meterStop: number;
  /** As the station told it, by its own clock. */
  readonly wallMs: number;
  readonly reason: string;
  readonly atMs: number;
  readonly trueWallMs: number;
  /** When it was answered; null until then. */
  toldWallMs: number | null;
};

/** From the plug to the card at the reader and the start, and from a boot to the same. */
const AUTHORISE_MS: readonly [number, number] = [2000, 10_000];

export class StationTransactions {
  /** All since the world began. */
  readonly sessions: TrueSession[] = [];
  private readonly deps: TransactionDeps;
  private readonly running = new Map<object, TrueSession>();

  constructor(deps: TransactionDeps) {
    this.deps = deps;
  }

  resume(): void {
    for (const connector of this.deps.connectors)
      if (connector.car && !connector.transaction) this.startLater(connector);
  }

  startLater(connector: SimConnector): void {
    const { clock, random } = this.deps;
    const car = connector.car;
    if (!car) return;
    clock.after('authorise', random.whole(...AUTHORISE_MS), () => {
      if (connector.car === car && connector.operative && !connector.transaction && !this.deps.isOff())
        this.start(connector, car.plan.idTag);
    });
  }

  start(connector: SimConnector, idTag: string): void {
    const { deps } = this;
    const transaction = { id: null as number | null, idTag, startedWallMs: deps.wallMs() };
    connector.transaction = transaction;
    const payload = {
      connectorId: connector.plan.connectorId,
      idTag,
      meterStart: connector.meterWh(),
      timestamp: deps.stamp(),
    };
    const session = this.noteStart(connector, transaction, payload);
    deps.queue.add(
      'StartTransaction',
      () => payload,
      answer => {
        session.toldWallMs = deps.clock.wallMs();
        transaction.id = answer.transactionId as number;
        const refused = (answer.idTagInfo as { status: string }).status !== 'Accepted';
        if (refused && connector.transaction === transaction) this.stop(connector, 'DeAuthorized');
      },
    );
    connector.energise();
    deps.sampling.arm(connector);
  }

  stop(connector: SimConnector, reason: string): void {
    const { deps } = this;
    const { transaction } = connector;
    if (!transaction) return;
    connector.transaction = null;
    connector.open();
    deps.sampling.stop(connector);
    deps.memory.transactionOver(connector.plan.connectorId);
    const payload = { meterStop: connector.meterWh(), timestamp: deps.stamp(), idTag: transaction.idTag, reason };
    const end = this.noteStop(transaction, payload);
    deps.queue.add(
      'StopTransaction',
      () => ({ ...payload, transactionId: transaction.id ?? 0 }),
      () => {
        end.toldWallMs = deps.clock.wallMs();
      },
    );
    if (connector.car) connector.setStatus(reason === 'PowerLoss' ? 'Preparing' : 'Finishing');
  }

  private noteStart(
    connector: SimConnector,
    transaction: object,
    said: { meterStart: number; timestamp: string },
  ): TrueSession {
    const { plan, transaction: running } = connector;
    const session: TrueSession = {
      connectorId: plan.connectorId,
      idTag: running?.idTag ?? '',
      meterStart: said.meterStart,
      startedWallMs: Date.parse(said.timestamp),
      ...this.truly(),
      end: null,
    };
    this.sessions.push(session);
    this.running.set(transaction, session);
    return session;
  }

  private noteStop(transaction: object, said: { meterStop: number; timestamp: string; reason: string }): TrueEnd {
    const session = this.running.get(transaction);
    this.running.delete(transaction);
    const { meterStop, timestamp, reason } = said;
    const end: TrueEnd = { meterStop, wallMs: Date.parse(timestamp), reason, ...this.truly() };
    if (session !== undefined) session.end = end;
    return end;
  }

  /** Now, and not told yet. */
  private truly(): Pick<TrueSession, 'atMs' | 'trueWallMs' | 'toldWallMs'> {
    const { clock } = this.deps;
    return { atMs: clock.nowMs(), trueWallMs: clock.wallMs(), toldWallMs: null };
  }
}
