import { randomBytes } from 'node:crypto';

import { createClient } from '#client/index';
import type { SluiceClient } from '#client/index';
import type { Role } from '#contracts/roles';

import { Feed } from './feed.ts';
import { request } from './http.ts';
import type { Answered, Asked } from './http.ts';
import { systemUnderTest } from './system-under-test.ts';

/** A new tenant on the system under test, with its first key, so that no test is in the way of another. */
export class Tenant {
  readonly name: string;
  readonly adminKey: string;
  /** As an admin. */
  readonly client: SluiceClient;
  /** Everything that happens in the tenant, from its first moment on. */
  readonly feed: Feed;
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(name: string, adminKey: string) {
    this.name = name;
    this.adminKey = adminKey;
    this.client = this.clientOf(adminKey);
    this.feed = new Feed(this.client);
  }

  /** Makes a tenant; the purpose is part of its name. */
  static async open(purpose: string): Promise<Tenant> {
    const operator = createClient({ url: systemUnderTest.url, key: systemUnderTest.operatorKey });
    const name = `${purpose}-${randomBytes(4).toString('hex')}`;
    await operator.putTenant({ params: { name } });
    const { key } = await operator.createTenantKey({ params: { name } });
    const tenant = new Tenant(name, key);
    await tenant.feed.ready;
    return tenant;
  }

  /** A client with some key of the tenant. */
  clientOf(key: string): SluiceClient {
    return createClient({ url: systemUnderTest.url, key });
  }

  /** Makes a key of a role; that of an agent is for its target. */
  async keyOf(role: Exclude<Role, 'operator'>, more: { readonly name?: string; readonly target?: string } = {}): Promise<{ readonly id: string; readonly key: string; readonly client: SluiceClient }> {
    const { id, key } = await this.client.createKey({ body: { role, name: more.name ?? role, ...(more.target === undefined ? {} : { target: more.target }) } });
    return { id, key, client: this.clientOf(key) };
  }

  /** One request with the admin's key, unless another is given. */
  async request(method: string, path: string, asked: Asked = {}): Promise<Answered> {
    return await request(method, path, { key: this.adminKey, ...asked });
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
