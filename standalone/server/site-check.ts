import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

import { Failure } from '#contracts/errors';

/** Where a server listens, and under which names it may be called. */
export type Site = { readonly host: string; readonly allowedHosts: readonly string[] };

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Whether an address or name can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether an address stands for all addresses of the machine. */
function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/**
 * Makes the check against DNS rebinding and foreign pages: `Host` must be a name we are known by (a name that an attacker controls may lead
 * to our address, but it stays that name), and `Origin`, which browsers send, must be the very host of the request. An address in
 * `Host` cannot be rebound, so a server on all addresses takes any of them.
 * The check throws Failure `origin-refused`.
 */
export function createSiteCheck(site: Site): (headers: IncomingHttpHeaders) => void {
  const known = new Set([...LOOPBACK_NAMES, site.host, ...site.allowedHosts].map((name) => name.toLowerCase()));
  return (headers) => {
    const host = hostOf(`http://${headers.host ?? ''}`);
    const name = host?.name ?? '';
    if (!known.has(name) && !(isWildcard(site.host) && isIP(name) !== 0)) throw refused('Host', headers.host ?? '');
    if (headers.origin === undefined) return;
    const origin = hostOf(headers.origin);
    if (origin === undefined || origin.name !== name || origin.authority !== hostOf(`${origin.scheme}//${headers.host ?? ''}`)?.authority) throw refused('Origin', headers.origin);
  };
}

type Host = { readonly scheme: string; readonly name: string; readonly authority: string };

/** The name without brackets, and the name with its port (without one that is the scheme's own); `undefined` for what is no host. */
function hostOf(url: string): Host | undefined {
  if (!/^https?:\/\/[^/?#@\\]+$/i.test(url) || !URL.canParse(url)) return undefined;
  const { protocol, hostname, host } = new URL(url);
  return { scheme: protocol, name: hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase(), authority: host.toLowerCase() };
}

function refused(header: string, value: string): Failure {
  return new Failure('origin-refused', { detail: `${header} names ${value === '' ? 'nothing' : value.slice(0, 200)}, where this server is not known`, context: { header } });
}
