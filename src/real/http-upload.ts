/** One file to somebody's HTTP server: PUT, and POST where it knows no PUT. */
import { type Failure, failed, type Outcome, ok } from '#base/outcome.ts';
import type { UploadOptions } from '#world.ts';

/** A server that has no PUT says so with one of these (RFC 9110, 15.5.6 and 15.6.2); some say that it is not there. */
const NO_PUT = [404, 405, 501];

export async function upload(options: UploadOptions): Promise<Outcome<void>> {
  const put = await send('PUT', options);
  return typeof put === 'number' && NO_PUT.includes(put) ? outcomeOf(await send('POST', options)) : outcomeOf(put);
}

/** The status of the answer, or why there was none. A redirection is followed nowhere: the place was named. */
async function send(method: 'PUT' | 'POST', options: UploadOptions): Promise<number | Outcome<never>> {
  const { url, body, contentType, authorization, timeoutMs } = options;
  const headers = { 'Content-Type': contentType, ...(authorization === null ? {} : { Authorization: authorization }) };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, {
      method,
      body: new Blob([new Uint8Array(body)]),
      headers,
      signal,
      redirect: 'manual',
    });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    return failed('offline', wordsOf(error));
  }
}

function outcomeOf(answer: number | Outcome<never>): Outcome<void> {
  if (typeof answer !== 'number') return answer;
  if (answer >= 200 && answer < 300) return ok(undefined);
  return failed(whyOf(answer), `the server answered ${answer}`);
}

function whyOf(status: number): Failure {
  if (status === 401 || status === 403) return 'rejected';
  return NO_PUT.includes(status) ? 'not-supported' : 'exception';
}

/** What went wrong stands one level down. */
function wordsOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
