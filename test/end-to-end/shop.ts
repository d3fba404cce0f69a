import type { OperationOutput, OperationRequest } from '#client/index';
import { strategyChoice } from '#domain/resources/strategy';

import { Deployment } from './deployment.ts';
import { PlayedAgent } from './played-agent.ts';
import type { Tenant } from './tenant.ts';

type EnvironmentSpec = OperationRequest<'putEnvironment'>['body']['spec'];
type TemplateSpec = OperationRequest<'putAnalysisTemplate'>['body']['spec'];
type Request = OperationRequest<'requestDeployment'>['body'];

export type Strategy = Exclude<Request['strategy'], string | undefined>;
export type Component = OperationRequest<'putApplication'>['body']['spec']['components'][number];

/** What is particular to a shop. */
export type ShopOptions = {
  readonly strategy?: Strategy;
  /** Further fields of the environment. */
  readonly environment?: Partial<EnvironmentSpec>;
  readonly components?: readonly Component[];
  /** How many targets each wave has. */
  readonly waves?: readonly number[];
  readonly template?: TemplateSpec;
  /** The environment variables of releases, by their names. */
  readonly variables?: { readonly [release: string]: OperationRequest<'putRelease'>['body']['spec']['components'][number]['environment'] };
};

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** The releases that every shop has. */
export const RELEASES = ['1.0.0', '1.1.0', '1.2.0'] as const;

/** A canary fails when more than 2 % of its requests do; one look a second, three at the most. */
const ERRORS: TemplateSpec = { lookSeconds: 1, horizonSeconds: 3, metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 }, minimumRequests: 10 }] };

let shops = 0;

/** An application with its environment, targets and played agents; several live side by side in a tenant, under names of their own. */
export class Shop {
  readonly tenant: Tenant;
  readonly application: string;
  readonly environment: string;
  readonly template: string;
  readonly agents: readonly PlayedAgent[];
  readonly #options: ShopOptions;

  private constructor(tenant: Tenant, number: number, options: ShopOptions, agents: readonly PlayedAgent[]) {
    this.tenant = tenant;
    this.application = `shop-${number}`;
    this.environment = `production-${number}`;
    this.template = `errors-${number}`;
    this.agents = agents;
    this.#options = options;
  }

  /** Makes everything that a deployment needs, and brings the agents up. */
  static async open(tenant: Tenant, options: ShopOptions = {}): Promise<Shop> {
    shops += 1;
    const number = shops;
    const { waves = [1], components = [WEB] } = options;
    const names = waves.map((count, wave) => Array.from({ length: count }, (_, place) => `edge-${number}-${wave + 1}${'abcdefgh'.charAt(place)}`));
    const agents = await Promise.all(names.flat().map(async (target) => {
      await tenant.client.putTarget({ params: { name: target }, body: { ...head, kind: 'Target', metadata: { name: target }, spec: { provider: 'agent' } } });
      const { client } = await tenant.keyOf('agent', { name: target, target });
      return new PlayedAgent(client, target, { application: `shop-${number}`, component: components[0]?.name ?? 'web' });
    }));
    const shop = new Shop(tenant, number, options, agents);
    await shop.#put(names);
    for (const agent of agents) tenant.onClose(() => agent.stop());
    await Promise.all(agents.map((agent) => agent.start()));
    return shop;
  }

  /** The agent of the first target. */
  get agent(): PlayedAgent {
    const [first] = this.agents;
    if (first === undefined) throw new Error('the shop has no target');
    return first;
  }

  /** Asks for a release; `more` are further fields of the request. */
  async deploy(release: string, more: Partial<Request> = {}): Promise<Deployment> {
    const { id } = await this.tenant.client.requestDeployment({ body: this.request(release, more) });
    return new Deployment(this.tenant, id);
  }

  /** The body of such a request. */
  request(release: string, more: Partial<Request> = {}): Request {
    return { application: this.application, release, environment: this.environment, ...more };
  }

  /** Deploys a first release, and forgets what the agents were told on the way. */
  async isServed(release = '1.0.0'): Promise<void> {
    const deployment = await this.deploy(release);
    const ended = await deployment.ended();
    if (ended.state !== 'Succeeded') throw new Error(`the first deployment ended as ${ended.state}: ${ended.reason}`);
    for (const agent of this.agents) agent.commands.length = 0;
  }

  /** What serves on the first target, and who may change it. */
  async serving(): Promise<OperationOutput<'getTargetStatus'>['serving'][number] | undefined> {
    const { serving } = await this.tenant.client.getTargetStatus({ params: { name: this.agent.target } });
    return serving.find((one) => one.application === this.application);
  }

  /** Changes fields of the environment. */
  async changeEnvironment(fields: Partial<EnvironmentSpec>): Promise<void> {
    const { apiVersion, kind, metadata, spec } = await this.tenant.client.getEnvironment({ params: { name: this.environment } });
    await this.tenant.client.putEnvironment({ params: { name: this.environment }, body: { apiVersion, kind, metadata, spec: { ...spec, ...fields } } });
  }

  async #put(waves: readonly (readonly string[])[]): Promise<void> {
    const { client } = this.tenant;
    const { components = [WEB], strategy = { type: 'rolling' }, variables = {} } = this.#options;
    await client.putAnalysisTemplate({ params: { name: this.template }, body: { ...head, kind: 'AnalysisTemplate', metadata: { name: this.template }, spec: this.#options.template ?? ERRORS } });
    await client.putApplication({ params: { name: this.application }, body: { ...head, kind: 'Application', metadata: { name: this.application }, spec: { components: [...components] } } });
    await client.putEnvironment({
      params: { name: this.environment },
      body: { ...head, kind: 'Environment', metadata: { name: this.environment }, spec: { waves: waves.map((targets) => ({ targets: [...targets] })), strategy: withTemplate(strategy, this.template), ...this.#options.environment } },
    });
    await Promise.all(RELEASES.map(async (name) => {
      const spec = { application: this.application, components: components.map((one) => ({ name: one.name, artefact: { command: ['node', `${name}.mjs`] }, environment: variables[name] ?? [] })) };
      await client.putRelease({ params: { application: this.application, name }, body: { ...head, kind: 'Release', metadata: { name }, spec } });
    }));
  }
}

const WEB: Component = { name: 'web', port: 8080, replicas: 4 };

/** The name that stands in a strategy for the shop's own template. */
export const OWN_TEMPLATE = 'own-template';

function withTemplate(strategy: Strategy, template: string): Strategy {
  return strategyChoice.parse(JSON.parse(JSON.stringify(strategy).replaceAll(OWN_TEMPLATE, template)));
}
