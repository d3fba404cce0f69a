import { expect, it } from 'vitest';

import { LookRoom, TENANTS_LOOKING } from '#application/sweep/look-room';

/** Looks that end when they are told to, with what each was granted. */
function openLooks(room: LookRoom) {
  const granted: number[] = [];
  const ends: (() => void)[] = [];
  const ask = async (wanted: number) => await room.ask(wanted, async (count) => {
    granted.push(count);
    await new Promise<void>((resolve) => { ends.push(resolve); });
  });
  const settled = async () => { for (let turn = 0; turn < 10; turn += 1) await Promise.resolve(); };
  return { granted, ask, settled, end: async () => {
    ends.shift()?.();
    await settled();
  } };
}

it('some tenants look at once, and the others in the order in which they asked', async () => {
  const looks = openLooks(new LookRoom(500, () => true));
  const all = Promise.all([10, 20, 30, 40].map(looks.ask));
  await looks.settled();
  expect(looks.granted).toEqual([10, 20].slice(0, TENANTS_LOOKING));
  await looks.end();
  expect(looks.granted).toEqual([10, 20, 30]);
  for (let left = 0; left < 3; left += 1) await looks.end();
  await all;
  expect(looks.granted).toEqual([10, 20, 30, 40]);
});

it('what is granted is never more than there is, and nobody looks at nothing', async () => {
  const room = new LookRoom(250, () => true);
  const granted: number[] = [];
  await Promise.all([200, 200, 200].map(async (wanted) => await room.ask(wanted, async (count) => { granted.push(await Promise.resolve(count)); })));
  expect([granted, room.left]).toEqual([[200, 50], 0]);
});

it('who has waited until the time was over looks at nothing, and takes no room', async () => {
  let isInTime = true;
  const room = new LookRoom(100, () => isInTime);
  const looks = openLooks(room);
  const all = Promise.all([10, 20, 30].map(looks.ask));
  await looks.settled();
  isInTime = false;
  for (let left = 0; left < 3; left += 1) await looks.end();
  await all;
  expect([looks.granted, room.left]).toEqual([[10, 20], 70]);
});

it('a look that fails makes room for the next', async () => {
  const room = new LookRoom(100, () => true);
  for (let time = 0; time < 2 * TENANTS_LOOKING; time += 1) await expect(room.ask(1, async () => await Promise.reject(new Error('out')))).rejects.toThrow('out');
  let looked = 0;
  await room.ask(5, async (count) => { looked = await Promise.resolve(count); });
  expect(looked).toBe(5);
});
