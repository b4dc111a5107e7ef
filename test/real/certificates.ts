/** Certificates made while a test runs, by the `openssl` of this machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** False where this machine has none: tests that need it say so and are skipped. */
export const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

export type Certified = { readonly key: string; readonly cert: string };

/** An authority of its own, in a folder that `end` removes. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'busbar-test-ca-'));
  readonly cert: string;

  constructor() {
    const root = ['-x509', '-days', '10', '-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.pem'];
    this.openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...root);
    writeFileSync(join(this.folder, 'index.txt'), '');
    writeFileSync(join(this.folder, 'ca.cnf'), CONFIGURATION);
    this.cert = this.read('ca.pem');
  }

  /**
   * @param names as openssl has them: `DNS:localhost,IP:127.0.0.1`; null = none but the common name
   * @param dates first and last, YYMMDDHHMMSSZ
   */
  issue(names: string | null, dates: readonly [string, string], commonName = 'office'): Certified {
    const ask = ['-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    this.openssl('req', ...ask, '-subj', `/CN=${commonName}`, '-keyout', 'office.key', '-out', 'office.csr');
    const paths = ['-config', 'ca.cnf', '-in', 'office.csr', '-out', 'office.pem'];
    writeFileSync(join(this.folder, 'names.cnf'), `subjectAltName=${names}\n`);
    if (names !== null) paths.push('-extfile', 'names.cnf');
    this.openssl('ca', '-batch', '-notext', ...paths, '-startdate', dates[0], '-enddate', dates[1]);
    return { key: this.read('office.key'), cert: this.read('office.pem') };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }

  private read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }
}

/** Of `openssl ca`, which unlike `openssl x509` takes a first day that is not today. */
const CONFIGURATION = `[ca]
default_ca = ours
[ours]
dir = .
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
`;
