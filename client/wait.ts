import { setTimeout as sleep } from 'node:timers/promises';

import type { DeploymentStateName, DeploymentView } from '#contracts/views';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import type { StreamEvent, Subscription } from '#client/subscription';

/** How a deployment is followed. */
export type FollowOptions = {
  readonly signal?: AbortSignal;
  /** How often the deployment is looked at when the stream is silent or cannot be had; 10 unless told. */
  readonly pollSeconds?: number;
  /** Is told every event of the deployment once, in order; those from before are not among them. */
  readonly onEvent?: (event: StreamEvent) => void;
};

/** Whether a deployment in this state has ended for good. */
export function isFinal(state: DeploymentStateName): boolean {
  switch (state) {
    case 'Succeeded':
    case 'Failed':
    case 'RolledBack':
    case 'Aborted':
      return true;
    case 'Requested':
    case 'Planned':
    case 'Progressing':
    case 'Paused':
    case 'RollingBack':
      return false;
  }
}

/**
 * Follows a deployment to its end: yields it as it is now, again after each change, and last in its final state. Changes that come
 * close together may be seen as one. Where no stream can be had (a proxy in between refuses WebSockets), it looks every `pollSeconds`.
 * @throws SluiceError `not-found`, or what the calls throw; the signal's reason when it was aborted.
 */
export async function* followDeployment(client: Pick<SluiceClient, 'getDeployment' | 'subscribe'>, id: string, options: FollowOptions = {}): AsyncGenerator<DeploymentView, void, undefined> {
  const request = { params: { id } };
  const callOptions = options.signal === undefined ? {} : { signal: options.signal };
  // Whether there is such a deployment is asked first, for the stream would only be silent about an unknown one.
  let view = await client.getDeployment(request, callOptions);
  const changes = new Changes(client.subscribe({ kind: 'deployment', deployment: id }), options);
  try {
    await changes.begun();
    view = await client.getDeployment(request, callOptions);
    yield view;
    while (!isFinal(view.state)) {
      await changes.next(view.version);
      const newer = await client.getDeployment(request, callOptions);
      changes.looked(newer.version);
      if (newer.version === view.version) continue;
      view = newer;
      yield view;
    }
    await changes.heard(view.version);
  } finally {
    changes.close();
  }
}

/**
 * Waits for a deployment's end and gives it as it ended, however that was: look at `state` and `reason`.
 * @throws as `followDeployment`
 */
export async function waitForDeployment(client: Pick<SluiceClient, 'getDeployment' | 'subscribe'>, id: string, options: FollowOptions = {}): Promise<DeploymentView> {
  let last: DeploymentView | undefined;
  for await (const view of followDeployment(client, id, options)) last = view;
  if (last === undefined) throw SluiceError.of('not-found', `deployment ${id}`);
  return last;
}

/** How long the events that a final state tells of are waited for, in seconds: they are on their way. */
const LAST_EVENTS_SECONDS = 5;

/** The events of one deployment as a signal to look at it again; without a stream, the passing of time. */
class Changes {
  readonly #subscription: Subscription<StreamEvent>;
  readonly #options: FollowOptions;
  readonly #pollSeconds: number;
  #version = 0;
  #wake: () => void = () => undefined;
  #over = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(subscription: Subscription<StreamEvent>, options: FollowOptions) {
    this.#subscription = subscription;
    this.#options = options;
    this.#pollSeconds = options.pollSeconds ?? 10;
    void this.#listen();
  }

  /** Waits until events are heard, or until it is time to go on without them. */
  async begun(): Promise<void> {
    await this.#orLater(this.#subscription.ready.catch(() => undefined), this.#pollSeconds);
  }

  /** Waits until something newer than this version was heard of, or it is time to look. */
  async next(version: number): Promise<void> {
    if (this.#version <= version) await this.#orLater(this.#heardSomething(), this.#pollSeconds);
  }

  /** Says what a look has shown: should it be behind what was heard, the next look waits its time. */
  looked(version: number): void {
    this.#version = Math.min(this.#version, version);
  }

  /** Waits until all events up to a version were heard, so that none is missing for whoever is told of them. */
  async heard(version: number): Promise<void> {
    const until = AbortSignal.timeout(LAST_EVENTS_SECONDS * 1000);
    while (this.#options.onEvent !== undefined && this.#version > 0 && this.#version < version && !this.#over && !until.aborted) {
      await this.#orLater(this.#heardSomething(), LAST_EVENTS_SECONDS);
    }
  }

  close(): void {
    this.#subscription.close();
  }

  #heardSomething(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #orLater(sooner: Promise<void>, seconds: number): Promise<void> {
    const outer = this.#options.signal;
    const done = new AbortController();
    const signal = outer === undefined ? done.signal : AbortSignal.any([done.signal, outer]);
    try {
      await Promise.race([sooner, sleep(seconds * 1000, undefined, { signal }).catch(() => undefined)]);
    } finally {
      done.abort();
    }
    outer?.throwIfAborted();
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** A refused or broken stream is no failure of the deployment: it is looked at instead, and what forbids that will say so. */
  async #listen(): Promise<void> {
    try {
      for await (const event of this.#subscription) {
        this.#version = Math.max(this.#version, event.version);
        this.#options.onEvent?.(event);
        this.#wake();
      }
    } catch (error) {
      if (!(error instanceof SluiceError)) this.#failure = { error };
    } finally {
      this.#over = true;
      this.#wake();
    }
  }
}
