import type { WebSocket } from 'ws';

import { MAXIMUM_MESSAGE_BYTES, PING_SECONDS, serverMessage } from '#contracts/stream';
import type { ClientMessage, ServerMessage } from '#contracts/stream';
import { parseTolerantly } from '#client/parse-answer';
import { retryAfterSeconds } from '#client/retry';
import type { ClientRuntime, Settings } from '#client/settings';
import { SluiceError } from '#client/sluice-error';

/** What happens on a connection. */
export type ConnectionListener = { readonly opened: () => void; readonly message: (message: ServerMessage) => void };

/** A connection that is being made or is open. */
export interface StreamConnection {
  /** Settles when it is over, with the reason; it never rejects. */
  readonly ended: Promise<SluiceError>;
  /** Sends when the connection is open; otherwise nothing, for whoever opens it begins with all subscriptions. */
  send(message: ClientMessage): void;
  close(): void;
}

/** Twice the contract's limit: messages of a newer server may be a little larger, and none may fill our memory. */
const MAXIMUM_RECEIVED_BYTES = 2 * MAXIMUM_MESSAGE_BYTES;

/** The largest problem document that a refused handshake is read for. */
const MAXIMUM_PROBLEM_BYTES = 65_536;

const NORMAL_CLOSURE = 1000;

/** Opens one WebSocket, pings it, and closes it when a ping stays unanswered until the next is due. */
export function connect(url: URL, settings: Settings, around: { readonly runtime: ClientRuntime; readonly listener: ConnectionListener }): StreamConnection {
  const { runtime, listener } = around;
  const headers = { 'user-agent': settings.userAgent, ...(settings.key === undefined ? {} : { authorization: `Bearer ${settings.key}` }) };
  const socket = runtime.openSocket(url, headers, MAXIMUM_RECEIVED_BYTES);
  let failure: SluiceError | null = null;
  let heard = true;
  let stopPinging = (): void => undefined;
  const send = (message: ClientMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };

  socket.on('open', () => {
    stopPinging = runtime.every(settings.pingSeconds ?? PING_SECONDS, () => {
      if (!heard) {
        failure = SluiceError.of('unreachable', 'the stream did not answer a ping');
        socket.terminate();
        return;
      }
      heard = false;
      send({ type: 'ping' });
    });
    listener.opened();
  });
  socket.on('message', (data) => {
    heard = true;
    const message = messageOf(String(data));
    if (message === 'unknown') return;
    if (!(message instanceof SluiceError)) {
      listener.message(message);
      return;
    }
    failure = message;
    socket.terminate();
  });
  socket.on('error', (error) => {
    failure ??= SluiceError.of('unreachable', `stream ${url.origin}: ${error.message}`, { cause: error });
  });
  refusalOf(socket, runtime, (error) => {
    failure = error;
    socket.terminate();
  });
  const ended = new Promise<SluiceError>((resolve) => {
    socket.on('close', (code, reason) => {
      stopPinging();
      resolve(failure ?? SluiceError.of('unreachable', `the stream was closed (${code}${reason.length > 0 ? ` ${reason.toString('utf8')}` : ''})`));
    });
  });
  return { ended, send, close: () => closeGently(socket) };
}

/** Before it is open there is nothing to say goodbye to. */
function closeGently(socket: WebSocket): void {
  if (socket.readyState === socket.CONNECTING) socket.terminate();
  else socket.close(NORMAL_CLOSURE);
}

/** Reads the problem document of a refused handshake. */
function refusalOf(socket: WebSocket, runtime: ClientRuntime, told: (error: SluiceError) => void): void {
  socket.on('unexpected-response', (_, response) => {
    let text = '';
    const finish = (): void => {
      const wait = retryAfterSeconds(response.headers['retry-after'] ?? null, runtime.now());
      told(SluiceError.ofAnswer({ status: response.statusCode ?? 0, text, retryAfterSeconds: wait }));
    };
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      if (text.length < MAXIMUM_PROBLEM_BYTES) text += part;
    });
    response.on('end', finish);
    response.on('error', finish);
  });
}

/** Types of message that a newer server may send are left out; a known type that does not fit is an error, for it may be an event. */
function messageOf(text: string): ServerMessage | SluiceError | 'unknown' {
  const value = jsonOf(text);
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && !KNOWN_TYPES.has(type)) return 'unknown';
  const result = parseTolerantly(serverMessage, value);
  return result.success ? result.data : SluiceError.of('unexpected-answer', `a message of the stream does not fit: ${result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(serverMessage.options.map((option) => option.shape.type.value));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
