/** A running hash of what the gateway sent and when: two runs of a seed must come to the same. */
export class Trace {
  private h = 0x811c9dc5;
  private frames = 0;

  frame(atMs: number, identity: string, text: string): void {
    this.add(`${atMs} ${identity} ${text}`);
    this.frames++;
  }

  /** Takes in the account too and answers the hash. */
  hash(account: object): string {
    this.add(JSON.stringify(account));
    return `${this.h.toString(16).padStart(8, '0')}-${this.frames}`;
  }

  /** 32-bit FNV-1a. */
  private add(text: string): void {
    let { h } = this;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    this.h = h >>> 0;
  }
}
