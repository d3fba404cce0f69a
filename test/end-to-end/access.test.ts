import { describe, expect, it } from 'vitest';

import { describeAccess } from '#test/standalone/server/access-matrix';
import { prepareMatrix } from '#test/standalone/server/matrix-system';

import { request } from './http.ts';
import { systemUnderTest } from './system-under-test.ts';

describe('every way in', () => {
  describeAccess(async () => await prepareMatrix(systemUnderTest.url, systemUnderTest.operatorKey), [401, 403]);
});

describe('the service', () => {
  it('lives, is ready, and describes itself to anybody', async () => {
    for (const path of ['/healthz', '/readyz']) expect(JSON.parse((await request('GET', path)).text)).toEqual({ status: 'ok' });
    expect(JSON.parse((await request('GET', '/openapi.json')).text)).toMatchObject({ openapi: expect.stringMatching(/^3\.1/), info: { title: 'Sluice' } });
    const page = await request('GET', '/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const metrics = await request('GET', '/metrics');
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect(metrics.text).toContain('# TYPE ');
  });

  it('guesses no content types, keeps no answers, and lets no page frame it', async () => {
    for (const path of ['/v1', '/healthz', '/nowhere']) {
      const { headers } = await request('GET', path);
      expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store']);
      // No source and 'none' are the same.
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors( 'none')?(;|$)/);
    }
  });
});
