/**
 * The real Modbus bus. `modbus-serial` speaks the protocol; connections, deadlines and the end of a wire
 * are kept here, since the library leaves gaps: a request in flight hears nothing of a lost connection,
 * an error of a connected socket is not passed on, and a connection that took too long may still come
 * about. A wire that missed one answer is never used again: so no late answer can meet a later request.
 *
 * RTU frames carry no number. There a new wire waits one more timeout before it opens, so that a late
 * answer falls on a closed port, and an answer nobody waits for ends the wire. What is left: a device that
 * answers later than twice the timeout may once have an old answer taken for one to the same question.
 */
import { connect as connectSocket } from 'node:net';
import modbus from 'modbus-serial';
import { assert } from '#base/assert.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { BusOptions, RegisterBus, RegisterRead } from '#world.ts';

type Client = InstanceType<typeof modbus.default>;
type TcpOptions = Extract<BusOptions, { kind: 'tcp' }>;
type SerialOptions = Extract<BusOptions, { kind: 'rtu' }>;

/** One connection. It tells `opened` at most once, then `lost` at most once, and nothing after `end`. */
type Wire = { end(): void };
type WireEvents = { opened(client: Client): void; lost(detail: string): void };
type Settle<T> = (outcome: Outcome<T>) => void;

/** Modbus application protocol V1.1b3, section 7. */
const EXCEPTION_WORDS: Readonly<Record<number, string>> = {
  1: 'illegal function: the device does not know this kind of read',
  2: 'illegal data address: the device has no such registers',
  3: 'illegal data value: the device refuses this length',
  4: 'device failure: the device could not carry out the request',
  5: 'acknowledge: the device needs longer',
  6: 'device busy: ask again later',
  8: 'memory parity error in the device',
  10: 'gateway path unavailable: the gateway does not reach that line',
  11: 'gateway target failed to respond: no device of that unit answers the gateway',
};

/** A bus, closed until `connect`; connecting an open bus answers at once. Failures are Outcomes, never exceptions. */
export function openBus(options: BusOptions): RegisterBus {
  return new ModbusBus(options);
}

class ModbusBus {
  readonly #options: BusOptions;
  readonly #name: string;
  #wire: Wire | null = null;
  #client: Client | null = null;
  /** How many wires there were. */
  #wires = 0;
  /** Ends the connect or read under way. */
  #interrupt: Settle<never> | null = null;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#name = options.kind === 'tcp' ? `${options.host}:${options.port}` : options.path;
  }

  async connect(timeoutMs: number): Promise<Outcome<void>> {
    if (this.#client?.isOpen) return ok(undefined);
    this.#drop();
    const settling = this.#options.kind === 'rtu' && this.#wires > 0 ? timeoutMs : 0;
    const late = `no connection to ${this.#name} within ${timeoutMs} ms`;
    return await this.#within<void>(timeoutMs + settling, late, settle => {
      const events: WireEvents = {
        opened: client => {
          this.#client = client;
          settle(ok(undefined));
        },
        lost: detail => this.#end('offline', `${this.#name}: ${detail}`),
      };
      this.#wires += 1;
      const options = this.#options;
      this.#wire = options.kind === 'tcp' ? tcpWire(options, events) : serialWire(options, settling, events);
    });
  }

  async read(request: RegisterRead, timeoutMs: number): Promise<Outcome<readonly number[]>> {
    const client = this.#client;
    if (client === null || !client.isOpen) return failed('offline', `${this.#name} is not connected`);
    if (leftover(client)) {
      this.#drop();
      return failed('malformed', `${this.#name}: bytes that nobody asked for are on the line`);
    }
    const late = `unit ${request.unit} at ${this.#name} gave no answer within ${timeoutMs} ms`;
    return await this.#within<readonly number[]>(timeoutMs, late, settle =>
      ask(client, request, settle, () => this.#stray(client)),
    );
  }

  close(): void {
    this.#end('cancelled', `${this.#name} was closed`);
  }

  /** Runs one request: settled by its answer, by its deadline or by the end of the wire, whichever is first. */
  #within<T>(timeoutMs: number, late: string, start: (settle: Settle<T>) => void): Promise<Outcome<T>> {
    assert(this.#interrupt === null, 'one request at a time on a Modbus bus');
    return new Promise(resolve => {
      const settle: Settle<T> = outcome => {
        if (this.#interrupt !== settle) return;
        this.#interrupt = null;
        clearTimeout(timer);
        if (!outcome.ok && outcome.why !== 'exception') this.#drop();
        resolve(outcome);
      };
      const timer = setTimeout(() => settle(failed('timeout', late)), timeoutMs);
      this.#interrupt = settle;
      start(settle);
    });
  }

  #end(why: 'offline' | 'cancelled', detail: string): void {
    if (this.#interrupt === null) this.#drop();
    else this.#interrupt(failed(why, detail));
  }

  /** An answer nobody waits for: harmless with TCP's numbers, the end of trust without them. */
  #stray(client: Client): void {
    if (this.#options.kind === 'rtu' && this.#client === client) {
      this.#end('offline', `${this.#name}: an answer came that nobody waited for`);
    }
  }

  #drop(): void {
    this.#wire?.end();
    this.#wire = null;
    this.#client = null;
  }
}

