/**
 * `npm run relay-table` writes the table of commands from above into ARCHITECTURE.md; with `--check` it writes nothing
 * and fails when the page does not show the table of `relay.ts`.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ACTION_OF } from '#ocpp/v16/commands.ts';
import { readTextFile, writeTextFile } from '#real/files.ts';
import { relayTable } from './relay-table.ts';

const target = fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url));
const BEGIN = '<!-- relay table: npm run relay-table -->';
const END = '<!-- end of the relay table -->';

function run(isCheck: boolean): number {
  const page = readTextFile(target);
  if (!page.ok) return complain(page.detail);
  const [head, rest = ''] = page.value.split(BEGIN);
  const tail = rest.split(END)[1];
  if (tail === undefined) return complain('ARCHITECTURE.md has no place for the relay table');
  const wanted = `${head}${BEGIN}\n\n${relayTable(kind => ACTION_OF[kind])}\n\n${END}${tail}`;
  if (wanted === page.value) return 0;
  if (isCheck) return complain('ARCHITECTURE.md does not show src/upstream/relay.ts: run "npm run relay-table"');
  const written = writeTextFile(target, wanted);
  return written.ok ? 0 : complain(written.detail);
}

function complain(words: string): number {
  process.stderr.write(`${words}\n`);
  return 1;
}

process.exitCode = run(process.argv.includes('--check'));
