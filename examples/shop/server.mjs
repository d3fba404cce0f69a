// A tiny shop: one HTTP service that says which release it is. It reads PORT, SLUICE_RELEASE, DISCOUNT_PERCENT and FAIL_PERCENT from the
// environment.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);
const host = process.env.HOST ?? '127.0.0.1';
const release = process.env.SLUICE_RELEASE ?? 'unreleased';
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const discountPercent = Number(process.env.DISCOUNT_PERCENT ?? 0);

const products = [
  { name: 'lantern', price: 24 },
  { name: 'compass', price: 18 },
  { name: 'flask', price: 12 },
].map((product) => ({ ...product, price: (product.price * (100 - discountPercent)) / 100 }));

let owed = 0;

/** Spreads failures evenly: of 100 requests exactly FAIL_PERCENT fail, whatever the traffic. */
function mustFail() {
  owed += failPercent;
  if (owed < 100) return false;
  owed -= 100;
  return true;
}

const server = createServer((request, response) => {
  // A server that stops asks its clients to come back on another connection.
  if (!server.listening) response.setHeader('connection', 'close');
  request.resume();
  if (request.url === '/healthz') answer(response, 200, { status: 'ok', release });
  else if (mustFail()) answer(response, 500, { error: 'the till is stuck', release });
  else if (request.url === '/') answer(response, 200, { shop: 'open', release, products });
  else answer(response, 404, { error: 'there is no such shelf', release });
});

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

// Requests that are under way are finished; connections without one are closed by `close`.
process.on('SIGTERM', () => {
  console.log(`release ${release} stops`);
  server.close(() => process.exit(0));
});

server.listen(port, host, () => console.log(`release ${release} listens on http://${host}:${port}, fails ${failPercent} % of its requests`));
