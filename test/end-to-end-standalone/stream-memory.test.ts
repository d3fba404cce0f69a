import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_MESSAGE_BYTES } from '#contracts/stream';
import { createdApiKey } from '#contracts/views';
import { guardedFolder } from './guarded.ts';
import { serve } from './sluice-process.ts';
import { call, done } from '../standalone/server/matrix-system.ts';

import { until } from '../end-to-end/until.ts';
import { bytesOf, FrameSocket, OPCODES } from '../abuse/frame-socket.ts';

/** Keys that write in turn, so that none of them, and not their tenant, comes to its rate. */
const WRITERS = 8;

/** Events of 16 kB, 16 MB in all: more than the buffers of the system take for one connection (6 MB on Linux), for each of the slow readers. */
const EVENTS = 1000;

/**
 * What waits for 50 slow readers is 14 MiB at the most, by the bounds of the outbox (256 KiB each) and of the messages (32 KiB each); the rest is what is
 * made for a moment and not yet collected. Without the bounds it is several hundred MiB more.
 */
const ALLOWED_MEBIBYTES = 256;

/** The memory of a process, in MiB, as the system counts it. */
const residentMebibytes = (pid: number) => Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) / 1024;

describe('the memory of the control plane', () => {
  it('stays within the bounds of its connections when as many as a key may have read nothing and send half a message each', { timeout: 180_000 }, async () => {
    const { folder, remove } = await guardedFolder();
    const started = await serve(['--port', '0', '--data', join(folder, 'data')], { direct: true });
    try {
      const admin = started.keys.admin ?? '';
      const keys = await Promise.all(Array.from({ length: WRITERS }, async (_, index) => createdApiKey.parse(await done(started.url, { method: 'POST', path: '/v1/keys', key: admin, body: { name: `writer-${index}`, role: 'admin' } })).key));
      const labels = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`label-${index}`, 'x'.repeat(255)]));
      const put = async (name: string, key: string) => (await call(started.url, { method: 'PUT', path: `/v1/targets/${name}`, key, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name, labels }, spec: { provider: 'agent' } } })).status;
      expect(await put('first', admin)).toBe(200);
      const pid = started.process.child.pid ?? 0;
      const before = residentMebibytes(pid);
      const port = Number(new URL(started.url).port);
      const attackers: FrameSocket[] = [];
      for (let index = 0; index < MAXIMUM_CONNECTIONS_PER_KEY; index += 1) attackers.push(await FrameSocket.open({ port, key: keys[0] ?? '' }));
      const subscribe = Buffer.from(JSON.stringify({ type: 'subscribe', id: 'all', topic: { kind: 'tenant' } }));
      for (const attacker of attackers) {
        attacker.send({ opcode: OPCODES.text, payload: subscribe });
        attacker.socket.pause();
        attacker.socket.write(bytesOf({ opcode: OPCODES.text, payload: Buffer.alloc(MAXIMUM_MESSAGE_BYTES, 0x20) }).subarray(0, -1));
      }
      const reader = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, { headers: { authorization: `Bearer ${admin}` } });
      let read = 0;
      reader.on('message', (data) => { read += String(data).startsWith('{"type":"event"') ? 1 : 0; });
      await once(reader, 'open');
      reader.send(subscribe.toString());
      const statuses: number[] = [];
      for (let index = 0; index < EVENTS; index += 1) statuses.push(await put(`target-${index}`, keys[index % WRITERS] ?? ''));
      // Who asks in an orderly way goes on being answered.
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      // Who reads gets all of it, and when it has, the others were offered it too.
      await until('the last event at who reads', () => (read >= EVENTS ? true : undefined));
      const grown = residentMebibytes(pid) - before;
      expect(grown).toBeLessThan(ALLOWED_MEBIBYTES);
      expect((await fetch(`${started.url}/readyz`)).status).toBe(200);
      reader.terminate();
      for (const { socket } of attackers) socket.destroy();
    } finally {
      await started.process.stop();
      await remove();
    }
  });
});
