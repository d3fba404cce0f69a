import type { ConnectionSubject } from '../contracts/connections.ts';
import { makeKey, Served } from './server/served.ts';
import { StreamClient } from './server/stream-client.ts';

/** The connections of a served system, opened by real WebSockets. */
export async function openConnections(): Promise<ConnectionSubject> {
  const served = await Served.open();
  const values = new Map<string, string>();
  const clients: StreamClient[] = [];
  const open = () => clients.filter(({ socket }) => socket.readyState === socket.OPEN);
  return {
    port: served.connections,
    async connect({ tenant, key, target }) {
      const name = `${tenant} ${key}`;
      const value = values.get(name) ?? (await makeKey(served.ports, { tenant, role: 'agent', target, id: key }));
      values.set(name, value);
      const client = await StreamClient.open(served, { key: value });
      await client.subscribe('work', { kind: 'work', target });
      clients.push(client);
      return {
        get told() {
          return client.received.flatMap((message) => (message.type === 'work' ? [message.target] : []));
        },
        get isClosed() {
          return client.socket.readyState === client.socket.CLOSED;
        },
        async leave() {
          await client.close();
          // The server hears of it by its own end of the connection, which closes in a later turn.
          while (served.connections.count({ tenant, keyId: key }) > 0) await new Promise<void>((resolve) => { setImmediate(resolve); });
        },
      };
    },
    async settle() {
      // A connection that the server has closed is none of its own any more; its client hears of it then.
      await Promise.all(clients.filter(({ socket }) => socket.readyState === socket.CLOSING).map(async ({ closed }) => await closed));
      // Messages arrive in order, so whoever has its pong, or its end, has all that was sent before.
      await Promise.all(open().map(async (client) => {
        const answered = new Promise<void>((resolve) => {
          const listen = (data: unknown) => {
            if (!String(data).includes('"pong"')) return;
            client.socket.off('message', listen);
            resolve();
          };
          client.socket.on('message', listen);
        });
        client.send({ type: 'ping' });
        await Promise.race([answered, client.closed]);
      }));
    },
    close: () => served.close(),
  };
}
