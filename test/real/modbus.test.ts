import { createServer, type Server, type Socket } from 'node:net';
import modbus from 'modbus-serial';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openMeters } from '#meters/meters.ts';
import type { MeterReading } from '#site/state.ts';
import type { RegisterBus } from '#world.ts';
import { openBus } from '../../src/real/modbus.ts';
import { meterCase, wordsAt } from '../meters/cases.ts';
import { sdm630 } from '../meters/profiles.ts';

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What one register holds. A promise holds the whole answer back. */
type Register = (address: number, unit: number) => Promise<number> | number;

/** modbus-serial's own server on a free port, or on a given one. */
async function serve(register: Register, port?: number): Promise<{ port: number; stop(): Promise<void> }> {
  const free = port ?? (await freePort());
  const vector = {
    getInputRegister: (address: number, unit: number) => promised(register, address, unit),
    getHoldingRegister: (address: number, unit: number) => promised(register, address + 5000, unit),
  };
  const server = new modbus.ServerTCP(vector, { host: '127.0.0.1', port: free, unitID: 255 });
  await new Promise<void>((resolve, reject) => {
    server.on('initialized', () => resolve());
    server.on('serverError', error => reject(error));
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= new Promise<void>(resolve => server.close(() => resolve()));
    return stopped;
  };
  closers.push(stop);
  return { port: free, stop };
}

const promised = async (register: Register, address: number, unit: number) => register(address, unit);

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise(resolve => server.close(resolve));
  return port;
}

const listening = (server: Server): Promise<number> =>
  new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

/** A peer that answers each request frame with whatever bytes the test wants. */
async function serveRaw(answer: (frame: Buffer, socket: Socket) => void): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', frame => answer(frame, socket));
  });
  const port = await listening(server);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
  return { port, sockets };
}

function busTo(port: number): RegisterBus {
  const bus = openBus({ kind: 'tcp', host: '127.0.0.1', port });
  closers.push(() => bus.close());
  return bus;
}

const input = (address: number, count: number, unit = 1) => ({ unit, table: 'input' as const, address, count });

/** An answer frame: the request's transaction and unit, function and data as given. */
function frame(
  request: Buffer,
  words: readonly number[],
  change: { transaction?: number; unit?: number } = {},
): Buffer {
  const bytes = Buffer.alloc(9 + words.length * 2);
  bytes.writeUInt16BE(change.transaction ?? request.readUInt16BE(0), 0);
  bytes.writeUInt16BE(3 + words.length * 2, 4);
  bytes.writeUInt8(change.unit ?? request.readUInt8(6), 6);
  bytes.writeUInt8(request.readUInt8(7), 7);
  bytes.writeUInt8(words.length * 2, 8);
  for (const [index, word] of words.entries()) bytes.writeUInt16BE(word, 9 + index * 2);
  return bytes;
}

describe('a Modbus TCP device', () => {
  it('is read from both tables, with its unit and address', async () => {
    const { port } = await serve((address, unit) => address * 10 + unit);
    const bus = busTo(port);
    expect(await bus.connect(1000)).toEqual({ ok: true, value: undefined });
    expect(await bus.read(input(5, 3, 9), 1000)).toEqual({ ok: true, value: [59, 69, 79] });
    expect(await bus.read({ unit: 2, table: 'holding', address: 7, count: 1 }, 1000)).toEqual({
      ok: true,
      value: [50_072],
    });
    expect(await bus.connect(1000)).toEqual({ ok: true, value: undefined });
    expect(await bus.read(input(1, 1), 1000)).toEqual({ ok: true, value: [11] });
  });

  it('that answers an exception is quoted in words, and the connection stays', async () => {
    let asked = 0;
    const { port } = await serve(() => {
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('no such register'), { modbusErrorCode: 2 });
      return 7;
    });
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(900, 1), 1000)).toEqual({
      ok: false,
      why: 'exception',
      detail: 'exception 2, illegal data address: the device has no such registers',
    });
    expect(await bus.read(input(0, 1), 1000)).toEqual({ ok: true, value: [7] });
  });

  it('that is not there is offline, and so is a bus that was never connected', async () => {
    const bus = busTo(await freePort());
    expect(await bus.read(input(0, 1), 1000)).toMatchObject({ ok: false, why: 'offline' });
    const outcome = await bus.connect(1000);
    expect(outcome).toMatchObject({ ok: false, why: 'offline', detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('that goes away in the middle of a request is noticed before the deadline', async () => {
    const { port, sockets } = await serveRaw((_, socket) => socket.destroy());
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 20_000)).toMatchObject({ ok: false, why: 'offline' });
    expect(sockets.length).toBe(1);
  });

  it('that resets the connection is noticed as well', async () => {
    const { port } = await serveRaw((_, socket) => socket.resetAndDestroy());
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 20_000)).toMatchObject({ ok: false, why: 'offline' });
    expect(await bus.connect(1000)).toMatchObject({ ok: true });
  });

  it('that closed an idle connection is reached again by the next connect', async () => {
    const { port, sockets } = await serveRaw((request, socket) => socket.write(frame(request, [3])));
    const bus = busTo(port);
    await bus.connect(1000);
    await bus.read(input(0, 1), 1000);
    await bus.connect(1000);
    await bus.read(input(0, 1), 1000);
    expect(sockets.length).toBe(1);
    const gone = new Promise(resolve => sockets[0]?.once('close', resolve));
    sockets[0]?.end();
    await gone;
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 1000)).toEqual({ ok: true, value: [3] });
    expect(sockets.length).toBe(2);
  });
});

