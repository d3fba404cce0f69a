import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import * as z from 'zod';

import { createClient } from '#client/index';

const job = z.strictObject({ url: z.url(), agents: z.array(z.strictObject({ target: z.string(), key: z.string() })) });
const told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('seen'), deployment: z.string(), atMilliseconds: z.number() }),
]);

/** Heartbeats of an agent, in seconds: as real agents send them. */
const HEARTBEAT_SECONDS = 10;

/** A command that no agent has after so long is lost, which is an error; in between the bench looks so often. */
const PATIENCE_SECONDS = 60;
const LOOK_MILLISECONDS = 20;

/** Agents that do nothing with a command and report it as done at once, all in a process of their own. What is left is the control plane's time. */
export class Fleet {
  readonly #child: ChildProcess;
  readonly #seen = new Map<string, number>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const parsed = told.parse(message);
      if (parsed.kind === 'seen') this.#seen.set(parsed.deployment, parsed.atMilliseconds);
    });
  }

  /** Starts agents and waits until all of them listen. */
  static async start(given: z.input<typeof job>): Promise<Fleet> {
    const child = fork(import.meta.filename, ['fleet'], { execArgv: ['--conditions=sluice-source'] });
    child.send(job.parse(given));
    await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => { throw new Error(`the agents ended with ${String(code)}`); })]);
    return new Fleet(child);
  }

  /** When an agent first saw a command of a deployment, in milliseconds since 1970. @throws when none does in time */
  async firstSeen(deployment: string): Promise<number> {
    const patience = performance.now() + PATIENCE_SECONDS * 1000;
    for (;;) {
      const at = this.#seen.get(deployment);
      if (at !== undefined) return at;
      if (performance.now() > patience) throw new Error(`no agent saw a command of ${deployment}`);
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MILLISECONDS); });
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

async function play({ url, agents }: z.output<typeof job>): Promise<void> {
  const seen = new Set<string>();
  const tell = (message: z.input<typeof told>) => { process.send?.(message); };
  await Promise.all(agents.map(async ({ target, key }) => {
    const client = createClient({ url, key, maximumAttempts: 50 });
    const params = { name: target };
    const { epoch } = await client.claimTarget({ params, body: { instance: 'bench-agent' } });
    const claim = { instance: 'bench-agent', epoch };
    const beat = async () => await client.sendHeartbeat({ params, body: { ...claim, facts: { version: '1.0.0', addresses: ['127.0.0.1'], allow: ['node'], components: [] } } });
    await beat();
    setInterval(() => void beat().catch((error: unknown) => process.stderr.write(`a heartbeat: ${String(error)}\n`)), HEARTBEAT_SECONDS * 1000);
    const work = client.subscribe({ kind: 'work', target });
    const reported = new Set<string>();
    void (async () => {
      for await (const _ of work) {
        const { items } = await client.readCommands({ params, query: claim });
        const fresh = items.filter(({ command }) => !reported.has(command.id));
        await Promise.all(fresh.map(async ({ command }) => {
          reported.add(command.id);
          const [deployment = ''] = command.id.split('/');
          if (!seen.has(deployment)) tell({ kind: 'seen', deployment, atMilliseconds: Date.now() });
          seen.add(deployment);
          await client.reportCommand({ params, body: { ...claim, report: { command: command.id, outcome: 'succeeded', reason: 'done' } } });
        }));
      }
    })().catch((error: unknown) => {
      process.stderr.write(`an agent: ${String(error)}\n`);
      process.exit(1);
    });
    await work.ready;
  }));
  tell({ kind: 'ready' });
}

if (process.argv[2] === 'fleet' && process.send !== undefined) {
  process.once('message', (message) => void play(job.parse(message)));
  process.once('disconnect', () => process.exit(0));
}
