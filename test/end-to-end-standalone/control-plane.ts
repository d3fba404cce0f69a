import { createServer } from 'node:net';
import { join } from 'node:path';

import { Tenant } from '../end-to-end/tenant.ts';
import { guardedFolder } from './guarded.ts';
import { serve } from './sluice-process.ts';
import type { ProcessOptions, SluiceProcess } from './sluice-process.ts';

/** Ports below those that the system gives out by itself (32768 and up on Linux), so that no outgoing connection takes one while its server is away. */
const [FIRST_PORT, LAST_PORT] = [20_000, 29_999];

/** A control plane of a test's own, which can be killed and started again on its data, at its address. */
export class ControlPlane {
  readonly folder: string;
  readonly port: number;
  readonly operatorKey: string;
  readonly adminKey: string;
  /** How often it was killed. */
  kills = 0;
  #process: SluiceProcess;
  readonly #outputs: string[] = [];
  readonly #remove: () => Promise<void>;
  readonly #options: Pick<ProcessOptions, 'environment' | 'before'>;
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: Pick<ControlPlane, 'folder' | 'port' | 'operatorKey' | 'adminKey'> & { readonly remove: () => Promise<void>; readonly options: Pick<ProcessOptions, 'environment' | 'before'> }, started: SluiceProcess) {
    this.folder = parts.folder;
    this.port = parts.port;
    this.operatorKey = parts.operatorKey;
    this.adminKey = parts.adminKey;
    this.#process = started;
    this.#remove = parts.remove;
    this.#options = parts.options;
  }

  static async start(options: Pick<ProcessOptions, 'environment' | 'before'> = {}): Promise<ControlPlane> {
    const { folder, remove } = await guardedFolder();
    const port = await freePort();
    try {
      const { process: started, keys } = await serve(['--port', `${port}`, '--data', join(folder, 'data')], { direct: true, ...options });
      return new ControlPlane({ folder, port, operatorKey: keys.operator ?? '', adminKey: keys.admin ?? '', remove, options }, started);
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** The folder of its data. */
  get data(): string {
    return join(this.folder, 'data');
  }

  /** The process that serves now. */
  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends the process as `kill -9` does, and starts it again on the same data. */
  async killAndRestart(): Promise<void> {
    await this.kill();
    await this.restart();
  }

  async kill(): Promise<void> {
    await this.#change(async () => {
      this.kills += 1;
      await this.#process.kill();
      this.#outputs.push(this.#process.output);
    });
  }

  async restart(): Promise<void> {
    await this.#change(async () => {
      ({ process: this.#process } = await serve(['--port', `${this.port}`, '--data', this.data], { direct: true, ...this.#options }));
    });
  }

  /** Everything that it has reported as trouble, over all its lives. */
  get troubles(): readonly string[] {
    return [...this.#outputs, this.#process.output].flatMap((output) => output.split('\n').filter((line) => line.startsWith('trouble')));
  }

  async close(): Promise<void> {
    await this.#change(async () => {
      this.#isClosed = true;
      await this.#process.kill();
      await this.#remove();
    });
  }

  /** One after the other; what a test that has failed still wants is not begun any more. */
  async #change(work: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing.catch(() => undefined).then(async () => (this.#isClosed ? undefined : await work()));
    await this.#changing;
  }
}

/** Gives a test a control plane of its own and a tenant on it, and ends both; it must have reported no trouble. */
export async function withControlPlane(test: (plane: ControlPlane, tenant: Tenant) => Promise<void>, options: Pick<ProcessOptions, 'environment' | 'before'> & { readonly mayBeInTrouble?: boolean } = {}): Promise<void> {
  const { mayBeInTrouble = false, ...started } = options;
  const plane = await ControlPlane.start(started);
  try {
    const tenant = await Tenant.open('standalone', plane);
    try {
      await test(plane, tenant);
    } finally {
      await tenant.close();
    }
  } finally {
    await plane.close();
  }
  if (!mayBeInTrouble && plane.troubles.length > 0) throw new Error(`the control plane was in trouble: ${plane.troubles.join('\n')}`);
}

/** A port of this machine that is free, and stays so unless somebody asks for it by its number. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
