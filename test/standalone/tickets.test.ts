import { describe, expect, it } from 'vitest';

import { MemoryTickets } from '#standalone/tickets';

import { expectFailure } from '../contracts/subject.ts';
import { VirtualTime } from './virtual-time.ts';

describe('unused tickets', () => {
  it('are bounded per tenant, so that no tenant keeps others from opening a stream', async () => {
    const clock = new VirtualTime();
    const tickets = new MemoryTickets(clock);
    const issue = (tenant: string, hash: string) => tickets.issue({ hash, tenant, keyId: 'key', expiresAt: clock.in(30) });
    for (let count = 0; count < 1000; count += 1) await issue('greedy', `greedy-${count}`);
    await expectFailure(issue('greedy', 'one-more'), 'rate-limited');
    await issue('other', 'other-1');
    expect(await tickets.redeem('greedy-0', clock.in(0))).toMatchObject({ tenant: 'greedy' });
    await issue('greedy', 'in its place');
  });
});
