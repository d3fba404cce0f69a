import { VirtualTime } from './virtual-time.ts';

/** Virtual time that knows whether somebody waits for it to pass, as a validation does between its looks. */
export class WatchedTime extends VirtualTime {
  #waiting = 0;

  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  override async sleep(milliseconds: number): Promise<void> {
    this.#waiting += 1;
    await super.sleep(milliseconds);
    this.#waiting -= 1;
  }
}
