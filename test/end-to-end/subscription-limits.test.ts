import { expect, it } from 'vitest';

import { MAXIMUM_SUBSCRIPTIONS } from '#contracts/stream';

import { RawStream } from './raw-stream.ts';
import { Tenant } from './tenant.ts';

it('a connection has so many subscriptions, and one more is refused with the rule and its value', async () => {
  const tenant = await Tenant.open('subscribing');
  try {
    const stream = await RawStream.open(tenant);
    for (let count = 0; count < MAXIMUM_SUBSCRIPTIONS; count += 1) await stream.subscribe(`s${count}`, { kind: 'tenant' });
    stream.send({ type: 'subscribe', id: 'more', topic: { kind: 'tenant' } });
    expect(await stream.nextOf('error')).toEqual({ type: 'error', id: 'more', code: 'conflict', detail: `this connection may have ${MAXIMUM_SUBSCRIPTIONS} subscriptions at once` });
  } finally {
    await tenant.close();
  }
});
