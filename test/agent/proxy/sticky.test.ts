import { afterEach, describe, expect, it } from 'vitest';

import { RunningProxy } from '#test/agent/support/running-proxy';

describe('a sticky component', () => {
  const running: RunningProxy[] = [];
  afterEach(() => { for (const one of running.splice(0)) one.close(); });

  async function start() {
    const proxy = new RunningProxy();
    running.push(proxy);
    const fresh = await proxy.upstream((_, response) => { response.end('new'); });
    const stable = await proxy.upstream((_, response) => { response.end('stable'); });
    return { proxy, both: { new: [fresh], stable: [stable] } };
  }

  it('keeps a client with a cookie on the side it met first, while the weight changes between 1 and 99', async () => {
    const { proxy, both } = await start();
    await proxy.configure({ ...both, weightPercent: 50, sticky: { cookie: 'side' } });
    const clients = await Promise.all(Array.from({ length: 40 }, () => visit(proxy.url)));
    expect(new Set(clients.map((client) => client.body))).toEqual(new Set(['new', 'stable']));
    for (const weightPercent of [1, 99, 50]) {
      await proxy.configure({ ...both, weightPercent, sticky: { cookie: 'side' } });
      for (const client of clients) expect(await visit(proxy.url, { cookie: `other=1; ${client.cookie}` })).toEqual({ body: client.body, cookie: null });
    }
  });

  it('moves every client at weight 100 and at weight 0', async () => {
    const { proxy, both } = await start();
    await proxy.configure({ ...both, weightPercent: 50, sticky: { cookie: 'side' } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => visit(proxy.url)));
    await proxy.configure({ ...both, weightPercent: 100, sticky: { cookie: 'side' } });
    for (const client of clients) expect((await visit(proxy.url, { cookie: client.cookie ?? '' })).body).toBe('new');
    await proxy.configure({ ...both, weightPercent: 0, sticky: { cookie: 'side' } });
    for (const client of clients) expect((await visit(proxy.url, { cookie: client.cookie ?? '' })).body).toBe('stable');
  });

  it('keeps a client by the value of a header, and lets only clients it has not met count for the weight', async () => {
    const { proxy, both } = await start();
    await proxy.configure({ ...both, weightPercent: 30, sticky: { header: 'X-User' } });
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
    const first = await Promise.all(users.map((user) => visit(proxy.url, { 'x-user': user })));
    expect(first.filter((client) => client.body === 'new')).toHaveLength(30);
    await proxy.configure({ ...both, weightPercent: 60, sticky: { header: 'X-User' } });
    const second = await Promise.all(users.map((user) => visit(proxy.url, { 'x-user': user })));
    expect(second).toEqual(first);
  });

  it('gives a cookie that names no present side no say', async () => {
    const { proxy, both } = await start();
    await proxy.configure({ ...both, weightPercent: 50, sticky: { cookie: 'side' } });
    const answers = await Promise.all(Array.from({ length: 100 }, () => visit(proxy.url, { cookie: 'side=ffffffff' })));
    expect(answers.filter((answer) => answer.body === 'new')).toHaveLength(50);
    expect(answers.every((answer) => answer.cookie?.startsWith('side='))).toBe(true);
  });
});

async function visit(url: string, headers: Record<string, string> = {}): Promise<{ readonly body: string; readonly cookie: string | null }> {
  const response = await fetch(url, { headers });
  return { body: await response.text(), cookie: response.headers.get('set-cookie')?.split(';')[0] ?? null };
}
