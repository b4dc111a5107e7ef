/** A simulated meter on a real Modbus TCP port, served by the `modbus-serial` package. */
import modbus from 'modbus-serial';
import type { MeterDevice } from './meter-device.ts';

export type MeterServer = { readonly port: number; close(): Promise<void> };

/** A request that gets no answer is forgotten after this; its asker has long given up. */
const SILENCE_MS = 5_000;
/** Modbus application protocol V1.1b3, section 7. */
const DEVICE_FAILURE = 4;

/** Serves the device on loopback, or answers null when the port is taken. */
export function serveMeter(device: MeterDevice, port: number): Promise<MeterServer | null> {
  const vector = {
    getMultipleInputRegisters: (address: number, count: number) => answer(device, address, count),
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

async function answer(device: MeterDevice, address: number, count: number): Promise<number[]> {
  const words = await device.answer({ unit: device.unit, table: 'input', address, count }, SILENCE_MS);
  if (words.ok) return [...words.value];
  // Nothing is said at all, as a meter without power.
  if (words.why === 'timeout') return new Promise(() => {});
  throw Object.assign(new Error(words.detail), { modbusErrorCode: codeIn(words.detail) });
}

const codeIn = (detail: string): number => Number(/exception (\d+)/.exec(detail)?.[1] ?? DEVICE_FAILURE);
