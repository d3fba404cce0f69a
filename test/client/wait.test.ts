import { describe, expect, it } from 'vitest';

import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { BufferedSubscription } from '#client/subscription';
import type { EventTopic, StreamEvent, Subscription, WorkNotice, WorkTopic } from '#client/subscription';
import { followDeployment, isFinal, waitForDeployment } from '#client/wait';
import { deploymentState } from '#contracts/views';
import type { DeploymentView } from '#contracts/views';

import { DEPLOYMENT, deploymentView, streamEvent } from './client-fixtures.ts';

type Followed = Pick<SluiceClient, 'getDeployment' | 'subscribe'>;

/** A deployment that goes through the given views; each look after the first is preceded by the event that led to it. */
function scripted(views: readonly DeploymentView[], stream: 'good' | 'refused' = 'good'): { client: Followed; looks: () => number; closed: () => boolean } {
  let looks = 0;
  let closed = false;
  let feed: BufferedSubscription<StreamEvent> | undefined;
  const client: Followed = {
    getDeployment: async () => {
      const view = views[Math.min(looks, views.length - 1)];
      looks += 1;
      if (view === undefined) throw SluiceError.of('not-found', DEPLOYMENT);
      const next = views[looks];
      if (next !== undefined) setImmediate(() => feed?.received(String(next.version), streamEvent(next.version)));
      return view;
    },
    subscribe,
  };
  return { client, looks: () => looks, closed: () => closed };

  function subscribe(topic: EventTopic): Subscription<StreamEvent>;
  function subscribe(topic: WorkTopic): Subscription<WorkNotice>;
  function subscribe(topic: EventTopic | WorkTopic): Subscription<StreamEvent> | Subscription<WorkNotice> {
    if (topic.kind === 'work') throw new Error('nobody asks for work here');
    const owner = { resume: () => undefined, suspend: () => undefined, remove: () => { closed = true; } };
    feed = new BufferedSubscription<StreamEvent>(topic, { cursor: undefined, owner, shape: { ofEvent: (event) => event, ofWork: () => undefined } });
    if (stream === 'good') feed.subscribed('0');
    else feed.fail(SluiceError.of('unreachable', 'no WebSockets here'));
    return feed;
  }
}

const course = [deploymentView({ version: 1, state: 'Requested' }), deploymentView({ version: 2, state: 'Progressing' }), deploymentView({ version: 4, state: 'RollingBack' }), deploymentView({ version: 6, state: 'RolledBack' })];

describe('following a deployment', () => {
  it('yields it after each change until its final state, and lets go of the stream', async () => {
    const { client, closed } = scripted(course);
    const states: string[] = [];
    for await (const view of followDeployment(client, DEPLOYMENT)) states.push(view.state);
    expect(states).toEqual(['Progressing', 'RollingBack', 'RolledBack']);
    expect(closed()).toBe(true);
  });

  it('tells each event in order', async () => {
    const versions: number[] = [];
    await waitForDeployment(scripted(course).client, DEPLOYMENT, { onEvent: (event) => versions.push(event.version) });
    expect(versions).toEqual([2, 4, 6]);
  });

  it('looks from time to time where no stream can be had', async () => {
    const { client, looks } = scripted(course, 'refused');
    const ended = await waitForDeployment(client, DEPLOYMENT, { pollSeconds: 0.001 });
    expect(ended).toMatchObject({ state: 'RolledBack', version: 6 });
    expect(looks()).toBeGreaterThanOrEqual(4);
  });

  it('gives one that has ended at once', async () => {
    expect(await waitForDeployment(scripted([deploymentView({ state: 'Succeeded' })]).client, DEPLOYMENT)).toMatchObject({ state: 'Succeeded' });
  });

  it('fails for an unknown one', async () => {
    await expect(waitForDeployment(scripted([]).client, DEPLOYMENT)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ends with the reason of its signal', async () => {
    const control = new AbortController();
    const { client, closed } = scripted([deploymentView({ state: 'Paused' })]);
    const follow = async () => {
      for await (const _ of followDeployment(client, DEPLOYMENT, { signal: control.signal })) setImmediate(() => control.abort(new Error('enough')));
    };
    await expect(follow()).rejects.toThrow('enough');
    expect(closed()).toBe(true);
  });

  it('passes on what its listener throws', async () => {
    const fails = waitForDeployment(scripted(course).client, DEPLOYMENT, { onEvent: () => { throw new RangeError('listener'); } });
    await expect(fails).rejects.toThrow('listener');
  });
});

it.each(deploymentState.options.map((state, index) => [state, index >= deploymentState.options.length - 4] as const))('the state %s is final: %s', (state, final) => {
  expect(isFinal(state)).toBe(final);
});
