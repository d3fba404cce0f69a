import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ReadModelDocument, ReadModels } from '#ports/read-model';

import { freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

const document = (key: string, version: number, index: ReadModelDocument['index'] = {}): ReadModelDocument => ({ key, version, index, document: { key, version } });

/** Read models; `settle` waits until lists have caught up with what was written. */
export type ReadModelSubject = Subject<ReadModels> & { settle(): Promise<void> };

/** What all read models promise. */
export function readModelContract(name: string, open: OpenSubject<ReadModelSubject>): void {
  describe(`read models: ${name}`, () => {
    let subject: ReadModelSubject;
    let models: ReadModels;
    beforeAll(async () => {
      subject = await open();
      models = subject.port;
    });
    afterAll(() => subject.close());

    const list: ReadModels['list'] = async (...asked) => {
      await subject.settle();
      return await models.list(...asked);
    };
    const keysOf = (documents: readonly ReadModelDocument[]) => documents.map(({ key }) => key);

    it('gives back a document as it was put, with its version and index', async () => {
      const tenant = freshTenant();
      const stored = { key: 'applications/shop', version: 3, index: { kind: 'Application', uses: ['a', 'b'] }, document: { deep: [1, null, { é: '✓' }] } };
      expect(await models.put(tenant, 'resources', stored)).toBe(true);
      expect(await models.get(tenant, 'resources', 'applications/shop')).toEqual(stored);
      expect(await models.get(tenant, 'resources', 'applications/none')).toBeUndefined();
      expect(await models.get(tenant, 'targets', 'applications/shop')).toBeUndefined();
    });

    it('ignores an older and the same version, and says so', async () => {
      const tenant = freshTenant();
      expect(await models.put(tenant, 'targets', { ...document('edge', 2), document: 'second' })).toBe(true);
      expect(await models.put(tenant, 'targets', { ...document('edge', 1), document: 'first' })).toBe(false);
      expect(await models.put(tenant, 'targets', { ...document('edge', 2), document: 'again' })).toBe(false);
      expect(await models.get(tenant, 'targets', 'edge')).toMatchObject({ version: 2, document: 'second' });
      expect(await models.put(tenant, 'targets', { ...document('edge', 3), document: 'third' })).toBe(true);
      expect(await models.get(tenant, 'targets', 'edge')).toMatchObject({ version: 3, document: 'third' });
    });

    it('replaces a document, or a mark, of the same version when it is told to, and never a newer one', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'deployments', { ...document('one', 3, { state: 'old' }), document: 'wrong' });
      expect(await models.replace(tenant, 'deployments', { ...document('one', 3, { state: 'new' }), document: 'right' })).toBe(true);
      expect(await models.get(tenant, 'deployments', 'one')).toMatchObject({ version: 3, document: 'right' });
      expect(keysOf(await list(tenant, 'deployments', { filter: { index: 'state', value: 'new' }, limit: 10 }))).toEqual(['one']);
      expect(await list(tenant, 'deployments', { filter: { index: 'state', value: 'old' }, limit: 10 })).toEqual([]);
      expect(await models.replace(tenant, 'deployments', { ...document('one', 2, { state: 'older' }), document: 'late' })).toBe(false);
      await models.remove(tenant, 'deployments', 'one', 4);
      expect(await models.replace(tenant, 'deployments', document('one', 3, { state: 'new' }))).toBe(false);
      expect(await models.replace(tenant, 'deployments', document('one', 4, { state: 'new' }))).toBe(true);
      expect(keysOf(await list(tenant, 'deployments', { filter: { index: 'state', value: 'new' }, limit: 10 }))).toEqual(['one']);
    });

    it('ends at the newest version whatever the order of writes at the same time', async () => {
      const tenant = freshTenant();
      await Promise.all([4, 2, 9, 1, 7].map((version) => models.put(tenant, 'deployments', document('one', version, { state: `s${version}` }))));
      expect(await models.get(tenant, 'deployments', 'one')).toMatchObject({ version: 9 });
      expect(keysOf(await list(tenant, 'deployments', { filter: { index: 'state', value: 's9' }, limit: 10 }))).toEqual(['one']);
      expect(await list(tenant, 'deployments', { filter: { index: 'state', value: 's4' }, limit: 10 })).toEqual([]);
    });

    it('removes a document with its index; removing what is not there is no error', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'commands', document('1', 1, { target: 'edge' }));
      await models.remove(tenant, 'commands', '1', 1);
      await models.remove(tenant, 'commands', '1', 1);
      expect(await models.get(tenant, 'commands', '1')).toBeUndefined();
      expect(await list(tenant, 'commands', { filter: { index: 'target', value: 'edge' }, limit: 10 })).toEqual([]);
    });

    it('lets no late write bring a removed document back, and a newer one make it again', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'commands', document('1', 5, { target: 'edge' }));
      await models.remove(tenant, 'commands', '1', 6);
      for (const version of [5, 6]) expect(await models.put(tenant, 'commands', document('1', version, { target: 'edge' }))).toBe(false);
      expect(await models.get(tenant, 'commands', '1')).toBeUndefined();
      expect(await list(tenant, 'commands', { limit: 10 })).toEqual([]);
      expect(await models.put(tenant, 'commands', document('1', 7, { target: 'edge' }))).toBe(true);
      expect(await models.get(tenant, 'commands', '1')).toMatchObject({ version: 7 });
      expect(keysOf(await list(tenant, 'commands', { filter: { index: 'target', value: 'edge' }, limit: 10 }))).toEqual(['1']);
      await models.remove(tenant, 'commands', '1', 7);
      expect(await models.put(tenant, 'commands', document('1', 7))).toBe(false);
    });

    it('ignores a late removal, and remembers one that came before its document', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'targets', document('edge', 5));
      await models.remove(tenant, 'targets', 'edge', 4);
      expect(await models.get(tenant, 'targets', 'edge')).toMatchObject({ version: 5 });
      await models.remove(tenant, 'targets', 'rim', 3);
      await models.remove(tenant, 'targets', 'rim', 2);
      expect(await models.put(tenant, 'targets', document('rim', 3))).toBe(false);
      expect(await models.put(tenant, 'targets', document('rim', 4))).toBe(true);
    });

    it('ends at the newest of writes and removals at the same time', async () => {
      const tenant = freshTenant();
      const removed = (version: number) => models.remove(tenant, 'deployments', 'one', version);
      const written = (version: number) => models.put(tenant, 'deployments', document('one', version, { state: 'Paused' }));
      await Promise.all([written(1), removed(4), written(3), written(5), removed(2)]);
      expect(await models.get(tenant, 'deployments', 'one')).toMatchObject({ version: 5 });
      await Promise.all([written(6), removed(9), written(8), removed(7)]);
      expect(await models.get(tenant, 'deployments', 'one')).toBeUndefined();
      expect(await list(tenant, 'deployments', { filter: { index: 'state', value: 'Paused' }, limit: 10 })).toEqual([]);
    });

    it('erases documents and marks, so that any version can be written again', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'resources', document('x', 5, { kind: 'Target' }));
      await models.remove(tenant, 'resources', 'y', 5);
      for (const key of ['x', 'y', 'z']) await models.erase(tenant, 'resources', key);
      expect(await list(tenant, 'resources', { filter: { index: 'kind', value: 'Target' }, limit: 10 })).toEqual([]);
      for (const key of ['x', 'y']) expect(await models.put(tenant, 'resources', document(key, 1))).toBe(true);
    });

    it('counts what each value of a counted index finds, whatever is written, removed or erased, once or again', async () => {
      const tenant = freshTenant();
      const counts = async () => await Promise.all(['Target', 'Release', 'Release/shop', 'Application'].map(async (value) => await models.count(tenant, 'resources', { index: 'kind', value })));
      expect(await counts()).toEqual([0, 0, 0, 0]);
      for (const key of ['t1', 't2', 't3']) await models.put(tenant, 'resources', document(key, 1, { kind: 'Target', uses: ['x'] }));
      for (const key of ['r1', 'r2']) await models.put(tenant, 'resources', document(key, 1, { kind: ['Release/shop', 'Release'] }));
      await models.put(tenant, 'resources', document('r3', 1, { kind: ['Release/other', 'Release'] }));
      expect(await counts()).toEqual([3, 3, 2, 0]);
      await models.put(tenant, 'resources', document('t1', 1, { kind: 'Target' }));
      await models.put(tenant, 'resources', document('t1', 2, { kind: 'Target', uses: ['y'] }));
      expect(await counts()).toEqual([3, 3, 2, 0]);
      await models.put(tenant, 'resources', document('t1', 3, {}));
      await models.remove(tenant, 'resources', 't2', 2);
      await models.remove(tenant, 'resources', 't2', 2);
      await models.remove(tenant, 'resources', 'unknown', 2);
      for (const key of ['t3', 't3', 'r1', 'unknown']) await models.erase(tenant, 'resources', key);
      expect(await counts()).toEqual([0, 2, 1, 0]);
      for (const key of ['t1', 't2', 't3']) await models.put(tenant, 'resources', document(key, 5, { kind: key === 't3' ? 'Application' : 'Target' }));
      expect(await counts()).toEqual([2, 2, 1, 1]);
    });

    it('counts right when many are written at the same time', async () => {
      const tenant = freshTenant();
      await Promise.all(Array.from({ length: 12 }, async (_, index) => await models.put(tenant, 'resources', document(`t${index % 6}`, 1 + (index % 2), { kind: 'Target' }))));
      expect(await models.count(tenant, 'resources', { index: 'kind', value: 'Target' })).toBe(6);
    });

    it('counts by no index that is not counted', async () => {
      await expect(models.count(freshTenant(), 'resources', { index: 'uses', value: 'edge' })).rejects.toThrow('does not count by the index uses');
    });

    it('lists in order of keys, deployments newest first, page by page', async () => {
      const tenant = freshTenant();
      for (const key of ['c', 'a', 'e', 'b', 'd']) {
        await models.put(tenant, 'targets', document(key, 1));
        await models.put(tenant, 'deployments', document(key, 1));
      }
      const page = await list(tenant, 'targets', { limit: 2 });
      expect(keysOf(page)).toEqual(['a', 'b']);
      expect(keysOf(await list(tenant, 'targets', { limit: 2, after: 'b' }))).toEqual(['c', 'd']);
      expect(keysOf(await list(tenant, 'targets', { limit: 2, after: 'd' }))).toEqual(['e']);
      expect(keysOf(await list(tenant, 'deployments', { limit: 3 }))).toEqual(['e', 'd', 'c']);
      expect(keysOf(await list(tenant, 'deployments', { limit: 3, after: 'c' }))).toEqual(['b', 'a']);
    });

    it('finds documents by each value of an index, in the same order and pages', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'resources', document('x', 1, { kind: 'Environment', uses: ['edge', 'rim'] }));
      await models.put(tenant, 'resources', document('y', 1, { kind: 'Environment', uses: ['edge'] }));
      await models.put(tenant, 'resources', document('z', 1, { kind: 'Target', uses: [] }));
      const uses = (value: string, after?: string) => list(tenant, 'resources', { filter: { index: 'uses', value }, limit: 1, ...(after === undefined ? {} : { after }) });
      expect(keysOf(await uses('edge'))).toEqual(['x']);
      expect(keysOf(await uses('edge', 'x'))).toEqual(['y']);
      expect(keysOf(await uses('edge', 'y'))).toEqual([]);
      expect(keysOf(await uses('rim'))).toEqual(['x']);
      expect(keysOf(await list(tenant, 'resources', { filter: { index: 'kind', value: 'Environment' }, limit: 10 }))).toEqual(['x', 'y']);
    });

    it('finds the keys that begin with a prefix, alone and within an index, in pages', async () => {
      const tenant = freshTenant();
      for (const key of ['edge', 'edge-1', 'edge-2', 'edgf', 'rim']) await models.put(tenant, 'resources', document(key, 1, { kind: key === 'edge-1' ? 'Environment' : 'Target' }));
      const begin = (prefix: string, more: object = {}) => list(tenant, 'resources', { prefix, limit: 10, ...more });
      expect(keysOf(await begin('edge'))).toEqual(['edge', 'edge-1', 'edge-2']);
      expect(keysOf(await begin('edge', { limit: 1, after: 'edge' }))).toEqual(['edge-1']);
      expect(keysOf(await begin('edge-', { after: 'edge' }))).toEqual(['edge-1', 'edge-2']);
      expect(keysOf(await begin('edge', { filter: { index: 'kind', value: 'Target' } }))).toEqual(['edge', 'edge-2']);
      expect(keysOf(await begin('edge', { filter: { index: 'kind', value: 'Target' }, after: 'edge' }))).toEqual(['edge-2']);
      expect(keysOf(await begin('none'))).toEqual([]);
    });

    it('finds a changed document by its new values only', async () => {
      const tenant = freshTenant();
      await models.put(tenant, 'deployments', document('one', 1, { state: 'Requested', application: 'shop' }));
      await models.put(tenant, 'deployments', document('one', 2, { state: 'Succeeded', application: 'shop' }));
      const inState = async (value: string) => keysOf(await list(tenant, 'deployments', { filter: { index: 'state', value }, limit: 10 }));
      expect(await inState('Requested')).toEqual([]);
      expect(await inState('Succeeded')).toEqual(['one']);
    });

    it('refuses an index that the model does not have', async () => {
      const tenant = freshTenant();
      await expect(models.put(tenant, 'targets', document('edge', 1, { colour: 'red' }))).rejects.toThrow('index');
      await expect(list(tenant, 'targets', { filter: { index: 'colour', value: 'red' }, limit: 1 })).rejects.toThrow('index');
    });

    it('shows a tenant nothing of another, and lets none change it', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      await models.put(one, 'deployments', document('same', 5, { state: 'Paused' }));
      expect(await models.get(two, 'deployments', 'same')).toBeUndefined();
      expect(await list(two, 'deployments', { limit: 10 })).toEqual([]);
      expect(await list(two, 'deployments', { filter: { index: 'state', value: 'Paused' }, limit: 10 })).toEqual([]);
      await models.remove(two, 'deployments', 'same', 9);
      await models.erase(two, 'deployments', 'same');
      expect(await models.put(two, 'deployments', document('same', 1))).toBe(true);
      expect(await models.get(one, 'deployments', 'same')).toMatchObject({ version: 5 });
    });
  });
}
