import { describe, expect, it } from 'vitest';

import { healthCheck } from '#domain/resources/application';

describe('the path of a health check', () => {
  it.each(['/', '/healthz?deep=1&x=%C3%A9', '//double', '/a:b@c'])('may be %s', (path) => {
    expect(healthCheck.parse({ path }).path).toBe(path);
  });

  it.each(['', 'healthz', 'http://elsewhere.example/', '/with blank', '/line\r\nX-Header: 1', '/zero\0', '/grün'])('cannot be %j, which no request can carry', (path) => {
    expect(healthCheck.safeParse({ path }).error?.issues.map((issue) => issue.message)).toEqual(['must begin with "/" and hold visible ASCII characters only, others percent-encoded']);
  });
});
