/**
 * `npm run schema` writes config/site.schema.json for editors; with `--check` it writes nothing and fails
 * when the file in the tree is not what the rooms' parts come to.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readTextFile, writeTextFile } from '#real/files.ts';
import { siteFileSchema } from './schema.ts';

const target = fileURLToPath(new URL('../../config/site.schema.json', import.meta.url));
const wanted = `${JSON.stringify(siteFileSchema, null, 2)}\n`;

function check(): number {
  const found = readTextFile(target);
  if (found.ok && found.value === wanted) return 0;
  const why = found.ok ? 'is not what src/*/options.ts and src/config say' : 'is not there';
  process.stderr.write(`config/site.schema.json ${why}: run "npm run schema" and commit the result\n`);
  return 1;
}

function write(): number {
  const written = writeTextFile(target, wanted);
  if (!written.ok) process.stderr.write(`${written.detail}\n`);
  return written.ok ? 0 : 1;
}

process.exitCode = process.argv.includes('--check') ? check() : write();
