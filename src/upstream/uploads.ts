/**
 * GetDiagnostics and GetLog: one archive, made here and put to the place that the back office names. Only HTTP and
 * HTTPS; any other place is answered by a failed upload (OCPP 1.6 clause 6.13 has no status for a no).
 */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { CommandReply, LogOrder } from '#site/command.ts';
import type { Report } from '#site/report.ts';
import type { UploadOptions } from '#world.ts';
import { type ArchiveFile, tarOf } from './tar.ts';

/** An archive of some megabytes over the line of a garage. */
const TIMEOUT_MS = 120_000;
/** Where the back office does not say: one try more, a minute later. */
const RETRIES = 1;
const RETRY_S = 60;
/** More than this is a mistake; nobody waits for it. */
const RETRIES_MAX = 10;
const RETRY_MAX_S = 3_600;

export type UploadsDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** The station’s name, for the file’s. */
  readonly identity: string;
  /** What the archive holds, between two wall times; null = from the first, to the last. */
  contents(fromWallMs: number | null, toWallMs: number | null): readonly ArchiveFile[];
  upload(options: UploadOptions): Promise<Outcome<void>>;
  tell(report: Report): void;
};

/** The words of the security extension; the older message knows fewer of them, and the dialect folds these. */
type UploadStatus = 'Idle' | 'Uploading' | 'Uploaded' | 'UploadFailure' | 'PermissionDenied' | 'NotSupportedOperation';

/** One order; a later one takes its place. */
type Job = {
  readonly requestId: number | null;
  readonly target: Pick<UploadOptions, 'url' | 'authorization'>;
  readonly body: Uint8Array;
  readonly retryMs: number;
};

export class Uploads {
  readonly #deps: UploadsDeps;
  #job: Job | null = null;
  #isClosed = false;

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  /** Makes the archive now and sends it afterwards. @param requestId null: the older message tells how it goes */
  begin(order: LogOrder, requestId: number | null): CommandReply {
    const { clock, identity, contents } = this.#deps;
    const isCancelling = this.#job !== null;
    const fileName = nameOf(identity, clock.wallMs());
    const target = targetOf(order.location, fileName);
    this.#job = null;
    if (target === null) {
      clock.after('no such upload', 0, () => this.#tell('NotSupportedOperation', requestId));
      return { kind: 'log', status: requestId === null ? null : 'Accepted', fileName: null };
    }
    const body = tarOf(contents(order.fromWallMs, order.toWallMs), Math.floor(clock.wallMs() / 1000));
    const retryMs = 1000 * Math.min(RETRY_MAX_S, Math.max(1, order.retryIntervalS ?? RETRY_S));
    const job = { requestId, target, body, retryMs };
    this.#job = job;
    const tries = 1 + Math.min(RETRIES_MAX, Math.max(0, order.retries ?? RETRIES));
    clock.after('upload an archive', 0, () => {
      if (this.#job !== job) return;
      this.#tell('Uploading', requestId);
      void this.#try(job, tries);
    });
    return {
      kind: 'log',
      status: requestId === null ? null : isCancelling ? 'AcceptedCanceled' : 'Accepted',
      fileName,
    };
  }

  /** Asked for: how it stands. @param isExtended in the words of the security extension */
  again(isExtended: boolean): void {
    const job = this.#job;
    if (isExtended) this.#say(job === null ? 'Idle' : 'Uploading', job?.requestId ?? null, true);
    else this.#say(job === null ? 'Idle' : 'Uploading', null, false);
  }

  close(): void {
    this.#isClosed = true;
    this.#job = null;
  }

  async #try(job: Job, tries: number): Promise<void> {
    const { clock, log, upload } = this.#deps;
    const { target, body } = job;
    const outcome = await upload({ ...target, body, contentType: 'application/x-tar', timeoutMs: TIMEOUT_MS });
    if (this.#job !== job || this.#isClosed) return;
    if (outcome.ok) this.#end(job, 'Uploaded');
    else if (tries > 1)
      clock.after('upload again', job.retryMs, () => this.#job === job && void this.#try(job, tries - 1));
    else {
      log.warn('diagnostics could not be uploaded', { detail: outcome.detail });
      this.#end(job, failureOf(outcome.why));
    }
  }

  #end(job: Job, status: UploadStatus): void {
    this.#job = null;
    this.#tell(status, job.requestId);
  }

  #tell = (status: UploadStatus, requestId: number | null): void => this.#say(status, requestId, requestId !== null);

  #say(status: UploadStatus, requestId: number | null, isExtended: boolean): void {
    if (this.#isClosed) return;
    this.#deps.tell(isExtended ? { kind: 'log-upload-status', status, requestId } : { kind: 'log-status', status });
  }
}

function failureOf(why: Extract<Outcome<void>, { ok: false }>['why']): UploadStatus {
  if (why === 'rejected') return 'PermissionDenied';
  return why === 'not-supported' ? 'NotSupportedOperation' : 'UploadFailure';
}

/** A time in it, so that none takes the place of another. */
const nameOf = (identity: string, wallMs: number): string =>
  `busbar-${identity.replace(/[^\w-]/g, '_')}-${new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '')}.tar`;

/** A place that ends with a slash is a folder; any other is the file itself, as a signed address is. */
function targetOf(location: string, fileName: string): Job['target'] | null {
  const url = URL.parse(location);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.pathname.endsWith('/')) url.pathname += fileName;
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const user = Buffer.from(`${unescaped(username)}:${unescaped(password)}`);
  return { url: url.href, authorization: username === '' ? null : `Basic ${user.toString('base64')}` };
}

/** A percent sign that begins no escape stands for itself: a person wrote the address. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
