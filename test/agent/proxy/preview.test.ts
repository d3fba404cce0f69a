import { expect, test } from 'vitest';

import { proxyConfiguration } from '#agent/proxy/configuration';
import { PREVIEW_HEADER, Router } from '#agent/proxy/router';

const side = (key: string, release: string) => ({ key, release, instances: [{ id: key, port: 9000 }] });

function routerAt(weightPercent: number): Router {
  const router = new Router(() => 0);
  router.configure(proxyConfiguration.parse({
    revision: 1, application: 'shop', component: 'web', host: '127.0.0.1', ports: [8080], weightPercent, sticky: null,
    sides: { new: side('aaaaaaaa', '1.1.0'), stable: side('bbbbbbbb', '1.0.0') },
  }));
  return router;
}

const releaseOf = (router: Router, headers: { readonly [name: string]: string }) => router.route(headers)?.side.release;

test('a request that names the new release reaches it before it takes traffic', () => {
  const router = routerAt(0);
  expect(releaseOf(router, { [PREVIEW_HEADER]: '1.1.0' })).toBe('1.1.0');
  expect(releaseOf(router, {})).toBe('1.0.0');
});

test('another value asks for nothing', () => {
  expect(releaseOf(routerAt(0), { [PREVIEW_HEADER]: '1.0.0' })).toBe('1.0.0');
  expect(releaseOf(routerAt(0), { [PREVIEW_HEADER]: 'yes' })).toBe('1.0.0');
});

test('once the new release takes traffic nobody chooses a side', () => {
  const router = routerAt(1);
  const chosen = Array.from({ length: 100 }, () => releaseOf(router, { [PREVIEW_HEADER]: '1.1.0' }));
  expect(chosen.filter((release) => release === '1.1.0')).toHaveLength(1);
});
