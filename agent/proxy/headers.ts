import type { IncomingMessage } from 'node:http';

/** Headers that mean one connection only, and are made anew for the next. Source: RFC 9110, section 7.6.1. `Trailer` is none of them. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'transfer-encoding', 'upgrade']);

/** Headers as Node gives and takes them raw: name, value, name, value, in their order and spelling. */
export type RawHeaders = readonly string[];

/** The headers for an instance: the client's without those of its connection, and who the client is. */
export function requestHeaders(request: IncomingMessage, upgrade: boolean): RawHeaders {
  const forwardedFor = [request.headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? []].flat().join(', ');
  const named = addressOf(request.url ?? '/')?.host;
  const kept = withoutHopByHop(request.rawHeaders, named === undefined ? ['x-forwarded-for'] : ['x-forwarded-for', 'host']);
  const host = named ?? request.headers.host;
  return [
    // The host in a whole address goes before that of the header, as RFC 9112, section 3.2.2 has it.
    ...(named === undefined ? [] : ['Host', named]),
    ...kept,
    ...(forwardedFor === '' ? [] : ['X-Forwarded-For', forwardedFor]),
    // What a proxy in front of this one has said stays: it knows the client's protocol and host, this one only sees the last step.
    ...(request.headers['x-forwarded-proto'] === undefined ? ['X-Forwarded-Proto', 'http'] : []),
    ...(request.headers['x-forwarded-host'] === undefined && host !== undefined ? ['X-Forwarded-Host', host] : []),
    ...(asksForTrailers(request) ? ['TE', 'trailers'] : []),
    ...(request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked']),
    ...(upgrade ? ['Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? ''] : ['Connection', asksForTrailers(request) ? 'keep-alive, TE' : 'keep-alive']),
  ];
}

/** The headers for a client: the instance's without those of its connection, and the cookie of its side. */
export function responseHeaders(response: IncomingMessage, given: { readonly setCookie: string | undefined; readonly close: boolean }): RawHeaders {
  return [
    ...withoutHopByHop(response.rawHeaders, []),
    ...(given.setCookie === undefined ? [] : ['Set-Cookie', given.setCookie]),
    ...(given.close ? ['Connection', 'close'] : []),
  ];
}

/** The path to ask an instance for: a request that names its whole address, as to a forward proxy, means the path in it. */
export function requestPath(url: string): string {
  const address = addressOf(url);
  return address === undefined ? url : `${address.pathname}${address.search}`;
}

/** Whether a request has content; one without can be sent again. */
export function hasContent(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** Name and value pairs of raw headers or trailers. */
export function pairs(raw: RawHeaders): [string, string][] {
  return Array.from({ length: Math.floor(raw.length / 2) }, (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? '']);
}

function withoutHopByHop(raw: RawHeaders, others: readonly string[]): readonly string[] {
  const all = pairs(raw);
  const named = all.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.split(',')).map((name) => name.trim().toLowerCase());
  // A client that names these would change what the message means: its host, and where its content ends.
  const left = new Set([...named.filter((name) => name !== 'host' && name !== 'content-length'), ...others]);
  return all.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !left.has(name.toLowerCase())).flat();
}

/** The whole address that a request names; `undefined` for one that names a path, as is usual. */
function addressOf(url: string): URL | undefined {
  return url.startsWith('/') || url === '*' || !URL.canParse(url) ? undefined : new URL(url);
}

function asksForTrailers(request: IncomingMessage): boolean {
  return String(request.headers.te ?? '').toLowerCase().includes('trailers');
}
