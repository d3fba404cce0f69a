import type { WebSocket } from 'ws';

import { closeCodes } from '#contracts/stream';
import type { ServerMessage } from '#contracts/stream';

import { Signal } from '../signal.ts';

/** How much a connection may have waiting, and for how long. */
export type OutboxSettings = {
  /** More than this waiting holds events back until the reader has caught up. */
  readonly holdBytes: number;
  /** More than this closes the connection: answers that nobody reads. */
  readonly closeBytes: number;
  /** How long a held event waits before the reader counts as too slow. */
  readonly slowSeconds: number;
};

/**
 * What a connection sends, bounded: 5000 connections × 256 KiB are 1.3 GB if all readers hang at once. A reader that takes more than 10 s for
 * 256 KiB is slower than 26 kB/s.
 */
export const defaultOutboxSettings: OutboxSettings = { holdBytes: 262_144, closeBytes: 524_288, slowSeconds: 10 };

/** Sends messages on one socket, and never keeps more of them than the bounds say. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #settings: OutboxSettings;
  readonly #flushed = new Signal();

  constructor(socket: WebSocket, settings: OutboxSettings) {
    this.#socket = socket;
    this.#settings = settings;
  }

  /** Sends an answer, or an event that there is room for, at once. Who lets answers pile up is closed. */
  sendNow(message: ServerMessage): void {
    if (this.#hasRoom()) this.#send(message);
  }

  /** Answers a ping of the protocol, within the same bound. */
  pong(data: Uint8Array): void {
    if (this.#hasRoom()) this.#socket.pong(data);
  }

  /** Says that it was too much, and reads no more: what still comes is not even thrown away, and who does not answer is cut. */
  closeOnFlood(reason: string): void {
    this.#socket.close(closeCodes.tooManyMessages, reason);
    this.#socket.pause();
  }

  #hasRoom(): boolean {
    if (this.#socket.bufferedAmount > this.#settings.closeBytes) this.closeOnFlood('answers are not read');
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Whether an event may be sent now. */
  get takesEvents(): boolean {
    return this.#socket.bufferedAmount <= this.#settings.holdBytes;
  }

  /** Waits until events may be sent, after too many until half of them have gone. `slow`: they have not in time. */
  async room(abort: AbortSignal): Promise<'room' | 'slow' | 'aborted'> {
    if (!this.takesEvents) {
      const timeout = AbortSignal.timeout(this.#settings.slowSeconds * 1000);
      await this.#half(AbortSignal.any([abort, timeout]));
      if (!abort.aborted && timeout.aborted) return 'slow';
    }
    return abort.aborted ? 'aborted' : 'room';
  }

  async #half(abort: AbortSignal): Promise<void> {
    while (!abort.aborted) {
      const seen = this.#flushed.version;
      if (this.#socket.bufferedAmount <= this.#settings.holdBytes / 2) return;
      await this.#flushed.changed(seen, abort);
    }
  }

  #send(message: ServerMessage): void {
    // An error of the socket is told by its close event as well, which ends the connection.
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message), () => this.#flushed.notify());
  }
}
