import { dirname, join } from 'node:path';

import type { Strategy } from '../end-to-end/shop.ts';
import { Deployment } from '../end-to-end/deployment.ts';
import type { Tenant } from '../end-to-end/tenant.ts';
import { freePort } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { guarded } from './guarded.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { ProcessOptions } from './sluice-process.ts';
import { Traffic } from './traffic.ts';

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** What the example shop is. */
const SHOP_FOLDER = join(import.meta.dirname, '..', '..', 'examples', 'shop');

/** The example shop, run by a real agent as real processes. */
export class RealShop {
  readonly tenant: Tenant;
  /** Where clients reach it. */
  readonly port: number;
  readonly #environment: { readonly [variable: string]: string };
  readonly #state: string;
  readonly #before: string | undefined;
  #agent: SluiceProcess;
  readonly #outputs: string[] = [];

  private constructor(parts: Pick<RealShop, 'tenant' | 'port'> & { readonly environment: { readonly [variable: string]: string }; readonly state: string; readonly before: string | undefined }) {
    this.tenant = parts.tenant;
    this.port = parts.port;
    this.#environment = parts.environment;
    this.#state = parts.state;
    this.#before = parts.before;
    guarded(`agent ${parts.state}`);
    this.#agent = this.#start();
  }

  /** Makes all resources, and starts the agent. */
  static async open(plane: Pick<ControlPlane, 'url' | 'folder'>, tenant: Tenant, { before, environment = {} }: Pick<ProcessOptions, 'before' | 'environment'> = {}): Promise<RealShop> {
    const port = await freePort();
    const { client } = tenant;
    await client.putTarget({ params: { name: 'local' }, body: { ...head, kind: 'Target', metadata: { name: 'local' }, spec: { provider: 'agent' } } });
    await client.putAnalysisTemplate({ params: { name: 'errors' }, body: { ...head, kind: 'AnalysisTemplate', metadata: { name: 'errors' }, spec: { lookSeconds: 1, horizonSeconds: 3, metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 }, minimumRequests: 5, inconclusiveLimit: 5 }] } } });
    await client.putApplication({ params: { name: 'shop' }, body: { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port, replicas: 2, drainSeconds: 2, healthCheck: { path: '/healthz' } }] } } });
    await client.putEnvironment({ params: { name: 'production' }, body: { ...head, kind: 'Environment', metadata: { name: 'production' }, spec: { waves: [{ targets: ['local'] }] } } });
    for (const [name, failPercent] of [['1.0.0', 0], ['1.1.0', 0], ['1.2.0', 20]] as const) {
      const artefact = { command: [process.execPath, 'server.mjs'], workingDirectory: SHOP_FOLDER };
      await client.putRelease({ params: { application: 'shop', name }, body: { ...head, kind: 'Release', metadata: { name }, spec: { application: 'shop', components: [{ name: 'web', artefact, environment: [{ name: 'FAIL_PERCENT', value: `${failPercent}` }, { name: 'EDITION', value: name }] }] } } });
    }
    const { key } = await tenant.keyOf('agent', { target: 'local' });
    const shop = new RealShop({ tenant, port, before, environment: { ...environment, SLUICE_URL: plane.url, SLUICE_KEY: key, SLUICE_TARGET: 'local', SLUICE_ALLOW: process.execPath, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` }, state: join(plane.folder, 'agent') });
    tenant.onClose(() => shop.close());
    await shop.isServing();
    return shop;
  }

  /** Waits until the agent has claimed its target. */
  async isServing(): Promise<void> {
    await this.#agent.says(/serving target local/);
  }

  async deploy(release: string, strategy: Strategy): Promise<Deployment> {
    const { id } = await this.tenant.client.requestDeployment({ body: { application: 'shop', release, environment: 'production', strategy } });
    return new Deployment(this.tenant, id);
  }

  /** Has clients come, until the test ends. */
  traffic(): Traffic {
    const traffic = new Traffic(this.port);
    this.tenant.onClose(async () => void (await traffic.stop()));
    return traffic;
  }

  /** Ends the agent as `kill -9` does; what it runs goes on. */
  async kill(): Promise<void> {
    await this.#agent.kill();
    this.#outputs.push(this.#agent.output);
  }

  /** Starts another agent on what the last one has left. */
  restart(): void {
    this.#agent = this.#start();
  }

  /** What all agents have said. */
  get output(): string {
    return [...this.#outputs, this.#agent.output].join('\n');
  }

  /** Ends the agent and everything that it runs. */
  async close(): Promise<void> {
    await this.kill();
    const stopping = new SluiceProcess(['agent', '--stop-all', '--state', this.#state], { direct: true });
    const code = await stopping.ended();
    if (code !== 0) throw new Error(`what the agent has started could not be stopped: ${stopping.output}`);
  }

  #start(): SluiceProcess {
    return new SluiceProcess(['agent', '--state', this.#state], { environment: this.#environment, direct: true, ...(this.#before === undefined ? {} : { before: this.#before }) });
  }
}
