import { closeCodes } from '#contracts/stream';
import type { Connections } from '#ports/connections';

/** One open connection, as others see it. */
export interface OpenConnection {
  readonly tenant: string;
  readonly keyId: string;
  /** Tells whoever subscribed to this target's work on the connection. */
  announceWork(target: string): void;
  close(code: number, reason: string): void;
}

/** The connections of this process. */
export class OpenConnections implements Connections {
  readonly #open = new Set<OpenConnection>();

  /** How many are open: in all, of a tenant, or with one key. */
  count(of: { readonly tenant?: string; readonly keyId?: string } = {}): number {
    return this.all().filter((one) => (of.tenant === undefined || one.tenant === of.tenant) && (of.keyId === undefined || one.keyId === of.keyId)).length;
  }

  all(): readonly OpenConnection[] {
    return [...this.#open];
  }

  add(connection: OpenConnection): void {
    this.#open.add(connection);
  }

  remove(connection: OpenConnection): void {
    this.#open.delete(connection);
  }

  async announceWork(tenant: string, target: string): Promise<void> {
    for (const connection of this.#open) if (connection.tenant === tenant) connection.announceWork(target);
  }

  async closeKey(tenant: string, key: string): Promise<void> {
    for (const connection of this.all()) {
      if (connection.tenant === tenant && connection.keyId === key) connection.close(closeCodes.keyInvalid, 'the key is no longer valid');
    }
  }
}
