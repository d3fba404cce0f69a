import { Agent, request } from 'node:http';

/** What the traffic saw: all requests, those that failed by the release that answered, and those that no release answered. */
export type TrafficSeen = { readonly requests: number; readonly byRelease: { readonly [release: string]: number }; readonly failedByRelease: { readonly [release: string]: number }; readonly failedByProxy: number };

/** Real HTTP requests at a steady rate; `stop` waits for the last answers. */
export type Traffic = { readonly seen: () => TrafficSeen; readonly stop: () => Promise<TrafficSeen> };

/** 150 requests per second give the canary 60 per look of two seconds at 20 %, so that 5 % failures are plain at once. */
const REQUESTS_PER_SECOND = 150;
const TICK_MILLISECONDS = 20;
const TIMEOUT_MILLISECONDS = 10_000;

/** Sends requests over kept-alive connections until it is stopped. Every answer tells its release, failures too. */
export function startTraffic(port: number, releases: readonly string[]): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const failed = Object.fromEntries(releases.map((release) => [release, 0]));
  const answered = Object.fromEntries(releases.map((release) => [release, 0]));
  const open = new Set<Promise<void>>();
  let requests = 0;
  let failedByProxy = 0;
  const count = async (asked: ReturnType<typeof ask>) => {
    const answer = await asked;
    if (answer === undefined || answered[answer.release] === undefined) {
      failedByProxy += 1;
      return;
    }
    answered[answer.release] = (answered[answer.release] ?? 0) + 1;
    if (answer.status >= 500) failed[answer.release] = (failed[answer.release] ?? 0) + 1;
  };
  const send = () => {
    requests += 1;
    const one = count(ask(agent, port));
    open.add(one);
    void one.finally(() => open.delete(one));
  };
  let owed = 0;
  const timer = setInterval(() => {
    for (owed += (REQUESTS_PER_SECOND * TICK_MILLISECONDS) / 1000; owed >= 1; owed -= 1) send();
  }, TICK_MILLISECONDS);
  const seen = (): TrafficSeen => ({ requests, byRelease: { ...answered }, failedByRelease: { ...failed }, failedByProxy });
  return {
    seen,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return seen();
    },
  };
}

async function ask(agent: Agent, port: number): Promise<{ readonly status: number; readonly release: string } | undefined> {
  return await new Promise((resolve) => {
    const sent = request({ agent, host: '127.0.0.1', port, path: '/', timeout: TIMEOUT_MILLISECONDS }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => resolve(releaseOf(answer.statusCode ?? 0, body))).on('error', () => resolve(undefined));
    });
    sent.on('timeout', () => sent.destroy()).on('error', () => resolve(undefined)).end();
  });
}

function releaseOf(status: number, body: string): { readonly status: number; readonly release: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'release' in parsed && typeof parsed.release === 'string') return { status, release: parsed.release };
  } catch {
    // What is not JSON did not come from the shop.
  }
  return undefined;
}
