import { randomBytes } from 'node:crypto';

import { createClient } from '#client/index';
import type { SluiceClient } from '#client/index';
import type { Role } from '#contracts/roles';

import { Feed } from './feed.ts';
import { request } from './http.ts';
import type { Answered, Asked } from './http.ts';
import { systemUnderTest } from './system-under-test.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { stretched, until } from './until.ts';

/**
 * A server may be away for a while: restarted, or killed by the test again and again, so that several attempts in a row meet it while it
 * starts. Thirty attempts wait for 0.25 + 0.5 + 1 + 2 + 4 + 24 × 5 = 128 s on average.
 */
const MAXIMUM_ATTEMPTS = 30;

/** How the names of marks begin. */
const MARK = 'mark-';

/** A new tenant on the system under test, with its first key, so that no test is in the way of another. */
export class Tenant {
  readonly name: string;
  readonly adminKey: string;
  /** As an admin. */
  readonly client: SluiceClient;
  /** Looks only, by a key of its own: so that waiting takes nothing from what the admin's key may ask in a second. */
  readonly viewer: SluiceClient;
  /** Everything that happens in the tenant, from its first moment on. */
  readonly feed: Feed;
  readonly #url: string;
  readonly #ends: (() => Promise<void>)[] = [];
  #marks = 0;

  private constructor(name: string, url: string, keys: { readonly admin: string; readonly viewer: string }) {
    this.name = name;
    this.#url = url;
    this.adminKey = keys.admin;
    this.client = this.clientOf(keys.admin);
    this.viewer = this.clientOf(keys.viewer);
    this.feed = new Feed(this.viewer);
  }

  /** Makes a tenant; the purpose is part of its name. */
  static async open(purpose: string, { url, operatorKey }: Pick<SystemUnderTest, 'url' | 'operatorKey'> = systemUnderTest): Promise<Tenant> {
    const patient = { url, timeoutSeconds: stretched(30) };
    const operator = createClient({ ...patient, key: operatorKey });
    const name = `${purpose}-${randomBytes(4).toString('hex')}`;
    await operator.putTenant({ params: { name } });
    const { key: admin } = await operator.createTenantKey({ params: { name } });
    const { key: viewer } = await createClient({ ...patient, key: admin }).createKey({ body: { name: 'looks-on', role: 'viewer' } });
    const tenant = new Tenant(name, url, { admin, viewer });
    await tenant.feed.ready;
    return tenant;
  }

  /** A client with some key of the tenant. */
  clientOf(key: string): SluiceClient {
    return createClient({ url: this.#url, key, maximumAttempts: MAXIMUM_ATTEMPTS, timeoutSeconds: stretched(30) });
  }

  /** Makes a key of a role; that of an agent is for its target. */
  async keyOf(role: Exclude<Role, 'operator'>, more: { readonly name?: string; readonly target?: string } = {}): Promise<{ readonly id: string; readonly key: string; readonly client: SluiceClient }> {
    const { id, key } = await this.client.createKey({ body: { role, name: more.name ?? role, ...(more.target === undefined ? {} : { target: more.target }) } });
    return { id, key, client: this.clientOf(key) };
  }

  /** One request with the admin's key, unless another is given. */
  async request(method: string, path: string, asked: Asked = {}): Promise<Answered> {
    return await request(method, path, { key: this.adminKey, url: this.#url, ...asked });
  }

  /** Waits until lists know of all that has happened until now: they may lag. What shows it is another event, a mark. */
  async settled(): Promise<void> {
    this.#marks += 1;
    const name = `${MARK}${this.#marks}`;
    await this.client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
    await until('the list of events knows the mark', async () => ((await this.listed()).includes(`target/${name}@1`) ? true : undefined));
  }

  /** The places of all events that are listed, in the order of the list. */
  async listed(): Promise<readonly string[]> {
    const places: string[] = [];
    for await (const { stream, version } of this.viewer.items('listEvents', { query: { limit: 200 } })) places.push(`${stream}@${version}`);
    return places;
  }

  /** How many events there are, without marks: nothing was changed while they stay as many. */
  async countEvents(): Promise<number> {
    await this.settled();
    return (await this.listed()).filter((place) => !place.startsWith(`target/${MARK}`)).length;
  }

  /** Has something ended with the tenant. */
  onClose(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** Ends what listens and plays. The tenant and its records stay on the system. */
  async close(): Promise<void> {
    const ended = await Promise.allSettled(this.#ends.map((end) => end()));
    this.feed.close();
    const failures = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }
}
