import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';

import { Proxy } from '#agent/proxy/proxy';

/** A process of this file: a server, or the agent's proxy before a port. It says that it is ready, and ends with its parent. */
export type Role = { readonly role: 'server'; readonly port: number } | { readonly role: 'proxy'; readonly port: number; readonly to: number };

/** Starts it. Answers how to end it. */
export async function startRole(role: Role): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--conditions=sluice-source', import.meta.filename, JSON.stringify(role)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
}

const ANSWER = JSON.stringify({ shop: 'open', products: Array.from({ length: 8 }, (_, index) => ({ name: `product ${index}`, price: index })) });

async function play(given: { readonly role: string; readonly port: number; readonly to: number }): Promise<void> {
  process.stdin.resume().once('end', () => process.exit(0));
  if (given.role === 'server') {
    createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    }).listen(given.port, '127.0.0.1', () => process.stdout.write('ready\n'));
    return;
  }
  const proxy = new Proxy('bench', '0', () => Date.now());
  const side = { key: '00000001', release: '1.0.0', instances: [{ id: 'one', port: given.to }] };
  const taken = await proxy.configure({ revision: 1, application: 'shop', component: 'web', host: '127.0.0.1', ports: [given.port], sides: { new: { ...side, key: '00000002', release: '1.1.0' }, stable: side }, weightPercent: 20, sticky: null });
  if (!taken.taken) throw new Error(taken.reason);
  process.stdout.write('ready\n');
}

const [, program, text] = process.argv;
if (program === import.meta.filename && text !== undefined) {
  const { role = '', port = 0, to = 0 } = Object(JSON.parse(text));
  await play({ role: String(role), port: Number(port), to: Number(to) });
}
