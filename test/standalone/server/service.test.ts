import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorCodes, problem, problemType } from '#contracts/errors';
import { routes } from '#contracts/http/routes';

import { Served } from './served.ts';

describe('the service', () => {
  let served: Served;
  beforeEach(async () => { served = await Served.open(); });
  afterEach(async () => await served.close());

  it('shows its OpenAPI document to anybody', async () => {
    const response = await served.request('GET', '/openapi.json');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toMatchObject({ openapi: '3.1.1', info: { title: 'Sluice', version: '1.2.3' } });
  });

  it('shows it as a page that loads nothing and allows only its own style', async () => {
    const response = await served.request('GET', '/docs');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
    expect(response.headers.get('content-security-policy')).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(/<(?:script|link|img|iframe|form)|style="|\son\w+="|(?:src|href)="(?!#|\/openapi\.json")/.exec(page)?.[0]).toBeUndefined();
    const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    const needed = [...links, ...Object.keys(routes), ...errorCodes.map((code) => problemType(code).split('#')[1])];
    expect(needed.filter((name) => !places.has(name))).toEqual([]);
  });

  it('is alive and ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await served.request('GET', path);
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  });

  it('counts requests by operation and status, without naming a tenant', async () => {
    await served.request('GET', '/v1', { key: served.keys.viewer });
    await served.request('GET', '/v1/keys', { key: served.keys.viewer });
    await served.request('GET', '/nowhere');
    const response = await served.request('GET', '/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('sluice_http_requests_total{operation="getService",status="200"} 1');
    expect(text).toContain('sluice_http_requests_total{operation="listKeys",status="403"} 1');
    expect(text).toContain('sluice_http_requests_total{operation="none",status="404"} 1');
    expect(text).toContain('sluice_http_request_duration_seconds_count{operation="getService"} 1');
    expect(text).not.toContain('acme');
  });

  it('says by the name of the check that it is not ready', async () => {
    const broken = await Served.open({ readiness: { queues: async () => await Promise.reject(new Error('secret detail')) } });
    try {
      const response = await broken.request('GET', '/readyz');
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      const told = problem.parse(await response.json());
      expect(told).toMatchObject({ code: 'unavailable', component: 'queues', detail: 'queues does not work now' });
      expect((await broken.request('GET', '/healthz')).status).toBe(200);
    } finally {
      await broken.close();
    }
  });

  it('makes a ticket that is told once and lives for 30 s', async () => {
    const response = await served.request('POST', '/v1/stream-tickets', { key: served.keys.viewer });
    expect(response.status).toBe(201);
    const { ticket, expiresAt } = routes.createStreamTicket.response.parse(await response.json());
    expect(ticket).toMatch(/^slt_.{27,}$/);
    expect(expiresAt).toBe(served.time.in(30));
    expect((await served.request('POST', '/v1/stream-tickets', { key: served.keys.operator })).status).toBe(403);
  });
});
