/**
 * A text frame of a server (RFC 6455 §5.2): whole, unmasked, in one write. `ws` would hand header and payload to the
 * socket as two chunks, which costs more than all else that is done to send a short answer.
 */
import type { Duplex } from 'node:stream';

/** FIN and opcode 1. */
const TEXT = 0x81;
/** The longest payload whose length stands in the second byte, and the longest for the two bytes that follow it. */
const SHORT = 125;
const MEDIUM = 0xffff;

/** Writes one text message to the socket under a WebSocket. Nobody else may be in the middle of a frame there. */
export function writeTextFrame(socket: Duplex, text: string): void {
  const bytes = Buffer.byteLength(text);
  const head = bytes <= SHORT ? 2 : bytes <= MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + bytes);
  frame[0] = TEXT;
  if (head === 2) frame[1] = bytes;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, head);
  socket.write(frame);
}
