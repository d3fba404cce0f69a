/** A revoked key's connections are closed and a new certificate is taken a few seconds later. It costs two small files, and one read per connection. */
const EVERY_MILLISECONDS = 5000;

/** Things to look after again and again, by name. One that fails is reported and tried again the next time; the others go on. */
export class Watch {
  readonly #checks: { readonly [name: string]: () => Promise<void> };
  readonly #report: (name: string, error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(checks: { readonly [name: string]: () => Promise<void> }, report: (name: string, error: unknown) => void) {
    this.#checks = checks;
    this.#report = report;
  }

  start(): void {
    // Alone it keeps no process alive.
    this.#timer ??= setInterval(() => void this.check(), EVERY_MILLISECONDS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Runs all checks once; a run that has begun is shared. Never rejects. */
  check(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const [name, check] of Object.entries(this.#checks)) {
      try {
        await check();
      } catch (error) {
        this.#report(name, error);
      }
    }
  }
}
