import { randomBytes } from 'node:crypto';

import { CHANCE_LIMIT, deploymentIdOf } from '#domain/deployment/deployment-id';
import type { Ids } from '#ports/clock';

/** 192 bits, above the 160 that are promised; 24 bytes are 32 characters of base64url without padding. */
const SECRET_BYTES = 24;

/** Ids from the process's secure random source. Deployment ids grow within a process, also within a millisecond and when the clock steps back. */
export class SystemIds implements Ids {
  #lastTime = -1;
  #chance = 0n;

  deployment(now: number): string {
    if (now > this.#lastTime) {
      this.#lastTime = now;
      this.#chance = BigInt(`0x${randomBytes(10).toString('hex')}`);
    } else {
      this.#chance += 1n;
    }
    if (this.#chance >= CHANCE_LIMIT) {
      this.#lastTime += 1;
      this.#chance = 0n;
    }
    return deploymentIdOf(this.#lastTime, this.#chance);
  }

  trace(): string {
    return randomBytes(16).toString('hex');
  }

  secret(prefix: string): string {
    return `${prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  }
}
