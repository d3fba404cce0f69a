import { setTimeout as wait } from 'node:timers/promises';

/** Real processes and sockets tell nobody when they are done: a condition is looked at until it holds, at most so long. */
export async function until(holds: () => boolean | Promise<boolean>, given: { readonly seconds?: number; readonly what?: string } = {}): Promise<void> {
  const deadline = Date.now() + (given.seconds ?? 10) * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${given.what ?? 'a condition'}`);
    await wait(20);
  }
}

/** Whether a value stays as it is for 300 ms. */
export async function staysTheSame(read: () => number): Promise<boolean> {
  const before = read();
  await wait(300);
  return read() === before;
}
