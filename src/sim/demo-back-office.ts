/**
 * The back office of the demo: a CSMS that speaks as much OCPP 1.6J as one station above needs, on a real
 * loopback socket, and keeps a ledger of sessions. Its line can be cut.
 */
import type { Outcome } from '#base/outcome.ts';
import { listenForChargers } from '#real/websocket.ts';
import type { FramePipe, Listening } from '#world.ts';
import { Ledger } from './office-ledger.ts';
import type { BackOffice, Booked } from './trouble/stage.ts';

export type DemoBackOffice = BackOffice & { readonly port: number; close(): Promise<void> };

const MAX_FRAME_BYTES = 256 * 1024;
const FIRST_ID = 1000;
/** Between two heartbeats, s. */
const INTERVAL_S = 300;

/** Opens it on a port of this machine, any where it is 0. */
export async function openDemoBackOffice(port: number, wallMs: () => number): Promise<Outcome<DemoBackOffice>> {
  const ledger = new Ledger(count => FIRST_ID + count);
  let pipe: FramePipe | null = null;
  let isCut = false;
  const opened = await listenForChargers(
    { host: '127.0.0.1', port, maxPayloadBytes: MAX_FRAME_BYTES },
    {
      judge: async ({ subprotocols }) => {
        if (isCut) return { accept: false, status: 503, reason: 'no line' };
        if (subprotocols.includes('ocpp1.6')) return { accept: true, subprotocol: 'ocpp1.6' };
        return { accept: false, status: 400, reason: 'OCPP 1.6 only' };
      },
      connected: newcomer => {
        pipe?.terminate();
        pipe = newcomer;
        newcomer.open({
          text: frame => {
            const said = isCut ? null : answerTo(frame, ledger, wallMs);
            if (said !== null) newcomer.send(said);
          },
          pong() {},
          closed: () => {
            if (pipe === newcomer) pipe = null;
          },
        });
      },
    },
  );
  if (!opened.ok) return opened;
  const line = {
    isConnected: () => pipe !== null && !isCut,
    cut: () => {
      isCut = true;
      pipe?.terminate();
    },
    restore: () => {
      isCut = false;
    },
  };
  return { ok: true, value: { ...line, ...doorOf(opened.value), sessions: () => sessionsIn(ledger) } };
}

const doorOf = ({ port, close }: Listening) => ({ port, close });

/** What the ledger of the simulated office wrote down, a session each. */
export const sessionsIn = ({ starts, stops }: Ledger): readonly Booked[] =>
  starts.map(({ transactionId, idTag, meterStart }) => {
    const stop = stops.find(each => each.transactionId === transactionId);
    return { idTag, meterStart, meterStop: stop === undefined ? null : stop.meterStop };
  });

// --- OCPP-J 1.6

type Payload = Record<string, unknown>;

/** The answer to one frame; null where it wants none. */
function answerTo(frame: string, ledger: Ledger, wallMs: () => number): string | null {
  const call = callIn(frame);
  if (call === null) return null;
  const payload = replyTo(call, ledger, wallMs);
  return JSON.stringify(
    payload === null ? [4, call.id, 'NotImplemented', `no ${call.action} here`, {}] : [3, call.id, payload],
  );
}

type Call = { readonly id: string; readonly action: string; readonly payload: Payload };

function callIn(frame: string): Call | null {
  try {
    const [type, id, action, payload] = JSON.parse(frame);
    return type === 2 ? { id: String(id), action: String(action), payload } : null;
  } catch {
    return null;
  }
}

const ACCEPTED = { idTagInfo: { status: 'Accepted' } };

function replyTo({ id, action, payload }: Call, ledger: Ledger, wallMs: () => number): Payload | null {
  const currentTime = () => new Date(wallMs()).toISOString();
  switch (action) {
    case 'BootNotification':
      return { status: 'Accepted', currentTime: currentTime(), interval: INTERVAL_S };
    case 'Heartbeat':
      return { currentTime: currentTime() };
    case 'StatusNotification':
    case 'MeterValues':
      return {};
    case 'DataTransfer':
      return { status: 'UnknownVendorId' };
    case 'Authorize':
      return ACCEPTED;
    case 'StartTransaction':
      return { ...ACCEPTED, transactionId: ledger.start(id, payload, []) };
    case 'StopTransaction':
      ledger.stop(id, payload, []);
      return ACCEPTED;
    default:
      return null;
  }
}
