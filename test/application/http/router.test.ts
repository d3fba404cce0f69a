import { describe, expect, it } from 'vitest';

import { allowedMethods, matchRoute } from '#application/http/router';
import { routes } from '#contracts/http/routes';

describe('a path', () => {
  it('is found with its decoded parameters', () => {
    expect(matchRoute('HEAD', '/v1/deployments/a%20b')).toMatchObject({ operation: 'getDeployment', params: { id: 'a b' } });
  });

  it.each(Object.values(routes).map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, 'x')] as const))('%s %s is none of ours when it is written otherwise', (method, path) => {
    expect(matchRoute(method, path).route.method).toBe(method);
    for (const other of [`${path}/`, `${path}//`, `/${path}`, path.replace('/v1/', '/%761/'), path.replace('/v1/', '/./v1/')].filter((one) => one !== path)) {
      expect(() => matchRoute(method, other)).toThrow(expect.objectContaining({ code: 'not-found' }));
      expect(allowedMethods(other)).toEqual([]);
    }
  });
});