function tcpWire({ host, port }: TcpOptions, events: WireEvents): Wire {
  const socket = connectSocket({ host, port, noDelay: true });
  let live = true;
  const lost = (detail: string) => {
    if (live) events.lost(detail);
    live = false;
  };
  socket.once('connect', () => {
    const client = new modbus.default();
    client.linkTCP(socket, { port }, (error?: Error) => {
      if (error) lost(error.message);
      else if (live) events.opened(client);
    });
  });
  socket.on('error', error => lost(error.message));
  socket.on('close', () => lost('the other side closed the connection'));
  return {
    end: () => {
      live = false;
      socket.destroy();
    },
  };
}

function serialWire(line: SerialOptions, settleMs: number, events: WireEvents): Wire {
  const client = new modbus.default();
  let live = true;
  const lost = (detail: string) => {
    if (live) events.lost(detail);
    live = false;
  };
  client.on('error', error => lost(error instanceof Error ? error.message : String(error)));
  client.on('close', () => lost('the serial line is gone'));
  const timer = setTimeout(() => {
    openSerial(client, line, error => {
      if (!live) closeSerial(client);
      else if (error) lost(error.message);
      else events.opened(client);
    });
  }, settleMs);
  return {
    end: () => {
      live = false;
      clearTimeout(timer);
      closeSerial(client);
    },
  };
}

/** The serial driver is an optional part of `modbus-serial`; where it is missing this throws. */
function openSerial(client: Client, line: SerialOptions, done: (error?: Error) => void): void {
  const { path, baudRate, parity, stopBits } = line;
  try {
    client.connectRTUBuffered(path, { baudRate, dataBits: 8, parity, stopBits }, done);
  } catch (error) {
    done(error as Error);
  }
}

/**
 * Whether bytes of a second answer lie behind the last one. The library would take them for the next answer
 * and stay one behind for ever; its buffer is the only place where they show.
 */
function leftover(client: Client): boolean {
  const { _port } = client as unknown as { readonly _port?: { readonly _buffer?: Uint8Array } };
  return (_port?._buffer?.length ?? 0) > 0;
}

function closeSerial(client: Client): void {
  if (client.isOpen) client.close(() => {});
}

function ask(
  client: Client,
  { unit, table, address, count }: RegisterRead,
  settle: Settle<readonly number[]>,
  stray: () => void,
): void {
  let answered = false;
  const done = (error: Error | null, result?: { readonly data: readonly number[] }) => {
    if (answered) return stray();
    answered = true;
    if (error !== null) settle(failureOf(error));
    else if (result?.data.length === count) settle(ok(result.data));
    else settle(failed('malformed', `unit ${unit} answered ${result?.data.length ?? 0} registers, expected ${count}`));
  };
  if (table === 'input') client.writeFC4(unit, address, count, done);
  else client.writeFC3(unit, address, count, done);
}

function failureOf(error: Error & { readonly modbusCode?: number }): Outcome<never> {
  const { modbusCode, message } = error;
  if (modbusCode === undefined) return failed('malformed', message);
  return failed('exception', `exception ${modbusCode}, ${EXCEPTION_WORDS[modbusCode] ?? 'a code of the maker'}`);
}
