/** Reading the gateway from outside: its HTTP answers, its live stream, and waiting for something to become true. */
import type { ConnectorView, SiteView } from '#web/site-view.ts';
import { pause } from './pause.ts';
import { TOKEN } from './site.ts';

export async function readSite(webUrl: string): Promise<SiteView> {
  return (await (await fetch(`${webUrl}/api/v1/site`)).json()) as SiteView;
}

export function connectorOf(site: SiteView, charger: string, connectorId = 1): ConnectorView {
  const found = site.connectors.find(each => each.charger === charger && each.connectorId === connectorId);
  if (found === undefined) throw new Error(`no connector ${charger}/${connectorId} in the answer`);
  return found;
}

/** Grants by `charger/connector`, A. */
export const grantsOf = (site: SiteView): Record<string, number | null> =>
  Object.fromEntries(site.connectors.map(each => [`${each.charger}/${each.connectorId}`, each.grantA]));

export function putLimits(webUrl: string, source: string, body: unknown, token: string = TOKEN): Promise<Response> {
  return fetch(`${webUrl}/api/v1/limits/${source}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

export function deleteLimits(webUrl: string, source: string): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return fetch(`${webUrl}/api/v1/limits/${source}`, { method: 'DELETE', headers });
}

/** Asks until the answer is not null, or fails in words when `ms` have passed. */
export async function until<T>(what: string, ms: number, ask: () => Promise<T | null> | T | null): Promise<T> {
  const endMs = performance.now() + ms;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(100);
  }
}

export type StreamEvent = { readonly event: string; readonly data: Record<string, unknown> };

/** The live stream as a reader of server-sent events sees it; `stop` ends it. */
export async function openStream(webUrl: string): Promise<{ readonly events: StreamEvent[]; stop(): void }> {
  const abort = new AbortController();
  const response = await fetch(`${webUrl}/api/v1/stream`, { signal: abort.signal });
  const events: StreamEvent[] = [];
  const { body } = response;
  if (!response.ok || body === null) throw new Error(`the stream answers ${response.status}`);
  void (async () => {
    let text = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) events.push(readEvent(part));
      }
    } catch {
      // Stopped by `stop`, or cut by the gateway: the events that came stay.
    }
  })();
  return { events, stop: () => abort.abort() };
}

function readEvent(text: string): StreamEvent {
  const field = (name: string) =>
    text
      .split('\n')
      .find(line => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { event: field('event') ?? 'message', data: JSON.parse(field('data') ?? '{}') as Record<string, unknown> };
}

/** Samples of the Prometheus text, by name with labels as printed. */
export async function readMetrics(webUrl: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${webUrl}/metrics`)).text();
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}
