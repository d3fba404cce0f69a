import { isFinal } from '#client/index';
import type { DeploymentStateName, DeploymentView, OperationOutput } from '#client/index';

import { expectLawful } from './lawful.ts';
import type { Tenant } from './tenant.ts';
import { PATIENCE_SECONDS } from './until.ts';

/** Should no event come, it is looked at this often. */
const LOOK_MILLISECONDS = 2000;

/** A deployment that a test follows. */
export class Deployment {
  readonly id: string;
  readonly tenant: Tenant;

  constructor(tenant: Tenant, id: string) {
    this.tenant = tenant;
    this.id = id;
  }

  get params(): { readonly params: { readonly id: string } } {
    return { params: { id: this.id } };
  }

  async view(): Promise<DeploymentView> {
    return await this.tenant.viewer.getDeployment(this.params);
  }

  /** Waits until the deployment is as wanted, and answers it. An end that is not what was wanted fails at once. */
  async until(what: string, isWanted: (view: DeploymentView) => boolean, seconds = PATIENCE_SECONDS): Promise<DeploymentView> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const changed = this.tenant.feed.next(`deployment/${this.id}`, LOOK_MILLISECONDS);
      const view = await this.view();
      if (isWanted(view)) return view;
      if (isFinal(view.state) || performance.now() > end) throw new Error(`${what}: ${isFinal(view.state) ? 'never' : `not within ${seconds} s`}; ${inShort(view)}`);
      await changed;
    }
  }

  /** Waits until a step of this kind is under way. */
  async running(kind: string): Promise<DeploymentView> {
    return await this.until(`a step ${kind} runs`, (view) => view.steps.some((one) => one.kind === kind && one.status === 'running'));
  }

  /** Waits until it is held. */
  async paused(): Promise<DeploymentView> {
    return await this.until('it is paused', (view) => view.state === 'Paused');
  }

  /** Waits for the end, checks that all was lawful on the way, and answers how it ended. */
  async ended(seconds = PATIENCE_SECONDS): Promise<DeploymentView> {
    const view = await this.until('it has ended', (one) => isFinal(one.state), seconds);
    expectLawful(await this.events());
    return view;
  }

  /** Waits for this end. @throws with what was instead */
  async endsAs(state: DeploymentStateName, seconds = PATIENCE_SECONDS): Promise<DeploymentView> {
    const view = await this.ended(seconds);
    if (view.state !== state) throw new Error(`it did not end as ${state}; ${inShort(view)}`);
    return view;
  }

  /** All its events, read page by page. */
  async events(): Promise<readonly OperationOutput<'listDeploymentEvents'>['items'][number][]> {
    const events: OperationOutput<'listDeploymentEvents'>['items'] = [];
    for await (const event of this.tenant.viewer.items('listDeploymentEvents', { ...this.params, query: { limit: 50 } })) events.push(event);
    return events;
  }

  /** The types of its events, those that are named. */
  async told(...types: readonly string[]): Promise<readonly string[]> {
    return (await this.events()).map((one) => one.type).filter((type) => types.length === 0 || types.includes(type));
  }
}

/** The kinds of its forward steps with how each ended. */
export function stepsOf(view: DeploymentView, phase: 'forward' | 'rollback' | 'cleanup' = 'forward'): readonly string[] {
  return view.steps.filter((one) => one.phase === phase).map((one) => `${one.kind} ${one.status}`);
}

function inShort(view: DeploymentView): string {
  return `it is ${view.state} (${view.reason}) at ${view.step ?? 'no step'}: ${view.steps.map((one) => `${one.id} ${one.status}`).join(', ')}`;
}
