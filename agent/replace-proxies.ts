import type { Machine } from '#agent/component/machine';
import type { SupervisedComponent } from '#agent/component/supervised-component';

/**
 * Has proxies of another version replaced by ones of this agent's, one after the other, without a failed request. One that cannot be
 * replaced goes on as it is, and is tried again later.
 */
export async function replaceOutdatedProxies(machine: Machine, components: readonly SupervisedComponent[]): Promise<void> {
  for (const component of components) {
    if (!component.proxies.outdated) continue;
    await component.replaceProxy();
    machine.tell(`the proxy of ${component.record.application}/${component.record.component} was replaced by one of version ${machine.version}`);
  }
}
