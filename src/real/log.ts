/** The log of this machine: JSON lines on stderr, so that stdout stays for people. */
import { type DestinationStream, destination, pino, stdSerializers } from 'pino';
import type { Fields, Log } from '#base/log.ts';

/** Lines that wait for a blocked stderr; beyond it lines are dropped, because the loop never waits for a reader. */
const BUFFER_BYTES = 1_048_576;

/** Never written, wherever they stand in the fields down to the second level. */
const SECRET_NAMES = ['password', 'token', 'authorization', 'Authorization'];
const SECRET_PATHS = SECRET_NAMES.flatMap(name => [name, `*.${name}`, `*.*.${name}`]);

/** Any level at all from this one up is written. */
export type LogLevel = 'info' | 'warn' | 'error' | 'silent';

/**
 * Opens the log.
 * @param level lines below it are left out.
 * @param sink where lines go; stderr unless a test says otherwise.
 */
export function openLog(level: LogLevel = 'info', sink: DestinationStream = stderr()): Log {
  const options = {
    level,
    base: null,
    redact: { paths: SECRET_PATHS, censor: '***' },
    serializers: { error: stdSerializers.err },
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, sink));
}

export function stderr(): DestinationStream {
  return destination({ dest: 2, sync: false, minLength: 0, maxLength: BUFFER_BYTES });
}

/** What is used of a pino logger. */
type Lines = {
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  child(fields: Fields): Lines;
};

const NO_FIELDS: Fields = {};

function wrap(lines: Lines): Log {
  return {
    info: (message, fields = NO_FIELDS) => lines.info(fields, message),
    warn: (message, fields = NO_FIELDS) => lines.warn(fields, message),
    error: (message, fields = NO_FIELDS) => lines.error(fields, message),
    child: fields => wrap(lines.child(fields)),
  };
}
