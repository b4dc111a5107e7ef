/**
 * The station's end of OCPP-J 1.6 (clause 4), for the simulated chargers: one CALL in flight, the others
 * wait in order. It is written apart from the gateway's peer, so that a mistake there finds no twin here.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { FramePipe } from '#world.ts';

export type Answer = { readonly ok: true; readonly payload: Record<string, unknown> } | { readonly ok: false };

/** What the station says to a CALL: a payload, or the code of a CALLERROR. */
export type Said = { readonly payload: object } | { readonly errorCode: string };

type Call = { readonly id: string; readonly action: string; readonly payload: object; done(answer: Answer): void };

/** Longer than the gateway may ever take; then the call counts as unanswered. */
const CALL_TIMEOUT_MS = 30_000;
/** A station of this kind keeps no more; what comes then is dropped, oldest samples first. */
const MAX_WAITING = 50;

export type StationSocket = {
  call(action: string, payload: object, done: (answer: Answer) => void): void;
  isOpen(): boolean;
};

export function stationSocket(
  clock: Clock,
  pipe: FramePipe,
  handlers: { asked(action: string, payload: Record<string, unknown>): Said; closed(): void; afterAnswer(): void },
): StationSocket {
  const waiting: Call[] = [];
  let inFlight: { readonly call: Call; readonly timer: Timer } | null = null;
  let open = true;
  let counter = 0;

  const next = () => {
    if (inFlight || !open) return;
    const call = waiting.shift();
    if (!call) return;
    inFlight = { call, timer: clock.after('station call', CALL_TIMEOUT_MS, () => settle({ ok: false })) };
    pipe.send(JSON.stringify([2, call.id, call.action, call.payload]));
  };

  const settle = (answer: Answer) => {
    const settled = inFlight;
    if (!settled) return;
    settled.timer.cancel();
    inFlight = null;
    settled.call.done(answer);
    next();
  };

  const take = (frame: string) => {
    const [type, id, first, second] = JSON.parse(frame);
    if (type === 2) {
      const said = handlers.asked(first, second);
      pipe.send(
        JSON.stringify(
          'payload' in said ? [3, id, said.payload] : [4, id, said.errorCode, 'the station does not do that', {}],
        ),
      );
      handlers.afterAnswer();
    } else if (inFlight?.call.id === id) settle(type === 3 ? { ok: true, payload: first } : { ok: false });
  };

  pipe.open({
    text: take,
    pong() {},
    closed: () => {
      open = false;
      const given = [...(inFlight ? [inFlight.call] : []), ...waiting.splice(0)];
      inFlight?.timer.cancel();
      inFlight = null;
      handlers.closed();
      for (const call of given) call.done({ ok: false });
    },
  });

  return {
    call: (action, payload, done) => {
      if (!open) return done({ ok: false });
      if (waiting.length >= MAX_WAITING) waiting.shift()?.done({ ok: false });
      counter++;
      waiting.push({ id: `s${counter}`, action, payload, done });
      next();
    },
    isOpen: () => open,
  };
}
