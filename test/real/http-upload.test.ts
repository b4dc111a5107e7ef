/** A file on its way to an HTTP server of this machine. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { upload } from '#real/http-upload.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Came = { readonly method: string; readonly body: string; readonly type: string; readonly who: string };

/** A server that answers each method with a status. */
async function server(statuses: Readonly<Record<string, number>>) {
  const came: Came[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      came.push({ method, body, type: headers['content-type'] ?? '', who: headers.authorization ?? '' });
      response.writeHead(statuses[method] ?? 405, { location: '/elsewhere' }).end();
    });
  };
  const http = createServer(listener);
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise(resolve => http.close(resolve)));
  return { came, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/put/a.tar` };
}

const order = (url: string) => ({
  url,
  body: new TextEncoder().encode('archive'),
  contentType: 'application/x-tar',
  authorization: 'Basic eDp5',
  timeoutMs: 5_000,
});

it('is put there, with its type and the words that let it in', async () => {
  const { came, url } = await server({ PUT: 201 });
  expect(await upload(order(url))).toMatchObject({ ok: true });
  expect(came).toEqual([{ method: 'PUT', body: 'archive', type: 'application/x-tar', who: 'Basic eDp5' }]);
});

it('is posted where the server knows no PUT', async () => {
  const { came, url } = await server({ POST: 200 });
  expect(await upload(order(url))).toMatchObject({ ok: true });
  expect(came.map(({ method }) => method)).toEqual(['PUT', 'POST']);
});

it.each([
  [{ PUT: 403 }, 'rejected'],
  [{ PUT: 405, POST: 501 }, 'not-supported'],
  [{ PUT: 500 }, 'exception'],
  [{ PUT: 302 }, 'exception'],
])('an answer of %o is %s', async (statuses, why) => {
  const { url } = await server(statuses);
  expect(await upload(order(url))).toMatchObject({ ok: false, why });
});

it('nobody there is offline', async () => {
  const { url } = await server({});
  await ends.pop()?.();
  expect(await upload(order(url))).toMatchObject({ ok: false, why: 'offline' });
});
