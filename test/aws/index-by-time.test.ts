import { createHash } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { HOUR_PARTS, eventPlace, hourPart, itemOfEvent } from '#aws/event-item';
import { eventsBetween } from '#aws/unrelayed';
import { tables } from '#contracts/tables';

import { freshTenant } from '../contracts/subject.ts';
import { appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

const AT = '2026-11-21T12:00:00.000Z';

/** How many parts an hour had in the first version. */
const FORMER_PARTS = 4;

let opened: Installation;
beforeAll(async () => { opened = await openInstallation(); });
afterAll(() => opened.close());

const found = async () => {
  const names: string[] = [];
  const at = Date.parse(AT);
  for await (const { stream, version } of eventsBetween(opened.client, { name: opened.eventsName, index: tables.events.index.name }, at - 1000, at + 1000)) names.push(`${stream} ${version}`);
  return names.toSorted();
};

it('the index by time finds events in all parts of an hour, those of before among them', async () => {
  const tenant = freshTenant();
  const streams = Array.from({ length: 60 }, (_, index) => `sweep/${String(index).padStart(2, '0')}`);
  for (const stream of streams) await appended(opened, { tenant, stream }, 1, AT);
  const parts = new Set<unknown>();
  for (const [index, stream] of streams.entries()) {
    const [event] = await opened.store.read({ tenant, stream });
    if (event === undefined) throw new Error('it was appended');
    parts.add(itemOfEvent(event)['hour']);
    const former = (createHash('sha256').update(`${tenant}#${stream}`).digest()[0] ?? 0) % FORMER_PARTS;
    if (index % 2 === 0) await opened.events.put({ ...itemOfEvent(event), ...eventPlace(event, 1), hour: hourPart(AT, former) });
  }
  expect(parts.size).toBeGreaterThan(FORMER_PARTS);
  expect(parts.size).toBeLessThanOrEqual(HOUR_PARTS);
  expect(await found()).toEqual(streams.map((stream) => `${stream} 1`));
});
