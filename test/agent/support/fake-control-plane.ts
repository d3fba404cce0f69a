import type { Command, Report, TargetFacts } from '#contracts/adapter';
import { Failure } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';
import type { Sample } from '#contracts/samples';
import type { Claim, ControlPlane, WorkItem } from '#agent/control-plane';

/** A control plane in memory that a test moves: it hands out commands until they are reported on, and fails when told to. */
export class FakeControlPlane implements ControlPlane {
  readonly claims: string[] = [];
  readonly heartbeats: TargetFacts[] = [];
  readonly reports: Report[] = [];
  readonly samples: Sample[] = [];
  #items: WorkItem[] = [];
  #listener: () => void = () => undefined;
  /** What every call fails with; nothing while it is `null`. */
  failing: ErrorCode | null = null;
  nextSampleSeconds = 1;

  claim(instance: string): Promise<{ readonly epoch: number; readonly heartbeatSeconds: number }> {
    return this.#answer(() => {
      this.claims.push(instance);
      return { epoch: 7, heartbeatSeconds: 1 };
    });
  }

  heartbeat(_claim: Claim, facts: TargetFacts): Promise<{ readonly heartbeatSeconds: number; readonly nextSampleSeconds: number }> {
    return this.#answer(() => {
      this.heartbeats.push(facts);
      return { heartbeatSeconds: 1, nextSampleSeconds: this.nextSampleSeconds };
    });
  }

  commands(): Promise<readonly WorkItem[]> {
    return this.#answer(() => [...this.#items]);
  }

  report(_claim: Claim, report: Report): Promise<void> {
    return this.#answer(() => {
      this.reports.push(report);
      this.#items = this.#items.filter((item) => item.command.id !== report.command);
    });
  }

  sendSamples(samples: readonly Sample[]): Promise<{ readonly nextSampleSeconds: number }> {
    return this.#answer(() => {
      this.samples.push(...samples);
      return { nextSampleSeconds: this.nextSampleSeconds };
    });
  }

  onWork(listener: () => void): void {
    this.#listener = listener;
  }

  /** Hands a command out, and says so. */
  dispatch(command: Command): void {
    this.#items.push({ command, secrets: {} });
    this.#listener();
  }

  async #answer<T>(give: () => T): Promise<T> {
    if (this.failing !== null) throw new Failure(this.failing, 'as the test wants it');
    return Promise.resolve(give());
  }
}
