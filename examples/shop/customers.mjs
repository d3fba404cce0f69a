// Customers of the shop until Ctrl-C: without requests there is nothing to judge a canary by. Says once a second who answered.
const url = process.argv[2] ?? 'http://127.0.0.1:8080/';
// 150 requests per second: a canary with 20 % of them has 60 per look of two seconds, and needs 20.
const REQUESTS_PER_TICK = 6;
const TICK_MILLISECONDS = 40;

let answers = new Map();

async function visit() {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(told, () => 'nobody');
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
}

async function told(response) {
  const { release = 'unknown' } = await response.json();
  return response.ok ? release : `${release} failing`;
}

setInterval(() => {
  for (let one = 0; one < REQUESTS_PER_TICK; one += 1) void visit();
}, TICK_MILLISECONDS);

setInterval(() => {
  console.log([...answers].map(([who, times]) => `${times} by ${who}`).sort().join(', '));
  answers = new Map();
}, 1000);
