import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connections } from '#ports/connections';

import { freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** A client of the WebSocket. */
export type Client = {
  /** The targets of which it was told that work waits, in order. */
  readonly told: readonly string[];
  /** Whether the other side has closed the connection. */
  readonly isClosed: boolean;
  /** Closes the connection and waits until the other side knows. */
  leave(): Promise<void>;
};

/**
 * Connections; `connect` opens one with an agent's key, made under the id `key` if there is none, that is bound to `target` and subscribed to its
 * work. `settle` waits until all that was sent has arrived.
 */
export type ConnectionSubject = Subject<Connections> & {
  connect(as: { readonly tenant: string; readonly key: string; readonly target: string }): Promise<Client>;
  settle(): Promise<void>;
};

/** What all connections promise. */
export function connectionContract(name: string, open: OpenSubject<ConnectionSubject>): void {
  describe(`connections: ${name}`, () => {
    let subject: ConnectionSubject;
    let connections: Connections;
    beforeAll(async () => {
      subject = await open();
      connections = subject.port;
    });
    afterAll(() => subject.close());

    const told = async (...clients: readonly Client[]) => {
      await subject.settle();
      return clients.map((client) => [...client.told]);
    };
    const closed = async (...clients: readonly Client[]) => {
      await subject.settle();
      return clients.map((client) => client.isClosed);
    };

    it('tells all who are subscribed to a target\'s work, and nobody else', async () => {
      const [tenant, other] = [freshTenant(), freshTenant()];
      const clients = [
        await subject.connect({ tenant, key: 'key-1', target: 'edge' }), await subject.connect({ tenant, key: 'key-2', target: 'edge' }),
        await subject.connect({ tenant, key: 'key-3', target: 'rim' }), await subject.connect({ tenant: other, key: 'key-1', target: 'edge' }),
      ];
      await connections.announceWork(tenant, 'edge');
      expect(await told(...clients)).toEqual([['edge'], ['edge'], [], []]);
      await connections.announceWork(tenant, 'rim');
      expect(await told(...clients)).toEqual([['edge'], ['edge'], ['rim'], []]);
    });

    it('takes work that nobody is subscribed to', async () => {
      const tenant = freshTenant();
      await connections.announceWork(tenant, 'edge');
      const client = await subject.connect({ tenant, key: 'key-1', target: 'edge' });
      expect(await told(client)).toEqual([[]]);
    });

    it('goes on telling the others when one has left', async () => {
      const tenant = freshTenant();
      const [gone, stays] = [await subject.connect({ tenant, key: 'key-1', target: 'edge' }), await subject.connect({ tenant, key: 'key-2', target: 'edge' })];
      await gone.leave();
      await connections.announceWork(tenant, 'edge');
      await connections.announceWork(tenant, 'edge');
      expect(await told(gone, stays)).toEqual([[], ['edge', 'edge']]);
    });

    it('closes all connections of a key, and no other', async () => {
      const [tenant, other] = [freshTenant(), freshTenant()];
      const clients = [
        await subject.connect({ tenant, key: 'key-1', target: 'edge' }), await subject.connect({ tenant, key: 'key-1', target: 'edge' }),
        await subject.connect({ tenant, key: 'key-2', target: 'edge' }), await subject.connect({ tenant: other, key: 'other-key', target: 'edge' }),
      ];
      await connections.closeKey(other, 'key-1');
      expect(await closed(...clients)).toEqual([false, false, false, false]);
      await connections.closeKey(tenant, 'key-1');
      expect(await closed(...clients)).toEqual([true, true, false, false]);
      await connections.announceWork(tenant, 'edge');
      expect(await told(...clients)).toEqual([[], [], ['edge'], []]);
    });

    it('takes a key that has no connections, or none any more', async () => {
      const tenant = freshTenant();
      await connections.closeKey(tenant, 'key-1');
      const client = await subject.connect({ tenant, key: 'key-1', target: 'edge' });
      await connections.closeKey(tenant, 'key-1');
      await connections.closeKey(tenant, 'key-1');
      expect(await closed(client)).toEqual([true]);
    });
  });
}
