/** The CALLs of the other side that we have not answered yet. */
import type { Clock } from '#base/clock.ts';
import type { PeerCounters } from '#ocpp/counters.ts';

/** One CALL is in flight by the rules; a reconnected station may send a handful at once. */
export const OPEN_CALLS_MAX = 32;

/** A caller has given up by then; what is still open serves nobody and may be forgotten to make room. */
export const OPEN_CALL_FORGOTTEN_MS = 60_000;

/** One CALL to be answered. Not open: answered, forgotten or its socket is gone. */
export type OpenCall = { readonly id: string; readonly sinceMs: number; open: boolean };

/** Bounds what the other side may leave open with us. */
export class OpenCalls {
  private readonly clock: Clock;
  private readonly counters: PeerCounters;
  /** In order of arrival; a handful, so that a search costs less than a hash. */
  private calls: OpenCall[] = [];

  constructor(clock: Clock, counters: PeerCounters) {
    this.clock = clock;
    this.counters = counters;
  }

  /** Null when too many are open. */
  admit(id: string): OpenCall | null {
    const sinceMs = this.clock.nowMs();
    if (this.calls.length >= OPEN_CALLS_MAX && !this.forgetOldest(sinceMs)) return null;
    const call = { id, sinceMs, open: true };
    this.calls.push(call);
    return call;
  }

  /** False when the answer is no longer wanted. */
  take(call: OpenCall): boolean {
    if (!call.open) return false;
    call.open = false;
    this.calls.splice(this.calls.indexOf(call), 1);
    return true;
  }

  clear(): void {
    for (const call of this.calls) call.open = false;
    this.calls = [];
  }

  private forgetOldest(nowMs: number): boolean {
    const [oldest] = this.calls;
    if (oldest === undefined || nowMs - oldest.sinceMs < OPEN_CALL_FORGOTTEN_MS) return false;
    this.counters.abandoned++;
    return this.take(oldest);
  }
}