describe('an answer that comes late', () => {
  it('is never taken for the answer to a later request', async () => {
    let asked = 0;
    const held: (() => void)[] = [];
    const { port } = await serve(async address => {
      asked += 1;
      if (asked === 1) await new Promise<void>(resolve => held.push(resolve));
      return address;
    });
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(111, 1), 60)).toMatchObject({ ok: false, why: 'timeout' });
    expect(await bus.read(input(222, 1), 60)).toMatchObject({ ok: false, why: 'offline' });
    await bus.connect(1000);
    const second = bus.read(input(222, 1), 1000);
    for (const release of held) release();
    expect(await second).toEqual({ ok: true, value: [222] });
    expect(await bus.read(input(333, 1), 1000)).toEqual({ ok: true, value: [333] });
  });

  it('is not believed when it bears the number of another request or another unit', async () => {
    const numbers: (number | undefined)[] = [77, undefined, undefined];
    const units: (number | undefined)[] = [undefined, 9, undefined];
    const { port } = await serveRaw((request, socket) => {
      const change = { transaction: numbers.shift() ?? request.readUInt16BE(0), unit: units.shift() ?? 1 };
      socket.write(frame(request, [5], change));
    });
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 60)).toMatchObject({ ok: false, why: 'timeout' });
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 1000)).toMatchObject({ ok: false, why: 'malformed' });
    await bus.connect(1000);
    expect(await bus.read(input(0, 1), 1000)).toEqual({ ok: true, value: [5] });
  });

  it('twice over does not disturb the request that follows', async () => {
    const { port } = await serveRaw((request, socket) => {
      const words = [request.readUInt16BE(8)];
      socket.write(Buffer.concat([frame(request, words), frame(request, [999])]));
    });
    const bus = busTo(port);
    await bus.connect(1000);
    for (let address = 0; address < 300; address += 1) {
      expect(await bus.read(input(address, 1), 1000)).toEqual({ ok: true, value: [address] });
    }
  });

  it('with too few registers, or pieces of one, is malformed or just slow', async () => {
    let asked = 0;
    const { port } = await serveRaw((request, socket) => {
      asked += 1;
      if (asked === 1) socket.write(frame(request, [1]));
      else {
        const whole = frame(request, [4, 5]);
        socket.write(whole.subarray(0, 4));
        setTimeout(() => socket.write(whole.subarray(4)), 20);
      }
    });
    const bus = busTo(port);
    await bus.connect(1000);
    expect(await bus.read(input(0, 2), 1000)).toMatchObject({ ok: false, why: 'malformed' });
    await bus.connect(1000);
    expect(await bus.read(input(0, 2), 1000)).toEqual({ ok: true, value: [4, 5] });
  });
});

it('an answer whose byte count does not fit its length is malformed', async () => {
  const { port } = await serveRaw((request, socket) => {
    const bytes = frame(request, [4, 5]);
    bytes.writeUInt8(2, 8);
    socket.write(bytes);
  });
  const bus = busTo(port);
  await bus.connect(1000);
  expect(await bus.read(input(0, 2), 1000)).toEqual({
    ok: false,
    why: 'malformed',
    detail: 'unit 1 answered 1 registers, expected 2',
  });
});

describe('closing a bus', () => {
  it('ends the request under way and leaves no socket behind', async () => {
    const { port, sockets } = await serveRaw(() => {});
    const bus = busTo(port);
    await bus.connect(1000);
    const read = bus.read(input(0, 1), 20_000);
    bus.close();
    expect(await read).toMatchObject({ ok: false, why: 'cancelled' });
    const [socket] = sockets;
    if (socket && !socket.closed) await new Promise(resolve => socket.once('close', resolve));
    bus.close();
  });

  it('ends a connect under way', async () => {
    const { port } = await serveRaw(() => {});
    const bus = busTo(port);
    const connecting = bus.connect(20_000);
    bus.close();
    expect(await connecting).toMatchObject({ ok: false, why: 'cancelled' });
  });
});

it('a serial line that is not there is offline, in words', async () => {
  const bus = openBus({ kind: 'rtu', path: '/dev/no-such-line', baudRate: 9600, parity: 'none', stopBits: 1 });
  expect(await bus.connect(2000)).toMatchObject({ ok: false, detail: expect.stringContaining('/dev/no-such-line') });
  bus.close();
});

it('a meter on real sockets is sampled, lost with its server, and back when the server is', async () => {
  const dump = meterCase('eastron-sdm630-import.json');
  const register: Register = address => wordsAt(dump, 'input', address, 1)[0] ?? 0;
  const first = await serve(register);
  const seen = { readings: [] as MeterReading[], failures: [] as string[] };
  const handle = openMeters(
    {
      clock: {
        nowMs: () => performance.now(),
        wallMs: () => Date.now(),
        quality: () => 'unknown',
        after: (_, ms, run) => {
          const timer = setTimeout(run, ms);
          return { cancel: () => clearTimeout(timer) };
        },
      },
      log: silentLog,
      randomness: { uuid: () => '', int: () => 0 },
      openBus,
      profiles: new Map([['eastron-sdm630', sdm630()]]),
      sampled: (_, reading) => seen.readings.push(reading),
      failed: (_, detail) => seen.failures.push(detail),
    },
    {
      meters: [
        {
          index: 0,
          id: 'grid',
          profile: 'eastron-sdm630',
          bus: { kind: 'tcp', host: '127.0.0.1', port: first.port },
          unit: 1,
          intervalMs: 50,
          timeoutMs: 500,
        },
      ],
    },
  );
  closers.push(() => handle.close());
  await until(() => seen.readings.length >= 3);
  expect(seen.readings[0]?.currentMa).toEqual([32_125, 4281, 750]);
  await first.stop();
  await until(() => seen.failures.length >= 2);
  const before = seen.readings.length;
  await serve(register, first.port);
  await until(() => seen.readings.length > before + 2);
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 10));
}
