import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from '#client/index';
import type { CallOptions, SluiceClient } from '#client/index';
import type { Report, TargetFacts } from '#contracts/adapter';
import type { Sample } from '#contracts/samples';
import type { Claim, ControlPlane, WorkItem } from '#agent/control-plane';

/** The agent repeats by itself, and at its own pace; one try is enough. */
const ONCE: CallOptions = { maximumAttempts: 1, timeoutSeconds: 20 };

/** When a subscription was refused for good (a revoked key that comes back, a server that was set up anew), it is asked for again this often. */
const SUBSCRIBE_AGAIN_MILLISECONDS = 60_000;

/** The control plane over the client library: HTTP for everything that counts, the WebSocket for waking up. It never sends a key over plain HTTP to another host. */
export class ClientControlPlane implements ControlPlane {
  readonly #client: SluiceClient;
  readonly #target: string;

  /** @throws SluiceError `bad-settings`, or `insecure-url` when the key would cross the network unprotected. */
  constructor(options: { readonly url: string; readonly key: string; readonly target: string; readonly version: string }) {
    this.#client = createClient({ url: options.url, key: options.key, userAgent: `sluice-agent/${options.version}`, reconnectForSeconds: Number.POSITIVE_INFINITY });
    this.#target = options.target;
  }

  claim(instance: string): Promise<{ readonly epoch: number; readonly heartbeatSeconds: number }> {
    return this.#client.claimTarget({ params: { name: this.#target }, body: { instance } }, ONCE);
  }

  heartbeat(claim: Claim, facts: TargetFacts): Promise<{ readonly heartbeatSeconds: number; readonly nextSampleSeconds: number }> {
    return this.#client.sendHeartbeat({ params: { name: this.#target }, body: { ...claim, facts } }, ONCE);
  }

  async commands(claim: Claim): Promise<readonly WorkItem[]> {
    return (await this.#client.readCommands({ params: { name: this.#target }, query: claim }, ONCE)).items;
  }

  async report(claim: Claim, report: Report): Promise<void> {
    await this.#client.reportCommand({ params: { name: this.#target }, body: { ...claim, report } }, ONCE);
  }

  sendSamples(samples: readonly Sample[]): Promise<{ readonly nextSampleSeconds: number }> {
    return this.#client.sendSamples({ body: { target: this.#target, samples: [...samples] } }, ONCE);
  }

  onWork(listener: () => void, signal: AbortSignal): void {
    void this.#listen(listener, signal);
  }

  async #listen(listener: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const notices = this.#client.subscribe({ kind: 'work', target: this.#target }, { signal })[Symbol.asyncIterator]();
        while ((await notices.next()).done !== true) listener();
      } catch {
        // Without the hint commands are found by asking for them; a refused key is told by the calls that matter.
      }
      await sleep(SUBSCRIBE_AGAIN_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }
}
