import type { SluiceClient, StreamEvent, Subscription } from '#client/index';

/** Listens to a tenant's events over the WebSocket, keeps them, and wakes who waits for the next of a stream. */
export class Feed {
  readonly events: StreamEvent[] = [];
  readonly ready: Promise<void>;
  readonly #subscription: Subscription<StreamEvent>;
  readonly #waiting = new Set<(event: StreamEvent) => void>();

  constructor(client: Pick<SluiceClient, 'subscribe'>) {
    this.#subscription = client.subscribe({ kind: 'tenant' });
    this.ready = this.#subscription.ready;
    void this.#listen();
  }

  /** Those of one stream. */
  of(stream: string): readonly StreamEvent[] {
    return this.events.filter((one) => one.stream === stream);
  }

  /** Resolves with the next event of a stream, or when the time is over. */
  async next(stream: string, milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(told);
        resolve();
      };
      const told = (event: StreamEvent) => {
        if (event.stream === stream) end();
      };
      const timer = setTimeout(end, milliseconds);
      this.#waiting.add(told);
    });
  }

  close(): void {
    this.#subscription.close();
  }

  async #listen(): Promise<void> {
    for await (const event of this.#subscription) {
      this.events.push(event);
      for (const told of this.#waiting) told(event);
    }
  }
}
