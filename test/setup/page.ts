/** Builds the page before any test file runs, so that no two of them build it at once. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Vitest's hook. A page that cannot be built fails the tests that open it, not those that do not. */
export async function setup(): Promise<void> {
  try {
    await buildPageIfStale();
  } catch (error) {
    process.stderr.write(`the page was not built: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** Builds the page where nobody has yet, or where its source has changed since. */
export async function buildPageIfStale(): Promise<void> {
  const web = resolve(import.meta.dirname, '../../src/web');
  const built = join(web, 'ui/dist/index.html');
  if (existsSync(built) && statSync(built).mtimeMs > newestSourceMs(web)) return;
  const { build } = await import('vite');
  await build({ configFile: join(web, 'ui/vite.config.ts'), logLevel: 'error' });
}

function newestSourceMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const sources = files.filter(file => file.isFile() && !file.parentPath.includes('dist'));
  return Math.max(...sources.map(file => statSync(join(file.parentPath, file.name)).mtimeMs));
}
