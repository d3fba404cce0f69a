import type { StreamEvent } from '#client/index';
import { TERMINAL_EVENTS } from '#domain/deployment/events';

import type { Deployment } from '../end-to-end/deployment.ts';
import { LONG_SECONDS } from '../end-to-end/until.ts';

/** How a deployment is led: to its end, or until a person aborts it at a place. */
export type Way = {
  /** Ends the victim as `kill -9` does, and starts it again. */
  readonly kill: () => Promise<void>;
  /** Has a person hold the deployment as soon as its first step is dispatched: in a strategy that has no waits of its own. */
  readonly hold: boolean;
  /** Where a person aborts, by the beginning of what `placesOf` calls it. */
  readonly abortAt?: string;
};

const ends: readonly string[] = TERMINAL_EVENTS;

/**
 * Kills at every step that is dispatched and in every wait, and only then has people do what is waited for, until the deployment has
 * ended. Answers the places, such as `dispatched 2-shift`, `waits 3-bake`, `held`.
 */
export async function killAllTheWay(deployment: Deployment, { kill, hold, abortAt }: Way): Promise<readonly string[]> {
  const stream = `deployment/${deployment.id}`;
  const { feed } = deployment.tenant;
  const places: string[] = [];
  const end = performance.now() + LONG_SECONDS * 1000;
  for (let seen = 0; performance.now() < end;) {
    const fresh = feed.of(stream).slice(seen);
    seen += fresh.length;
    const reached = fresh.flatMap(placesOf);
    if (hold && places.length === 0 && reached.length > 0) await deployment.tenant.client.pauseDeployment({ ...deployment.params });
    if (reached.length > 0) await kill();
    if (fresh.some((one) => ends.includes(one.type))) return places;
    places.push(...reached);
    for (const place of reached) await act(deployment, place, abortAt);
    if (fresh.length === 0) await feed.next(stream, 1000);
  }
  throw new Error(`the deployment has not ended within ${LONG_SECONDS} s; killed at ${places.join(', ')}`);
}

/** Where an event says that the deployment now is, if it will be there for a while. */
function placesOf({ type, payload }: StreamEvent): readonly string[] {
  if (type === 'DeploymentPaused') return ['held'];
  const step = typeof payload === 'object' && payload !== null && 'step' in payload ? String(payload.step) : '';
  if (type === 'StepDispatched') return [`dispatched ${step}`];
  return type === 'WaitStarted' ? [`waits ${step}`] : [];
}

/** What a person does about a place. Bakes and analyses end by themselves. */
async function act({ tenant, params }: Deployment, place: string, abortAt: string | undefined): Promise<void> {
  const kind = place.replace(/ \d+-/, ' ');
  if (kind === abortAt) await tenant.client.abortDeployment({ ...params, body: { comment: 'in the middle of it' } });
  else if (kind === 'held') await tenant.client.resumeDeployment({ ...params });
  else if (kind === 'waits approve') await tenant.client.approveDeployment({ ...params });
  else if (kind === 'waits pause') await tenant.client.promoteDeployment({ ...params });
}
