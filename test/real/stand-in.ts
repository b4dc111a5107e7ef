/** A `systemd-notify` of our own, which writes what it gets to the file that NOTIFY_SOCKET names. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export type StandIn = {
  /** To be handed to whoever is to find it. */
  readonly environment: { readonly NOTIFY_SOCKET: string; readonly PATH: string };
  /** One list of lines for each time it was run. */
  told(): readonly (readonly string[])[];
  end(): void;
};

/** @param before shell words that it does first, before it writes */
export function openStandIn(before = ''): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-test-notify-'));
  const socket = join(folder, 'told');
  const program = join(folder, 'systemd-notify');
  // One write for each run, so that runs do not mix.
  writeFileSync(program, `#!/bin/sh\n${before}\nprintf '%s\\n' "$@" "" >> "$NOTIFY_SOCKET"\n`);
  chmodSync(program, 0o755);
  return {
    environment: { NOTIFY_SOCKET: socket, PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` },
    told: () =>
      (existsSync(socket) ? readFileSync(socket, 'utf8') : '')
        .split('\n\n')
        .filter(text => text !== '')
        .map(text => text.split('\n')),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
