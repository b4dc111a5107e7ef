export type Fields = Readonly<Record<string, unknown>>;

/** One line for each fact. Where the lines go is the world's affair. */
export type Log = {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  child(fields: Fields): Log;
};

/** A log that keeps nothing. */
export const silentLog: Log = {
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
