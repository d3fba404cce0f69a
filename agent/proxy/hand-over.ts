import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Server } from 'node:net';

import { handOverMessage, takenOverMessage } from '#agent/proxy/control-messages';
import type { HandOverMessage, HandOverRequest } from '#agent/proxy/control-messages';
import type { Proxy } from '#agent/proxy/proxy';
import { nodeEnvironment } from '#agent/processes/launch-node';

/** A new Node process starts within 1 s on an idle machine; a machine busy with a deployment may take several. */
const TAKE_OVER_MILLISECONDS = 20_000;

/**
 * Starts the successor of this proxy and hands it the listening sockets themselves, with the connections that wait in them: no moment comes
 * in which nobody listens, and none is reset, as it could be with a second socket on the same port. Throws, and nothing has changed, when
 * the successor does not come up.
 */
export async function handOver(proxy: Proxy, request: HandOverRequest): Promise<void> {
  const log = openSync(request.logPath, 'a', 0o600);
  const child = spawn(request.executable, request.arguments, { detached: true, shell: false, cwd: '/', env: { ...nodeEnvironment() }, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const deadline = AbortSignal.timeout(TAKE_OVER_MILLISECONDS);
  const send = (message: HandOverMessage, server?: Server) => new Promise<void>((resolve, reject) => {
    child.send(message, server, {}, (error) => (error === null ? resolve() : reject(error)));
  });
  try {
    const failed = Promise.race([once(child, 'exit', { signal: deadline }), once(child, 'error', { signal: deadline })]).then(() => { throw new Error('the successor ended before it had taken over'); });
    const accepted = once(child, 'message', { signal: deadline });
    const listeners = proxy.front.servers();
    const handed = async () => {
      await send({ kind: 'state', configuration: proxy.router.configuration ?? null, clients: proxy.router.affinity.entries().map(([client, key]) => [client, key]), listeners: listeners.length });
      for (const [port, server] of listeners) await send({ kind: 'listener', port }, server);
      takenOverMessage.parse((await accepted)[0]);
    };
    await Promise.race([handed(), failed]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.disconnect();
  child.unref();
}

/** Takes over from the proxy that started this one: first what it was told, then, one by one, the sockets on which clients may come at once. */
export function takeOver(proxy: Proxy): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = 0;
    process.once('disconnect', () => reject(new Error('the proxy that hands over is gone')));
    process.on('message', (received: unknown, handle: unknown) => {
      const message = handOverMessage.parse(received);
      if (message.kind === 'state') {
        missing = message.listeners;
        proxy.router.affinity.restore(message.clients);
        if (message.configuration !== null) proxy.router.configure(message.configuration);
      } else {
        if (!(handle instanceof Server)) throw new Error('a listening socket was announced and did not come');
        proxy.front.adopt(message.port, handle);
        missing -= 1;
      }
      if (missing === 0) resolve();
    });
  });
}

/** Tells the proxy that hands over that this one has taken over, and lets go of it. */
export function confirmTakeOver(): void {
  process.removeAllListeners('message');
  process.removeAllListeners('disconnect');
  process.send?.({ kind: 'taken-over' }, undefined, {}, () => process.disconnect());
}
