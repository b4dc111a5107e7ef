/** What the configuration says of the site's meters: the raw section `meters`, and what becomes of it. */
import { assert } from '#base/assert.ts';
import type { Problem } from '#base/problem.ts';
import type { BusOptions } from '#world.ts';

export type MeterOptions = {
  readonly index: number;
  readonly id: string;
  /** Id of a profile in profiles/meters. */
  readonly profile: string;
  readonly bus: BusOptions;
  /** Modbus unit (slave) address. */
  readonly unit: number;
  readonly intervalMs: number;
  /** For connecting and for each request. */
  readonly timeoutMs: number;
};

export type MetersOptions = { readonly meters: readonly MeterOptions[] };

/** One entry of the section, once the schema has let it pass. */
export type RawMeter = {
  readonly id: string;
  readonly profile: string;
  readonly bus: RawBus;
  readonly unit?: number;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
};

export type RawBus =
  | { readonly tcp: string }
  | {
      readonly serial: string;
      readonly baudRate?: number;
      readonly parity?: 'none' | 'even' | 'odd';
      readonly stopBits?: 1 | 2;
    };

const DEFAULT_INTERVAL_MS = 1000;
/** Two lost answers still fit into the 3 s after which a meter counts as stale (rule 16). */
const DEFAULT_TIMEOUT_MS = 800;
/** What Modbus over serial line asks every device to know (V1.02, 2.5.1: 9600 or 19200); most meters leave the works with 9600. */
const DEFAULT_BAUD_RATE = 9600;
const MODBUS_PORT = 502;
/** Modbus over serial line V1.02, 2.2: 0 is broadcast, 248 to 255 are reserved. */
const MAX_SERIAL_UNIT = 247;

/** host or [IPv6], then a port of 1 to 65535 or none. */
const TCP_ADDRESS =
  /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s/]+))(?::([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$/;

/** The options of one meter, defaults filled in. `raw` has passed `metersSchema`. */
export function meterOptions(raw: RawMeter, index: number): MeterOptions {
  return {
    index,
    id: raw.id,
    profile: raw.profile,
    bus: busOptions(raw.bus),
    unit: raw.unit ?? 1,
    intervalMs: raw.intervalMs ?? DEFAULT_INTERVAL_MS,
    timeoutMs: raw.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  };
}

/** A bus as the world opens it. `raw` has passed `metersSchema`. */
export function busOptions(raw: RawBus): BusOptions {
  if ('tcp' in raw) {
    const address = tcpAddress(raw.tcp);
    assert(address !== null, 'the schema lets only addresses pass');
    return { kind: 'tcp', ...address };
  }
  return {
    kind: 'rtu',
    path: raw.serial,
    baudRate: raw.baudRate ?? DEFAULT_BAUD_RATE,
    parity: raw.parity ?? 'none',
    stopBits: raw.stopBits ?? 1,
  };
}

/** `host:port`, `[ipv6]:port` or a host alone (port 502); null for anything else. */
export function tcpAddress(text: string): { readonly host: string; readonly port: number } | null {
  const match = TCP_ADDRESS.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) return null;
  return { host, port: match?.[3] === undefined ? MODBUS_PORT : Number(match[3]) };
}

/** What the schema cannot say: rules between meters. Paths start at `meters`. */
export function meterProblems(meters: readonly MeterOptions[]): readonly Problem[] {
  return meters.flatMap((meter, index) => {
    const before = meters.slice(0, index);
    const problems: Problem[] = [];
    if (before.some(other => other.id === meter.id)) {
      problems.push({ path: `meters.${index}.id`, message: `${meter.id} is taken by another meter` });
    }
    if (meter.bus.kind === 'rtu' && (meter.unit < 1 || meter.unit > MAX_SERIAL_UNIT)) {
      problems.push({ path: `meters.${index}.unit`, message: `expected 1 to ${MAX_SERIAL_UNIT} on a serial line` });
    }
    if (before.some(other => setsOtherwise(other.bus, meter.bus))) {
      const hint = 'all devices on one line talk at one speed';
      problems.push({ path: `meters.${index}.bus`, message: 'sets the line otherwise than another meter on it', hint });
    }
    return problems;
  });
}

function setsOtherwise(a: BusOptions, b: BusOptions): boolean {
  if (a.kind !== 'rtu' || b.kind !== 'rtu' || a.path !== b.path) return false;
  return a.baudRate !== b.baudRate || a.parity !== b.parity || a.stopBits !== b.stopBits;
}

const busSchema = {
  description: 'Where the meter is wired: Modbus TCP, or a serial line with Modbus RTU.',
  oneOf: [
    {
      type: 'object',
      required: ['tcp'],
      additionalProperties: false,
      properties: {
        tcp: {
          type: 'string',
          pattern: TCP_ADDRESS.source,
          description: 'host:port; port 502 when left out',
        },
      },
    },
    {
      type: 'object',
      required: ['serial'],
      additionalProperties: false,
      properties: {
        serial: { type: 'string', minLength: 1, description: 'Device file of the serial line: /dev/ttyUSB0' },
        baudRate: { enum: [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200], default: DEFAULT_BAUD_RATE },
        parity: { enum: ['none', 'even', 'odd'], default: 'none' },
        stopBits: { enum: [1, 2], default: 1 },
      },
    },
  ],
};

/** The raw section `meters`. */
export const metersSchema = {
  type: 'array',
  description: 'The meters of the site. A circuit names one as its guard meter.',
  items: {
    type: 'object',
    required: ['id', 'profile', 'bus'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$' },
      profile: { type: 'string', minLength: 1, description: 'A file of profiles/meters, without .json' },
      bus: busSchema,
      unit: { type: 'integer', minimum: 0, maximum: 255, default: 1, description: 'Modbus unit address' },
      intervalMs: { type: 'integer', minimum: 200, maximum: 60_000, default: DEFAULT_INTERVAL_MS },
      timeoutMs: {
        type: 'integer',
        minimum: 50,
        maximum: 10_000,
        default: DEFAULT_TIMEOUT_MS,
        description: 'How long to wait for a connection and for each answer',
      },
    },
  },
} as const;
