import { WebSocket } from 'ws';

import type { SimulatedTime } from './simulated-time.ts';

/** One way of a connection takes so long; what is sent arrives in its order. */
const WAY_MILLISECONDS = 15;

/** What a socket's state is, in the words of the WebSocket standard. */
const states = { connecting: 0, open: 1, closed: 3 } as const;

/** As a server makes its end: without an address to connect to. The types know this form with its first argument alone. */
const Unconnected: new (address: null, protocols: undefined, options: object) => WebSocket = WebSocket;

/** One end of a connection that is none: what is sent here arrives at the other end a little later, in order, until one of them is cut. */
export class SimulatedSocket extends Unconnected {
  override readyState: (typeof states)[keyof typeof states] = states.connecting;
  override readonly bufferedAmount = 0;
  readonly #time: SimulatedTime;
  #peer: SimulatedSocket | undefined;

  constructor(time: SimulatedTime) {
    super(null, undefined, {});
    this.#time = time;
  }

  /** Two ends of one open connection; each is told so. */
  static join(one: SimulatedSocket, other: SimulatedSocket): void {
    for (const [end, peer] of [[one, other], [other, one]] as const) {
      end.#peer = peer;
      end.readyState = states.open;
    }
    for (const end of [one, other]) end.emit('open');
  }

  override send(data: unknown, ...rest: readonly unknown[]): void {
    const text = String(data);
    this.#time.after(WAY_MILLISECONDS, () => {
      const peer = this.#peer;
      if (peer?.readyState === states.open) peer.emit('message', Buffer.from(text), false);
    });
    const done = rest.at(-1);
    if (typeof done === 'function') Reflect.apply(done, undefined, []);
  }

  override close(code = 1000, reason: string | Buffer = ''): void {
    this.cut(code, String(reason));
  }

  override terminate(): void {
    this.cut(1006, 'cut');
  }

  /** Ends both ends; what is on its way is lost. */
  cut(code: number, reason: string): void {
    if (this.readyState === states.closed) return;
    this.readyState = states.closed;
    this.emit('close', code, Buffer.from(reason));
    const peer = this.#peer;
    this.#time.after(WAY_MILLISECONDS, () => peer?.cut(code, reason));
  }
}
