/** The clients of `ocpp-throughput.ts`: on order they call one server as fast as it answers, and count. */
import { WebSocket } from 'ws';
import type { Count, Order } from './ocpp-throughput.ts';

const REMADE_MS = 100;

type Waiting = (payload: Record<string, unknown>) => void;

/** Frames by hand, so that the client's share of the machine is small. */
class Client {
  private readonly socket: WebSocket;
  private waiting: Waiting = () => {};
  private transactionId = 0;
  private lastId = 0;
  private energyWh = 0;
  private text = '';
  private madeAtMs = Number.NEGATIVE_INFINITY;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', data => this.hear(data.toString()));
  }

  static async open(port: number, index: number): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/CP${index}`, 'ocpp1.6');
    const client = new Client(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await client.begin();
    return client;
  }

  private async begin(): Promise<void> {
    await this.call('BootNotification', {
      chargePointVendor: 'Birch',
      chargePointModel: 'Post 22',
      firmwareVersion: '1.2.7',
    });
    const timestamp = new Date().toISOString();
    await this.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp });
    const start = await this.call('StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp });
    this.transactionId = start.transactionId as number;
  }

  call(action: string, payload: object): Promise<Record<string, unknown>> {
    return this.callWith(action, JSON.stringify(payload));
  }

  private callWith(action: string, payload: string): Promise<Record<string, unknown>> {
    return new Promise(resolve => {
      this.waiting = resolve;
      this.socket.send(`[2,"c${++this.lastId}","${action}",${payload}]`);
    });
  }

  /** The text is made ten times a second: what the clients take of the machine, the servers lack. */
  meterValues(): Promise<unknown> {
    const nowMs = performance.now();
    if (nowMs - this.madeAtMs >= REMADE_MS) {
      this.madeAtMs = nowMs;
      this.text = JSON.stringify(this.samples());
    }
    return this.callWith('MeterValues', this.text);
  }

  private samples(): object {
    const sampled = (measurand: string, unit: string, value: string, phase?: string) => ({
      value,
      measurand,
      unit,
      context: 'Sample.Periodic',
      ...(phase === undefined ? {} : { phase }),
    });
    const sampledValue = [
      ...['L1', 'L2', 'L3'].map(phase => sampled('Current.Import', 'A', '6.0', phase)),
      sampled('Power.Active.Import', 'W', '4140'),
      sampled('Energy.Active.Import.Register', 'Wh', String(++this.energyWh)),
    ];
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
    return { connectorId: 1, transactionId: this.transactionId, meterValue };
  }

  /** A session of nobody: two calls. */
  async session(): Promise<void> {
    const at = () => ({ timestamp: new Date().toISOString() });
    await this.call('StopTransaction', { transactionId: this.transactionId, meterStop: ++this.energyWh, ...at() });
    const start = { connectorId: 1, idTag: 'TAG', meterStart: ++this.energyWh, ...at() };
    this.transactionId = (await this.call('StartTransaction', start)).transactionId as number;
  }

  private hear(text: string): void {
    const [type, id, payload] = JSON.parse(text) as [number, string, Record<string, unknown>];
    if (type === 3) this.waiting(payload);
    else if (type === 2) this.socket.send(JSON.stringify([3, id, { status: 'Accepted' }]));
    else throw new Error(`refused: ${text}`);
  }
}

const groups = new Map<number, Promise<readonly Client[]>>();

async function count({ port, sockets, seconds, says }: Order): Promise<Count> {
  const known = groups.get(port) ?? Promise.all(Array.from({ length: sockets }, (_, i) => Client.open(port, i)));
  groups.set(port, known);
  const clients = await known;
  const began = performance.now();
  const untilMs = began + seconds * 1000;
  let calls = 0;
  const calling = clients.map(async client => {
    while (performance.now() < untilMs) {
      if (says === 'samples') await client.meterValues();
      else await client.session();
      calls += says === 'samples' ? 1 : 2;
    }
  });
  await Promise.all(calling);
  return { calls, tookMs: performance.now() - began };
}

process.on('message', (order: Order) => {
  void count(order).then(result => process.send?.(result));
});
