import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Verdict } from '#world.ts';
import { dial } from '../../src/real/websocket.ts';
import { dialTo, endAll, endings, listenTo, openDoor, until } from './websocket-kit.ts';

afterEach(endAll);

describe('dialling out', () => {
  const options = { subprotocols: ['ocpp1.6'], authorization: null, maxPayloadBytes: 4096, timeoutMs: 200 };

  it('tells a refused, a silent and a wrong address apart', async () => {
    const { port, close } = await openDoor(() => ({ accept: false, status: 401, reason: 'wrong' }));
    expect(await dial({ ...options, url: `ws://127.0.0.1:${port}/x` })).toMatchObject({
      ok: false,
      why: 'rejected',
      detail: 'HTTP 401',
    });
    await close();
    expect(await dial({ ...options, url: `ws://127.0.0.1:${port}/x` })).toMatchObject({ ok: false, why: 'offline' });
    expect(await dial({ ...options, url: 'nonsense' })).toMatchObject({ ok: false, why: 'malformed' });
    const silent = await openDoor(() => new Promise<Verdict>(() => {}));
    expect(await dial({ ...options, url: `ws://127.0.0.1:${silent.port}/x` })).toMatchObject({
      ok: false,
      why: 'timeout',
    });
  });

  it('speaks with a listener that is not ours', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    endings.push(() => new Promise<void>(resolve => server.close(() => resolve())));
    await new Promise(resolve => server.once('listening', resolve));
    server.on('connection', (ws: WebSocket) => ws.on('message', data => ws.send(`heard ${data.toString()}`)));
    const { port } = server.address() as { port: number };
    const { pipe } = await dialTo(port);
    const heard = listenTo(pipe);
    pipe.send('x');
    await until(() => heard.texts.length === 1);
    expect(heard.texts).toEqual(['heard x']);
    pipe.terminate();
    await until(() => heard.ended.length === 1);
  });
});
