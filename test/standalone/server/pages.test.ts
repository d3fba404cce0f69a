import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { OperationHandlers } from '#application/handlers';
import { problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';

import { makeKey, OTHER_TENANT, Served } from './served.ts';

const summary = routes.listDeployments.examples.response.items[0];
const ids = Array.from({ length: 5 }, (_, index) => `dep-${String(index).padStart(26, '0')}`);

/** A list of five, whose place is the id of the last one shown. */
const listDeployments: OperationHandlers['listDeployments'] = async (_context, { query }) => {
  const rest = ids.filter((id) => query.cursor === undefined || id > query.cursor);
  const page = rest.slice(0, query.limit);
  const last = page.at(-1);
  return { body: { items: page.map((id) => ({ ...summary, id })), ...(rest.length > page.length && last !== undefined ? { nextCursor: last } : {}) } };
};

describe('a cursor', () => {
  let served: Served;
  beforeAll(async () => {
    served = await Served.open({ operations: { listDeployments } });
  });
  afterAll(async () => await served.close());

  const list = async (query: string, key = served.keys.viewer) => await served.request('GET', `/v1/deployments?${query}`, { key });
  const pageOf = async (query: string) => routes.listDeployments.response.parse(await (await list(query)).json());
  const badField = async (response: Response) => problem.parse(await response.json()).errors?.[0]?.field;

  it('leads through a whole list, whatever the size of its pages', async () => {
    const found: string[] = [];
    let cursor = '';
    for (const limit of [2, 1, 2]) {
      const page = await pageOf(`limit=${limit}${cursor}`);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    }
    expect(found).toEqual(ids);
    expect(cursor).toBe('');
  });

  it('that was altered or made up opens nothing', async () => {
    const { nextCursor = '' } = await pageOf('limit=1');
    const [place, signature] = nextCursor.split('.');
    const forged = Buffer.from('dep-zzz').toString('base64url');
    for (const cursor of [`${forged}.${signature}`, `${place}.AAAA`, place, `${nextCursor}.x`, 'nonsense', '']) expect(await badField(await list(`limit=1&cursor=${cursor}`))).toBe('query.cursor');
  });

  it('opens nothing for another tenant, another filter or another list', async () => {
    const { nextCursor = '' } = await pageOf('limit=1');
    const foreign = await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'viewer' });
    const elsewhere = [await list(`cursor=${nextCursor}`, foreign), await list(`application=shop&cursor=${nextCursor}`), await served.request('GET', `/v1/applications?cursor=${nextCursor}`, { key: served.keys.viewer })];
    for (const response of elsewhere) expect(await badField(response)).toBe('query.cursor');
    expect((await list(`cursor=${nextCursor}`, served.keys.admin)).status).toBe(200);
  });
});
