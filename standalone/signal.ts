/**
 * Tells waiters in this process that something changed. It holds no data and loses nothing: a waiter names the version it has
 * seen and is let through at once when there is a newer one, so nothing can happen between looking and waiting.
 */
export class Signal {
  #version = 0;
  readonly #waiting = new Set<() => void>();
  readonly #listeners = new Set<(subject: string) => void>();

  /** How often it was given; read it before looking at what the signal is about. */
  get version(): number {
    return this.#version;
  }

  /** Lets all waiters go on and calls the listeners with what it is about, for appended events the tenant. */
  notify(subject = ''): void {
    this.#version += 1;
    for (const go of this.#waiting) go();
    for (const listener of this.#listeners) listener(subject);
  }

  /** Resolves as soon as the version is another than `seen`, or when waiting is aborted. */
  changed(seen: number, abort?: AbortSignal): Promise<void> {
    if (this.#version !== seen || abort?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        this.#waiting.delete(go);
        abort?.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.add(go);
      abort?.addEventListener('abort', go, { once: true });
    });
  }

  /** Calls a listener at each notification, until the answered function is called. Listeners must not throw. */
  subscribe(listener: (subject: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
