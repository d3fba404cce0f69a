import { expect, it, onTestFinished } from 'vitest';

import { hashOf } from '#application/http/authenticate';
import { makeKey } from '#application/keys/create-key';
import { firstOperatorKey } from '#functions/runtime/first-operator-key';

import { QuietSystem } from '../application/quiet-system.ts';

const MASTER = new Uint8Array(32).fill(7);

async function openContext() {
  const system = await QuietSystem.open();
  onTestFinished(async () => { await system.close(); });
  return system.context('operator');
}

it('the first operator key is made once, and its value is known again to a deploy that has to complete another', async () => {
  const context = await openContext();
  const value = await firstOperatorKey(context, MASTER);
  expect(value).toMatch(/^slk_[A-Za-z0-9_-]{43}$/);
  expect(await firstOperatorKey(context, MASTER)).toBe(value);
  expect(await context.ports.keys.findByHash(hashOf(value ?? ''))).toMatchObject({ tenant: 'operator', role: 'operator', name: 'operator' });
  expect(await context.ports.keys.list('operator', { limit: 10 })).toHaveLength(1);
});

it('an installation that has an operator key already gets none', async () => {
  const context = await openContext();
  await makeKey(context, { name: 'earlier', role: 'operator', by: 'sluice' });
  expect(await firstOperatorKey(context, MASTER)).toBeUndefined();
  expect(await context.ports.keys.list('operator', { limit: 10 })).toHaveLength(1);
});

it('another master key gives another operator key', async () => {
  expect(await firstOperatorKey(await openContext(), MASTER)).not.toBe(await firstOperatorKey(await openContext(), new Uint8Array(32).fill(8)));
});
