/** Free TCP ports: the first that can be bound from a wanted one on. */
import { createServer } from 'node:net';

/** So many taken ports in a row are no coincidence any more. */
const TRIES = 100;
const HIGHEST_PORT = 65_535;

/** The first port from `from` on that can be bound on `host`, or null; 0 asks the system for any. */
export async function freePort(host: string, from: number): Promise<number | null> {
  if (from === 0) return bindOnce(host, 0);
  for (let port = from; port < from + TRIES && port <= HIGHEST_PORT; port++) {
    if ((await bindOnce(host, port)) !== null) return port;
  }
  return null;
}

/** Binds and lets go: somebody else may be quicker afterwards, so whoever uses the port must be ready to ask again. */
function bindOnce(host: string, port: number): Promise<number | null> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}
