// Plays a release for tests. The first argument says how: `serve`, `fail`, `crash-after MILLISECONDS`, `chatter BYTES`, `grow MEBIBYTES`, `tell FILE ARGUMENTS…`, `work`.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

const [role, value, ...rest] = process.argv.slice(2);
const release = process.env.SLUICE_RELEASE;

switch (role) {
  case 'serve': serve(); break;
  case 'fail':
    for (let line = 1; line <= 30; line += 1) console.log(`line ${line}`);
    console.error('last words');
    process.exitCode = 3;
    break;
  case 'crash-after':
    serve();
    setTimeout(() => process.exit(7), Number(value));
    break;
  case 'chatter':
    serve();
    for (let written = 0; written < Number(value); written += 1024) process.stdout.write(`${'x'.repeat(1023)}\n`);
    break;
  case 'grow':
    serve();
    grow(Number(value));
    break;
  case 'tell':
    writeFileSync(value, JSON.stringify({ arguments: rest, environment: process.env, folder: process.cwd() }));
    serve();
    break;
  case 'stubborn':
    process.on('SIGTERM', () => console.log('I stay'));
    serve({ stubborn: true });
    break;
  case 'work':
    setInterval(() => undefined, 1000);
    break;
  default:
    throw new Error(`no role ${role}`);
}

function serve({ stubborn = false } = {}) {
  let healthy = true;
  const server = createServer((request, response) => {
    if (!server.listening) response.setHeader('connection', 'close');
    if (request.url === '/healthz') response.writeHead(healthy ? 200 : 500).end();
    else if (request.url === '/sicken') { healthy = false; response.end(release); }
    else if (request.url === '/stream') stream(response);
    else if (request.url === '/echo') request.pipe(response);
    else request.resume().on('end', () => response.end(release));
  });
  new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  if (!stubborn) process.on('SIGTERM', () => server.close(() => process.exit(0)));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`release ${release} serves`));
}

/** One line every 50 ms for two seconds. */
function stream(response) {
  let lines = 0;
  const timer = setInterval(() => {
    lines += 1;
    response.write(`${lines} ${release}\n`);
    if (lines === 40) {
      clearInterval(timer);
      response.end();
    }
  }, 50);
}

/** Uses more and more memory, in a child of its own, as programs do that work in several processes. */
function grow(mebibytes) {
  const program = `const kept = []; const timer = setInterval(() => { kept.push(Buffer.alloc(8 * 1024 * 1024, 1)); if (kept.length * 8 >= ${mebibytes}) clearInterval(timer); }, 20); setInterval(() => kept.length, 1000)`;
  spawn(process.execPath, ['-e', program], { stdio: 'inherit' });
}
