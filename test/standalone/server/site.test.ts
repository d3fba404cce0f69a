import { request } from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import { createSiteCheck, isLoopback } from '#standalone/server/site-check';

import { Served } from './served.ts';

describe('the site of a request', () => {
  const local = createSiteCheck({ host: '127.0.0.1', allowedHosts: ['Sluice.example.com'] });
  const everywhere = createSiteCheck({ host: '0.0.0.0', allowedHosts: [] });

  it.each(['127.0.0.1:7700', 'localhost:7700', 'LOCALHOST', '[::1]:7700', 'sluice.example.com', 'sluice.example.com:443'])('may be %s', (host) => {
    expect(() => local({ host })).not.toThrow();
  });

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:7700', '10.0.0.1', 'localhost@evil.example', 'evil.example#localhost', '', 'local host'])('may not be "%s"', (host) => {
    expect(() => local({ host })).toThrow('origin-refused');
  });

  it('may be any address, but no unknown name, where the server listens on all addresses', () => {
    expect(() => everywhere({ host: '10.0.0.1:7700' })).not.toThrow();
    expect(() => everywhere({ host: '[fe80::1]:7700' })).not.toThrow();
    expect(() => everywhere({ host: 'evil.example:7700' })).toThrow('origin-refused');
  });

  it('must be the origin of a page that asks', () => {
    expect(() => local({ host: 'localhost:7700', origin: 'http://localhost:7700' })).not.toThrow();
    expect(() => local({ host: 'sluice.example.com', origin: 'https://sluice.example.com' })).not.toThrow();
    expect(() => local({ host: 'sluice.example.com:443', origin: 'https://sluice.example.com' })).not.toThrow();
  });

  it.each(['http://localhost:3000', 'http://evil.example', 'null', 'file://', 'http://127.0.0.1:7700'])('may not be another origin, as %s', (origin) => {
    expect(() => local({ host: 'localhost:7700', origin })).toThrow('origin-refused');
  });

  it('is loopback only for addresses that no other machine reaches', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'example.com'].map(isLoopback)).toEqual([false, false, false, false, false]);
  });
});

describe('a server', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  it('refuses a request for another site', async () => {
    served = await Served.open();
    const { url } = served;
    const statusFor = async (headers: { readonly [name: string]: string }) => await new Promise((resolve, reject) => {
      request(`${url}/healthz`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject).end();
    });
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ host: 'evil.example' })).toBe(403);
    expect(await statusFor({ origin: 'http://evil.example' })).toBe(403);
    expect(await statusFor({ origin: url })).toBe(200);
  });

  it('does not listen beyond loopback without TLS, unless it is told to', async () => {
    await expect(Served.open({ listen: { host: '0.0.0.0' } })).rejects.toThrow('SLUICE_TLS_CERT');
    served = await Served.open({ listen: { host: '0.0.0.0', insecure: true } });
    expect((await fetch(`http://127.0.0.1:${served.server.port}/healthz`)).status).toBe(200);
  });
});
