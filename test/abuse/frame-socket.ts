import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Opcodes of RFC 6455 §5.2. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Frame = { readonly opcode: number; readonly payload?: Uint8Array; readonly isFinal?: boolean; readonly isMasked?: boolean; readonly reservedBits?: number; readonly announcedBytes?: bigint };

/** The bytes of a frame, right or wrong. */
export function bytesOf({ opcode, payload = new Uint8Array(), isFinal = true, isMasked = true, reservedBits = 0, announcedBytes }: Frame): Buffer {
  const first = (isFinal ? 0x80 : 0) | (reservedBits << 4) | opcode;
  const mask = isMasked ? 0x80 : 0;
  const length = announcedBytes ?? BigInt(payload.byteLength);
  const head = length < 126n ? Buffer.from([first, mask | Number(length)]) : Buffer.concat([Buffer.from([first, mask | 127]), bigEndian(length)]);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, ...(isMasked ? [Buffer.alloc(4)] : []), payload]);
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** A WebSocket that sends whatever bytes a test wants, and remembers with which code the server closed it. */
export class FrameSocket {
  readonly socket: Socket;
  /** The answer to the request to upgrade. */
  readonly head: string;
  /** The code of the server's close frame; `cut` where the connection ended without one. */
  readonly closed: Promise<number | 'cut'>;
  /** Whether that has come. */
  isClosed = false;

  private constructor(socket: Socket, head: string, rest: Buffer) {
    this.socket = socket;
    this.head = head;
    this.closed = new Promise((resolve) => {
      let received = rest;
      const end = (code: number | 'cut') => {
        this.isClosed = true;
        resolve(code);
      };
      const look = () => {
        const code = closeCodeIn(received);
        if (code !== undefined) end(code);
      };
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        look();
      });
      socket.once('close', () => end('cut'));
      look();
    });
    socket.on('error', () => undefined);
  }

  /** Opens one with a key, and offers these extensions. */
  static async open({ port, key, extensions }: { readonly port: number; readonly key: string; readonly extensions?: string }): Promise<FrameSocket> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    const lines = [`GET /v1/stream HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, `Authorization: Bearer ${key}`, ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`])];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    let received = Buffer.alloc(0);
    while (!received.includes('\r\n\r\n')) received = Buffer.concat([received, ...(await once(socket, 'data'))]);
    const end = received.indexOf('\r\n\r\n') + 4;
    return new FrameSocket(socket, received.subarray(0, end).toString(), received.subarray(end));
  }

  send(frame: Frame): void {
    this.socket.write(bytesOf(frame));
  }
}

/** The code of the first close frame among whole frames of a server, which are never masked. */
function closeCodeIn(bytes: Buffer): number | undefined {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = bytes.readUInt8(at) & 0x0f;
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + headBytes > bytes.length) return undefined;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    if (at + headBytes + length > bytes.length) return undefined;
    if (opcode === OPCODES.close) return length >= 2 ? bytes.readUInt16BE(at + headBytes) : 1005;
    at += headBytes + length;
  }
  return undefined;
}
