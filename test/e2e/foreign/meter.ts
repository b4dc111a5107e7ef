/**
 * A meter for end-to-end tests: the Modbus TCP server of `modbus-serial` with the input registers of an Eastron
 * SDM630 (float32, high word first: V 0x0000, A 0x0006, W 0x000C, total W 0x0034, Hz 0x0046), read from the truth.
 */
import { createServer } from 'node:net';
import { ServerTCP } from 'modbus-serial';
import type { Amps } from './truth.ts';

export type ForeignMeter = {
  readonly port: number;
  /** While true, requests are taken and never answered. */
  silent: boolean;
  /** Requests answered so far. */
  answered: number;
  close(): Promise<void>;
};

const NOMINAL_V = 230;
/** Everything of the device's map up to its last total. */
const REGISTERS = 0x0180;
/** Modbus application protocol 1.1b3, clause 7: illegal data address. */
const ILLEGAL_ADDRESS = Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 });

/** @param totalA what flows through the meter now, A on each phase */
export async function openMeter(totalA: () => Amps): Promise<ForeignMeter> {
  const port = await freePort();
  const answer = (address: number, count: number, done: (error: Error | null, words: number[]) => void) => {
    if (meter.silent) return;
    if (address + count > REGISTERS) return done(ILLEGAL_ADDRESS, []);
    meter.answered++;
    const map = registers(totalA());
    done(
      null,
      Array.from({ length: count }, (_, i) => map.getUint16((address + i) * 2)),
    );
  };
  const server = new ServerTCP(
    {
      getMultipleInputRegisters: (address, count, _unit, done) => answer(address, count, done),
      getInputRegister: (address, _unit, done) => answer(address, 1, (error, words) => done(error, words[0] ?? 0)),
    },
    { host: '127.0.0.1', port, unitID: 255 },
  );
  await new Promise<void>((resolve, reject) => {
    server.on('initialized', () => resolve());
    server.on('serverError', error => reject(error));
  });
  const meter: ForeignMeter = {
    port,
    silent: false,
    answered: 0,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
  return meter;
}

function registers(amps: Amps): DataView {
  const map = new DataView(new ArrayBuffer(REGISTERS * 2));
  const put = (address: number, value: number) => map.setFloat32(address * 2, value);
  amps.forEach((ampere, i) => {
    put(0x0000 + 2 * i, NOMINAL_V);
    put(0x0006 + 2 * i, ampere);
    put(0x000c + 2 * i, ampere * NOMINAL_V);
  });
  put(0x0034, (amps[0] + amps[1] + amps[2]) * NOMINAL_V);
  put(0x0046, 50);
  return map;
}

/** ServerTCP takes 0 for its default port, so a free one is found first. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}
