import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { SluiceError } from '#client/sluice-error';

/** How to reach a server, and how patiently. */
export type ClientOptions = {
  /** The server's address, as `https://sluice.example.com`; a path in front of `/v1` is kept. */
  readonly url: string;
  /** The API key. Without one, only the public operations answer. */
  readonly key?: string;
  /** How long one attempt may take; 30 unless told. */
  readonly timeoutSeconds?: number;
  /** How often a call is tried at the most, the first time included; 5 unless told. */
  readonly maximumAttempts?: number;
  /** The address of the stream; unless told, the one that `GET /v1` names. */
  readonly streamUrl?: string;
  /** How long a subscription tries to come back without success before it fails; 600 unless told, `Infinity` for never. */
  readonly reconnectForSeconds?: number;
  /** How often the stream is pinged; the contract's period unless told. */
  readonly pingSeconds?: number;
  /** The `User-Agent` header. */
  readonly userAgent?: string;
};

/** What the client needs from the world around it; given by tests, else the real one. */
export type ClientRuntime = {
  readonly fetch: typeof fetch;
  readonly openSocket: (url: URL, headers: Readonly<Record<string, string>>, maximumBytes: number) => WebSocket;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  /** Waits; rejects when the signal aborts. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls again and again until the returned function is called. */
  readonly every: (seconds: number, work: () => void) => () => void;
};

/** Options with defaults filled in and checked. */
export type Settings = {
  readonly url: URL;
  readonly key: string | undefined;
  readonly timeoutSeconds: number;
  readonly maximumAttempts: number;
  readonly streamUrl: string | undefined;
  readonly reconnectForSeconds: number;
  readonly pingSeconds: number | undefined;
  readonly userAgent: string;
};

/** How long a handshake of the stream may take. */
const HANDSHAKE_MILLISECONDS = 30_000;

/** The longest time a timer of Node can wait, in milliseconds. Source: `setTimeout` of Node's timers, 2³¹ − 1. */
const LONGEST_TIMER_MILLISECONDS = 2_147_483_647;

/** The world as it is. */
export const realRuntime: ClientRuntime = {
  fetch: (input, init) => fetch(input, init),
  openSocket: (url, headers, maxPayload) => new WebSocket(url, { headers, maxPayload, handshakeTimeout: HANDSHAKE_MILLISECONDS, perMessageDeflate: false, followRedirects: false }),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (seconds, signal) => {
    await sleep(Math.min(seconds * 1000, LONGEST_TIMER_MILLISECONDS), undefined, signal === undefined ? {} : { signal });
  },
  every: (seconds, work) => {
    const timer = setInterval(work, seconds * 1000);
    return () => clearInterval(timer);
  },
};

/**
 * Checks the options and fills in the defaults.
 * @throws SluiceError `bad-settings`, or `insecure-url` when a key would be sent over plain HTTP to another host.
 */
export function settingsOf(options: ClientOptions): Settings {
  const url = addressOf(options.url, ['http:', 'https:'], 'url');
  refuseInsecure(url, options.key);
  if (options.key !== undefined && !/^[\x21-\x7e]+$/.test(options.key)) throw SluiceError.of('bad-settings', 'the key must consist of printable ASCII characters without spaces');
  return {
    url,
    key: options.key,
    timeoutSeconds: positive(options.timeoutSeconds ?? 30, 'timeoutSeconds'),
    maximumAttempts: Math.floor(positive(options.maximumAttempts ?? 5, 'maximumAttempts')),
    streamUrl: options.streamUrl,
    reconnectForSeconds: positive(options.reconnectForSeconds ?? 600, 'reconnectForSeconds'),
    pingSeconds: options.pingSeconds,
    userAgent: options.userAgent ?? 'sluice-client',
  };
}

/**
 * Refuses to send a key where others could read it: without TLS only to this very machine.
 * @throws SluiceError `insecure-url`
 */
export function refuseInsecure(url: URL, key: string | undefined): void {
  if (key === undefined || url.protocol === 'https:' || url.protocol === 'wss:' || isLoopback(url.hostname)) return;
  throw SluiceError.of('insecure-url', `${url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin} is another host and has no TLS: the key is not sent`);
}

/** Parses an address and checks what kind it is. @throws SluiceError `bad-settings` */
export function addressOf(text: string, protocols: readonly string[], name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) throw SluiceError.of('bad-settings', `${name} must be an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}, not "${text}"`);
  if (url.username !== '' || url.password !== '') throw SluiceError.of('bad-settings', `${name} must not contain a user name or password`);
  return url;
}

/** Whether a host is this machine: `localhost` and below, 127.0.0.0/8, ::1. Source: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]';
}

function positive(value: number, name: string): number {
  if (value > 0) return value;
  throw SluiceError.of('bad-settings', `${name} must be more than 0, not ${value}`);
}
