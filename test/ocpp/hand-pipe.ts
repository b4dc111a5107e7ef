import type { FramePipe, PipeHandlers } from '#world.ts';

/** A pipe whose far end is the test: it reads what was sent and says what it likes. */
export class HandPipe implements FramePipe {
  readonly remoteAddress = '10.0.0.1';
  readonly sent: string[] = [];
  pings = 0;
  closing: { code: number; reason: string } | null = null;
  terminated = false;
  private handlers: PipeHandlers | null = null;
  private shut = false;

  open(handlers: PipeHandlers): void {
    this.handlers = handlers;
  }

  send(text: string): boolean {
    if (this.shut) return false;
    this.sent.push(text);
    return true;
  }

  ping(): void {
    this.pings++;
  }

  close(code: number, reason: string): void {
    this.closing = { code, reason };
  }

  terminate(): void {
    this.terminated = true;
  }

  /** The far end speaks. */
  say(message: unknown): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.handlers?.text(text);
  }

  pong(): void {
    this.handlers?.pong();
  }

  /** The far end is gone. */
  shutDown(code: number, reason: string): void {
    this.shut = true;
    this.handlers?.closed(code, reason);
  }

  /** The frames sent so far, read; and forgotten. */
  // biome-ignore lint/suspicious/noExplicitAny: frames of any version and kind
  take(): any[] {
    return this.sent.splice(0).map(text => JSON.parse(text));
  }
}
