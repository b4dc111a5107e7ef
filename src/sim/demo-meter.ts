/** A simulated meter on a real Modbus TCP port, served by the `modbus-serial` package. */
import modbus from 'modbus-serial';
import type { MeterDevice } from './meter-device.ts';

export type MeterServer = { readonly port: number; close(): Promise<void> };

/** A request that gets no answer is forgotten after this; its asker has long given up. */
const SILENCE_MS = 5_000;
/** Modbus application protocol V1.1b3, section 7: device failure. */
const DEVICE_FAILURE = 4;

/** Serves the device on loopback, or answers null when the port is taken. */
export function serveMeter(device: MeterDevice, port: number): Promise<MeterServer | null> {
  // The library tells its forms apart by the number of parameters: with a callback they are four and three.
  const vector = {
    getMultipleInputRegisters: (address: number, count: number, _unit: number, done: Done<number[]>) =>
      void answer(device, address, count, done),
    getInputRegister: (address: number, _unit: number, done: Done<number>) =>
      void answer(device, address, 1, (error, words) => done(error, words[0] ?? 0)),
  };
  return new Promise(resolve => {
    const server = new modbus.ServerTCP(vector, { host: '127.0.0.1', port, unitID: device.unit });
    // A socket that breaks is the asker's affair, which connects again.
    server.on('socketError', () => {});
    server.on('error', () => {});
    server.on('serverError', () => resolve(null));
    server.on('initialized', () => resolve({ port, close: () => new Promise(done => server.close(() => done())) }));
  });
}

type Done<T> = (error: Error | null, value: T) => void;

async function answer(device: MeterDevice, address: number, count: number, done: Done<number[]>): Promise<void> {
  const words = await device.answer({ unit: device.unit, table: 'input', address, count }, SILENCE_MS);
  if (words.ok) done(null, [...words.value]);
  // A meter that is silent says nothing at all, not even that.
  else if (words.why !== 'timeout') done(refusal(words.detail), []);
}

function refusal(detail: string): Error {
  const modbusErrorCode = Number(/exception (\d+)/.exec(detail)?.[1] ?? DEVICE_FAILURE);
  return Object.assign(new Error(detail), { modbusErrorCode });
}
