import { describe, expect, it } from 'vitest';

import { Signal } from '#standalone/signal';

describe('a signal', () => {
  it('lets a waiter go on that had looked before it was given', async () => {
    const signal = new Signal();
    const seen = signal.version;
    signal.notify();
    await signal.changed(seen);
    expect(signal.version).toBe(seen + 1);
  });

  it('lets all waiters go on at once, and each only once', async () => {
    const signal = new Signal();
    const gone: string[] = [];
    const waiting = ['a', 'b'].map((name) => signal.changed(signal.version).then(() => gone.push(name)));
    await Promise.resolve();
    expect(gone).toEqual([]);
    signal.notify();
    signal.notify();
    await Promise.all(waiting);
    expect(gone).toEqual(['a', 'b']);
  });

  it('lets a waiter go on that is aborted, also beforehand', async () => {
    const signal = new Signal();
    const abort = new AbortController();
    const waiting = signal.changed(signal.version, abort.signal);
    abort.abort();
    await waiting;
    await signal.changed(signal.version, abort.signal);
    expect(signal.version).toBe(0);
  });

  it('tells listeners what it is about until they stop listening', () => {
    const signal = new Signal();
    const heard: string[] = [];
    const stop = signal.subscribe((subject) => heard.push(subject));
    signal.notify('default');
    stop();
    signal.notify('other');
    expect(heard).toEqual(['default']);
  });
});
