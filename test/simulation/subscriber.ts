import { settingsOf } from '#client/settings';
import type { ClientRuntime } from '#client/settings';
import { Stream } from '#client/stream';
import type { StreamEvent } from '#client/subscription';
import { canonicalJson } from '#contracts/canonical-json';
import { StreamConnection } from '#standalone/server/stream-connection';

import type { Chance } from '../application/crash/chance.ts';
import type { Complain } from './broken-invariant.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Faults } from './faults.ts';
import type { Ledger, Relayed } from './ledger.ts';
import { keyOf } from './people.ts';
import { SimulatedSocket } from './simulated-socket.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** What a subscriber lives in. */
export type SubscriberSurroundings = { readonly tenant: string; readonly time: SimulatedTime; readonly faults: Faults; readonly chance: Chance; readonly controlPlane: ControlPlane; readonly ledger: Ledger; readonly complain: Complain };

/** Where the simulated stream is; no such address is ever asked. */
const ADDRESS = 'ws://localhost:7070/v1/stream';

/** How often it is looked whether the connection is cut. */
const LOOK_MILLISECONDS = 2000;

/** Opening a connection takes so long. */
const HANDSHAKE_MILLISECONDS = 40;

/**
 * Somebody who follows everything of a tenant, by the real client and the real server with a simulated connection between: it is cut again
 * and again, and the client comes back from where it was. What it shows is compared with the streams, event by event.
 */
export class Subscriber {
  readonly #around: SubscriberSurroundings;
  /** How many of the tenant's events it has seen, by their stream. */
  readonly #versions = new Map<string, number>();
  readonly #firstIndex: number;
  #sawCount = 0;
  #socket: SimulatedSocket | undefined;

  /** Follows everything from now on. It must be made while nothing happens. */
  constructor(around: SubscriberSurroundings) {
    this.#around = around;
    this.#firstIndex = this.#stored.length;
    for (const { stream, version } of this.#stored) this.#versions.set(stream, version);
  }

  /** Follows without end; resolves when it does. */
  async start(): Promise<void> {
    const { tenant, complain } = this.#around;
    const settings = settingsOf({ url: ADDRESS.replace('ws:', 'http:'), streamUrl: ADDRESS, key: keyOf(tenant, 'alice'), reconnectForSeconds: Number.POSITIVE_INFINITY });
    const stream = new Stream(settings, this.#runtime(), async () => ADDRESS);
    const subscription = stream.subscribe<StreamEvent>({ kind: 'tenant' }, { ofEvent: (event) => event, ofWork: () => undefined }, {});
    const follow = async () => {
      for await (const event of subscription) this.#see(event);
    };
    follow().catch((error: unknown) => complain('subscriber view', tenant, `its subscription failed: ${String(error)}`));
    this.#mayBeCut();
    await subscription.ready;
  }

  /** What it has not seen and should have by now. */
  missing(): readonly Relayed[] {
    return this.#stored.slice(this.#firstIndex).filter(({ stream, version }) => (this.#versions.get(stream) ?? 0) < version);
  }

  /** Whether it saw as many events as there were. */
  get sawAll(): boolean {
    return this.#sawCount === this.#stored.length - this.#firstIndex;
  }

  get #stored(): readonly Relayed[] {
    return this.#around.ledger.relayed.get(this.#around.tenant) ?? [];
  }

  #see(event: StreamEvent): void {
    const { tenant, complain } = this.#around;
    const before = this.#versions.get(event.stream) ?? 0;
    this.#sawCount += 1;
    this.#versions.set(event.stream, event.version);
    if (event.version !== before + 1) complain('subscriber view', `${tenant}/${event.stream}`, `version ${event.version} was seen after ${before}`);
    const stored = this.#stored.find((one) => one.stream === event.stream && one.version === event.version);
    if (stored === undefined) complain('tenants apart', `${tenant}/${event.stream}`, `a subscriber of ${tenant} saw ${event.type}, which no stream of it has`);
    else if (stored.type !== event.type || stored.at !== event.at || stored.payload !== canonicalJson(event.payload)) complain('subscriber view', `${tenant}/${event.stream}`, `version ${event.version} was seen as another event`);
  }

  #mayBeCut(): void {
    const { time, faults, chance } = this.#around;
    time.after(LOOK_MILLISECONDS, () => {
      if (faults.strikes('stream cut', chance)) this.#socket?.cut(1006, 'cut');
      this.#mayBeCut();
    });
  }

  #runtime(): ClientRuntime {
    const { time, chance } = this.#around;
    const every = (seconds: number, work: () => void) => {
      let isOver = false;
      const again = (): void => {
        time.after(seconds * 1000, () => {
          if (isOver) return;
          work();
          again();
        });
      };
      again();
      return () => {
        isOver = true;
      };
    };
    return { fetch, now: () => time.now, random: chance.next, sleep: async (seconds) => await time.sleep(seconds * 1000), every, openSocket: () => this.#open() };
  }

  #open(): SimulatedSocket {
    const { time } = this.#around;
    const socket = new SimulatedSocket(time);
    this.#socket = socket;
    time.after(HANDSHAKE_MILLISECONDS, () => {
      this.#shakeHands(socket).catch((error: unknown) => {
        socket.emit('error', error instanceof Error ? error : new Error(String(error)));
        socket.cut(1006, 'refused');
      });
    });
    return socket;
  }

  async #shakeHands(socket: SimulatedSocket): Promise<void> {
    const { controlPlane, tenant, time } = this.#around;
    await controlPlane.withStream(async (stream, connections) => {
      const caller = await stream.api.stream.admit({ authorization: `Bearer ${keyOf(tenant, 'alice')}`, ticket: undefined, clientAddress: '127.0.0.1' });
      const served = new SimulatedSocket(time);
      const connection = new StreamConnection(served, caller, stream);
      connections.add(connection);
      void connection.closed.then(() => connections.remove(connection));
      SimulatedSocket.join(socket, served);
    });
  }
}
