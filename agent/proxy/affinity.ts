import { createHash } from 'node:crypto';

import type { ProxyConfiguration } from '#agent/proxy/configuration';

type Sticky = NonNullable<ProxyConfiguration['sticky']>;
type Headers = { readonly [name: string]: string | readonly string[] | undefined };

/** 50 000 clients of 8 + 24 bytes and the map's own cost take about 10 MB. */
const MAXIMUM_CLIENTS = 50_000;

/**
 * Remembers which side a client met first. With a cookie the client carries the side's key itself; with a header the proxy keeps a table of
 * the header's values, of which the least recently seen are forgotten.
 */
export class Affinity {
  #clients = new Map<string, string>();

  /** The key of the side that this client met; `undefined` for a client that is new here. */
  keyOf(sticky: Sticky, headers: Headers): string | undefined {
    if ('cookie' in sticky) return cookieValue(headers['cookie'], sticky.cookie);
    const client = clientOf(sticky.header, headers);
    const key = client === undefined ? undefined : this.#clients.get(client);
    if (client !== undefined && key !== undefined) this.#remember(client, key);
    return key;
  }

  /** Notes the side that a client was given; answers the cookie to set where one is needed. */
  meet(sticky: Sticky, headers: Headers, key: string): string | undefined {
    if ('cookie' in sticky) {
      return cookieValue(headers['cookie'], sticky.cookie) === key ? undefined : `${sticky.cookie}=${key}; Path=/; HttpOnly; SameSite=Lax`;
    }
    const client = clientOf(sticky.header, headers);
    if (client !== undefined) this.#remember(client, key);
    return undefined;
  }

  /** The table, oldest first, for a proxy that takes over. */
  entries(): readonly (readonly [string, string])[] {
    return [...this.#clients];
  }

  restore(entries: readonly (readonly [string, string])[]): void {
    this.#clients = new Map(entries.slice(-MAXIMUM_CLIENTS));
  }

  #remember(client: string, key: string): void {
    this.#clients.delete(client);
    this.#clients.set(client, key);
    const oldest = this.#clients.keys().next();
    if (this.#clients.size > MAXIMUM_CLIENTS && oldest.done !== true) this.#clients.delete(oldest.value);
  }
}

/** A digest, so that a long or personal value is not kept. */
function clientOf(header: string, headers: Headers): string | undefined {
  const value = headers[header.toLowerCase()];
  return value === undefined || value === '' ? undefined : createHash('sha256').update(String(value)).digest('base64url').slice(0, 16);
}

function cookieValue(header: string | readonly string[] | undefined, name: string): string | undefined {
  const wanted = `${name}=`;
  return String(header ?? '').split(';').map((part) => part.trim()).find((part) => part.startsWith(wanted))?.slice(wanted.length);
}
