/**
 * Makes a fresh clone ready: packages, runtime, page. Runs on Node 20 with nothing installed, before
 * anything else; when nothing is to do it is gone in a tenth of a second. Words go to stderr.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
/** npm's own note of what it installed, written last: an installation that was cut short has none. */
const INSTALLED = join(MODULES, '.package-lock.json');
const RUNTIME = join(MODULES, '.bin', 'node');
const PAGE = join(ROOT, 'src/web/ui');
const BUILT = join(PAGE, 'dist/index.html');
/** Runs TypeScript directly and has node:sqlite without a flag. */
const NODE_NEEDED = 24;

const say = words => process.stderr.write(`busbar: ${words}\n`);

class CannotPrepare extends Error {}

/** Runs npm with its progress on the terminal. */
function npm(args, failure) {
  const cli = process.env.npm_execpath;
  const byNode = cli?.endsWith('.js') || cli?.endsWith('.cjs');
  const [command, first] = byNode ? [process.execPath, [cli]] : ['npm', []];
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2], shell: !byNode && process.platform === 'win32' };
  const { status, error } = spawnSync(command, [...first, ...args], options);
  if (status !== 0) throw new CannotPrepare(`${failure}${error ? ` (${error.message})` : ''}`);
}

const packagesIn = file => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Every package of the lock file is there in its version, but for those of other platforms; nothing else is. */
function packagesAreThere() {
  if (!existsSync(INSTALLED)) return false;
  const wanted = packagesIn(LOCK);
  const found = packagesIn(INSTALLED);
  const same = name =>
    found[name]?.version === wanted[name].version && found[name].integrity === wanted[name].integrity;
  const missing = Object.keys(wanted).some(
    name => name !== '' && !(name in found ? same(name) : wanted[name].optional),
  );
  return !missing && Object.keys(found).every(name => name in wanted);
}

function installPackages() {
  if (packagesAreThere()) return;
  const count = Object.keys(packagesIn(LOCK)).length;
  say(`installing up to ${count} packages from the lock file; about a minute the first time.`);
  if (majorOf(process.version) < NODE_NEEDED) {
    say(`Node.js ${process.version} installs; Busbar then runs on the Node.js ${NODE_NEEDED} among the packages.`);
  }
  const started = Date.now();
  // At `error` npm does not warn about engines: what those packages run on is the packaged runtime.
  npm(
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'npm could not install the packages. Is there a way to the registry? Its words are above.',
  );
  say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

const majorOf = version => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);

/** Does it run here? It needs glibc, so not everywhere that its name fits. */
function runs(node) {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return majorOf(stdout?.trim() ?? '') >= NODE_NEEDED;
}

/** Puts the packaged Node.js on npm's path where it runs; elsewhere the one at hand must be new enough. */
function provideRuntime() {
  const place = `${process.platform}-${process.arch}`;
  const packaged = join('..', `node-${place}`, 'bin', 'node');
  if (runs(RUNTIME)) return;
  rmSync(RUNTIME, { force: true });
  if (runs(join(dirname(RUNTIME), packaged))) {
    // npm 10 drops the link when it passes over the same command of another platform (npm/cli#4362).
    symlinkSync(packaged, RUNTIME);
    return;
  }
  if (majorOf(process.version) >= NODE_NEEDED) return;
  throw new CannotPrepare(
    `no packaged Node.js runs on this ${place} machine, and ${process.version} is too old. Install Node.js ` +
      `${NODE_NEEDED} or newer (nodejs.org, or a version manager) and start again. If only its download failed, ` +
      'delete the folder node_modules and start again.',
  );
}

/** Newest change below a folder, in milliseconds; what was built does not count. */
function newestIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.name !== 'dist' && entry.name !== 'node_modules')
    .map(entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs;
    })
    .reduce((newest, ms) => Math.max(newest, ms), 0);
}

/** The page shares sentences and types with its room, so the whole room is its source. */
function buildPage() {
  if (!existsSync(PAGE)) throw new CannotPrepare('src/web/ui is missing: this is not a whole checkout.');
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs >= newestIn(dirname(PAGE))) return;
  say('building the dashboard.');
  npm(['run', '--silent', 'ui', '--', '--logLevel=warn'], 'the dashboard could not be built. Its words are above.');
}

try {
  installPackages();
  provideRuntime();
  buildPage();
} catch (error) {
  if (!(error instanceof CannotPrepare)) throw error;
  say(error.message);
  process.exitCode = 1;
}
