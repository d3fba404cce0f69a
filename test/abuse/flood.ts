import { Agent, request } from 'node:http';

/** How many requests of the flood are under way at once: more than a client of ours ever has. */
const AT_ONCE = 64;

/**
 * A tenant without measure, as a process of its own: `node flood.ts URL KEY…` asks as fast as it is answered, with each key in turn, until it is ended.
 * Each second it tells how often which status came, as a line of JSON.
 */
const [url = '', ...keys] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let counts: Record<number, number> = {};
let asked = 0;

function askAgain(): void {
  const key = keys[asked % keys.length] ?? '';
  asked += 1;
  const sent = request(`${url}/v1/deployments`, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
    const status = answer.statusCode ?? 0;
    counts[status] = (counts[status] ?? 0) + 1;
    answer.resume().once('end', askAgain);
  });
  sent.once('error', askAgain).end();
}

for (let index = 0; index < AT_ONCE; index += 1) askAgain();
setInterval(() => {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  counts = {};
}, 1000);
