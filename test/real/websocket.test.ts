import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChargerDoor, Verdict } from '#world.ts';
import { dial, type ListenBounds, listenForChargers } from '../../src/real/websocket.ts';
import { bare, dialTo, endAll, frame, listenTo, openDoor, until, upgrade, yes } from './websocket-kit.ts';

afterEach(endAll);

describe('the charger listener', () => {
  it.each([
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'Not Found'],
    [409, 'Conflict'],
    [429, 'Too Many Requests'],
    [503, 'Service Unavailable'],
  ] as const)('turns a charger away with a plain %i before any upgrade', async (status, text) => {
    const { port, guests } = await openDoor(() => ({ accept: false, status, reason: 'said why' }));
    const client = bare(port);
    client.socket.write(upgrade('/ocpp/CP01'));
    await until(client.ended);
    expect(client.received()).toMatch(new RegExp(`^HTTP/1.1 ${status} ${text}\r\n`));
    expect(client.received()).toContain('said why');
    expect(client.received()).not.toContain('101');
    expect(/WWW-Authenticate: Basic/.test(client.received())).toBe(status === 401);
    expect(guests).toHaveLength(0);
  });

  it('shows the door the path, the header, the subprotocols and the address as they came', async () => {
    const { port, guests } = await openDoor(() => yes);
    await dialTo(port, '//any/path//CP%2A1/?x=1', {
      subprotocols: ['ocpp2.0.1', 'ocpp1.6'],
      authorization: 'Basic AAAA',
    });
    expect(guests[0]?.handshake).toEqual({
      path: '//any/path//CP%2A1/?x=1',
      subprotocols: ['ocpp2.0.1', 'ocpp1.6'],
      authorization: 'Basic AAAA',
      remoteAddress: '127.0.0.1',
      secure: false,
    });
  });

  it('carries frames and pings both ways', async () => {
    const { port, guests } = await openDoor(() => yes);
    const { pipe, subprotocol } = await dialTo(port);
    const station = listenTo(pipe);
    expect(subprotocol).toBe('ocpp1.6');
    expect(pipe.send('[2,"1","Heartbeat",{}]')).toBe(true);
    guests[0]!.pipe.send('grüße');
    guests[0]!.pipe.ping();
    await until(
      () => station.texts.length === 1 && guests[0]!.heard.texts.length === 1 && guests[0]!.heard.pongs === 1,
    );
    expect(station.texts).toEqual(['grüße']);
    expect(guests[0]!.heard.texts).toEqual(['[2,"1","Heartbeat",{}]']);
    pipe.close(1000, 'bye');
    await until(() => guests[0]!.heard.ended.length === 1 && station.ended.length === 1);
    expect(guests[0]!.heard.ended).toEqual([{ code: 1000, reason: 'bye' }]);
    expect(guests[0]!.pipe.send('late')).toBe(false);
  });

  it('sends all that was handed over before a good-bye, in its order, short frames and long ones', async () => {
    const { port, guests } = await openDoor(() => yes);
    const { pipe } = await dialTo(port, '/ocpp/CP01', { maxPayloadBytes: 65_536 });
    const station = listenTo(pipe);
    await until(() => guests.length === 1);
    const frames = Array.from({ length: 600 }, (_, i) => (i % 40 === 0 ? `${i}${'x'.repeat(20_000)}` : `${i}`));
    for (const text of frames) expect(guests[0]!.pipe.send(text)).toBe(true);
    guests[0]!.pipe.close(1000, 'bye');
    await until(() => station.ended.length === 1);
    expect(station.texts).toEqual(frames);
    expect(station.ended).toEqual([{ code: 1000, reason: 'bye' }]);
  });

  it('sends frames of every length that a header can say, in letters of one byte and of several', async () => {
    const { port, guests } = await openDoor(() => yes);
    const { pipe } = await dialTo(port, '/ocpp/CP01', { maxPayloadBytes: 262_144 });
    const station = listenTo(pipe);
    await until(() => guests.length === 1);
    const lengths = [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 200_000];
    const frames = lengths.flatMap(length => [
      'x'.repeat(length),
      'ü'.repeat(length >> 1),
      '€'.repeat(length / 3),
      '🚗',
    ]);
    for (const text of frames) guests[0]!.pipe.send(text);
    await until(() => station.texts.length === frames.length);
    expect(station.texts).toEqual(frames);
  });

  it('answers a CALL that shares its segment with a good-bye, before it says good-bye itself', async () => {
    const { port, guests } = await openDoor(() => yes, undefined, false);
    const client = bare(port);
    client.socket.write(upgrade('/CP01', 'Sec-WebSocket-Protocol: ocpp1.6\r\n'));
    await until(() => guests.length === 1 && client.received().includes('\r\n\r\n'));
    const headEnd = client.received().length;
    const { pipe } = guests[0]!;
    const heard: string[] = [];
    pipe.open({
      text: text => {
        heard.push(text);
        pipe.send(`answer to ${text}`);
      },
      pong() {},
      closed: code => heard.push(`closed ${code}`),
    });
    const goodBye = frame(8, Buffer.from([1000 >> 8, 1000 & 255]));
    client.socket.write(Buffer.concat([frame(1, Buffer.from('a')), frame(1, Buffer.from('b')), goodBye]));
    await until(() => heard.length === 3 && client.ended());
    expect(heard).toEqual(['a', 'b', 'closed 1000']);
    expect(client.received().slice(headEnd)).toBe('\x81\x0banswer to a\x81\x0banswer to b\x88\x02\x03\xe8');
  });

  it('keeps frames that come before the pipe is opened', async () => {
    const { port, guests } = await openDoor(() => yes, undefined, false);
    const { pipe } = await dialTo(port);
    pipe.send('first');
    pipe.send('second');
    await until(() => guests.length === 1);
    await new Promise(resolve => setTimeout(resolve, 30));
    const heard = listenTo(guests[0]!.pipe);
    await until(() => heard.texts.length === 2);
    expect(heard.texts).toEqual(['first', 'second']);
  });

  it('tells at opening that a pipe ended before', async () => {
    const { port, guests } = await openDoor(() => yes, undefined, false);
    const { pipe } = await dialTo(port);
    const station = listenTo(pipe);
    await until(() => guests.length === 1);
    guests[0]!.pipe.close(1008, 'not you');
    await until(() => station.ended.length === 1);
    expect(station.ended).toEqual([{ code: 1008, reason: 'not you' }]);
    await until(() => !guests[0]!.pipe.send('x'));
    const heard = listenTo(guests[0]!.pipe);
    await until(() => heard.ended.length === 1);
    expect(heard.ended).toHaveLength(1);
  });

  it('completes the handshake without the header when no subprotocol was chosen', async () => {
    const { port } = await openDoor(() => ({ accept: true, subprotocol: null }));
    const client = bare(port);
    client.socket.write(upgrade('/ocpp/CP01', 'Sec-WebSocket-Protocol: ocpp2.0.1\r\n'));
    await until(() => client.received().includes('\r\n\r\n'));
    expect(client.received()).toMatch(/^HTTP\/1.1 101/);
    expect(client.received()).not.toMatch(/Sec-WebSocket-Protocol/i);
    const refused = await dial({
      url: `ws://127.0.0.1:${port}/CP01`,
      subprotocols: ['ocpp1.6'],
      authorization: null,
      maxPayloadBytes: 100,
      timeoutMs: 1000,
    });
    expect(refused).toMatchObject({ ok: false, why: 'not-supported' });
  });

  it('accepts no compression', async () => {
    const { port } = await openDoor(() => yes);
    const client = bare(port);
    client.socket.write(
      upgrade('/CP01', 'Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: ocpp1.6\r\n'),
    );
    await until(() => client.received().includes('\r\n\r\n'));
    expect(client.received()).not.toMatch(/permessage-deflate/);
  });

  it('closes an oversized frame with 1009 and lives on', async () => {
    const { port, guests } = await openDoor(() => yes);
    const { pipe } = await dialTo(port);
    const station = listenTo(pipe);
    pipe.send('x'.repeat(4097));
    await until(() => station.ended.length === 1 && guests[0]!.heard.ended.length === 1);
    expect(station.ended[0]?.code).toBe(1009);
    expect(guests[0]!.heard.ended[0]?.code).toBe(1009);
    expect(guests[0]!.heard.texts).toEqual([]);
    const again = await dialTo(port);
    again.pipe.send('x'.repeat(4096));
    await until(() => guests[1]?.heard.texts.length === 1);
  });

  it('closes binary frames with 1003, broken UTF-8 with 1007 and a flood of fragments with 1008', async () => {
    const { port, guests } = await openDoor(() => yes);
    const closeCodes = async (bytes: Buffer) => {
      const client = bare(port);
      client.socket.write(upgrade('/CP01', 'Sec-WebSocket-Protocol: ocpp1.6\r\n'));
      await until(() => client.received().includes('\r\n\r\n'));
      const headEnd = client.received().length;
      client.socket.write(bytes);
      await until(() => client.received().length >= headEnd + 4);
      return client.received().charCodeAt(headEnd + 2) * 256 + client.received().charCodeAt(headEnd + 3);
    };
    expect(await closeCodes(frame(2, Buffer.from('x')))).toBe(1003);
    expect(await closeCodes(frame(1, Buffer.from([0xff, 0xfe])))).toBe(1007);
    const fragments = [
      frame(1, Buffer.from('x'), false),
      ...Array.from({ length: 300 }, () => frame(0, Buffer.alloc(0), false)),
    ];
    expect(await closeCodes(Buffer.concat(fragments))).toBe(1008);
    expect(guests.every(guest => guest.heard.texts.length === 0)).toBe(true);
  });

  it('cuts a charger that does not read while more and more waits for it', async () => {
    const { port, guests } = await openDoor(() => yes);
    const client = bare(port);
    client.socket.write(upgrade('/CP01', 'Sec-WebSocket-Protocol: ocpp1.6\r\n'));
    await until(() => guests.length === 1);
    client.socket.pause();
    const text = 'x'.repeat(200_000);
    let sent = 0;
    while (guests[0]!.pipe.send(text)) {
      sent += 1;
      if (sent > 1000) throw new Error('never cut');
      if (sent % 20 === 0) await new Promise(resolve => setTimeout(resolve, 1));
    }
    await until(() => guests[0]!.heard.ended.length === 1);
    expect(guests[0]!.heard.ended[0]?.reason).toMatch(/does not read/);
  });

  it('holds no more sockets of one address, and judges no more at once, than it said', async () => {
    const bounds: ListenBounds = { connections: 10, connectionsPerAddress: 3, judged: 1, judgeMs: 60, headMs: 5000 };
    const { port } = await openDoor(() => new Promise<Verdict>(() => {}), bounds);
    const clients = [bare(port), bare(port), bare(port)];
    clients[0]!.socket.write(upgrade('/CP01'));
    clients[1]!.socket.write(upgrade('/CP02'));
    await until(() => clients[1]!.ended() || clients[0]!.ended());
    const fourth = [bare(port), bare(port), bare(port)];
    await until(() => fourth.some(client => client.ended() && client.received() === ''));
    // A door that never answers ends as 503 too.
    await until(() => clients[0]!.ended() && clients[1]!.ended());
    expect(clients[0]!.received()).toMatch(/^HTTP\/1.1 503 .*Retry-After/s);
    expect(clients[1]!.received()).toMatch(/^HTTP\/1.1 503/);
  });

  it('does not wait for a head that never ends', async () => {
    const bounds: ListenBounds = { connections: 10, connectionsPerAddress: 10, judged: 10, judgeMs: 1000, headMs: 100 };
    const { port, guests } = await openDoor(() => yes, bounds);
    const client = bare(port);
    client.socket.write('GET /CP01 HTTP/1.1\r\nHost:');
    await until(client.ended);
    expect(guests).toHaveLength(0);
  });

  it('tells a browser that this is not a page', async () => {
    const { port } = await openDoor(() => yes);
    const response = await fetch(`http://127.0.0.1:${port}/CP01`);
    expect(response.status).toBe(426);
    await response.text();
  });

  it('refuses a broken upgrade request and lives on', async () => {
    const { port, guests } = await openDoor(() => yes);
    const client = bare(port);
    client.socket.write('GET /CP01 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await until(client.ended);
    expect(client.received()).toMatch(/^HTTP\/1.1 400/);
    const garbage = bare(port);
    garbage.socket.write(createHash('sha1').update('x').digest());
    garbage.socket.write('\r\n\r\n');
    await until(garbage.ended);
    await dialTo(port);
    expect(guests).toHaveLength(1);
  });

  it('says 1001 to every charger when it closes, and cuts those that do not answer', async () => {
    const { port, close } = await openDoor(() => yes);
    const { pipe } = await dialTo(port);
    const station = listenTo(pipe);
    const deaf = bare(port);
    deaf.socket.write(upgrade('/CP02', 'Sec-WebSocket-Protocol: ocpp1.6\r\n'));
    const idle = bare(port);
    await until(() => deaf.received().includes('\r\n\r\n'));
    await close();
    await until(() => station.ended.length === 1 && deaf.ended() && idle.ended());
    expect(station.ended[0]?.code).toBe(1001);
    await expect(dialTo(port)).rejects.toThrow('offline');
  });

  it('says so when its address cannot be had', async () => {
    const { port } = await openDoor(() => yes);
    const door: ChargerDoor = { judge: async () => yes, connected() {} };
    const second = await listenForChargers({ host: '127.0.0.1', port, maxPayloadBytes: 10 }, door);
    expect(second).toMatchObject({ ok: false, why: 'exception' });
  });
});
