/** The line from a demo's gateway to the world around it, over HTTP on loopback. */
import type { DemoLine } from '#web/web.ts';

/** It is a process on the same machine. */
const ANSWER_MS = 2_000;

/**
 * @param address like http://127.0.0.1:8090, as the demo handed it to its gateway; without one there is no demo
 * @param key by which the world knows its gateway
 */
export function openDemoLine(address: string | undefined, key: string | undefined): DemoLine | null {
  if (address === undefined || !URL.canParse(address)) return null;
  return {
    worldPort: Number(new URL(address).port),
    ask: async (method, action) => {
      const path = action === null ? '' : `/${encodeURIComponent(action)}`;
      try {
        const answer = await fetch(`${address}/api/v1/demo${path}`, {
          method,
          headers: { authorization: `Bearer ${key ?? ''}` },
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        return { status: answer.status, body: await answer.json() };
      } catch {
        return { status: 503, body: { detail: "The demo's world does not answer." } };
      }
    },
  };
}
