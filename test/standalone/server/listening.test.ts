import { copyFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect as connectTls } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { closeCodes } from '#contracts/stream';

import { freshFolder } from '../opened.ts';
import { Served } from './served.ts';
import { StreamClient } from './stream-client.ts';

const certificates = fileURLToPath(new URL('certificates', import.meta.url));

describe('a certificate', () => {
  let cleanUp: () => Promise<void> = async () => undefined;
  afterEach(async () => await cleanUp());

  const serve = async () => {
    const { folder, remove } = await freshFolder();
    const files = { certificateFile: join(folder, 'tls.pem'), keyFile: join(folder, 'tls.key.pem') };
    const use = async (name: string) => {
      await copyFile(join(certificates, `${name}.pem`), files.certificateFile);
      await copyFile(join(certificates, `${name}.key.pem`), files.keyFile);
    };
    await use('first');
    const served = await Served.open({ listen: { host: '127.0.0.1', tls: files } });
    cleanUp = async () => {
      await served.close();
      await remove();
    };
    return { served, use, files };
  };

  it('is used, and the stream is beside it', async () => {
    const { served } = await serve();
    expect(served.url).toMatch(/^https:/);
    expect(await nameOf(served)).toBe('first.test');
  });

  it('is taken from its changed files without a restart', async () => {
    const { served, use } = await serve();
    await use('second');
    await served.server.check();
    expect(await nameOf(served)).toBe('second.test');
  });

  it('stays while the files do not fit each other, and that is reported', async () => {
    const { served, use, files } = await serve();
    await copyFile(join(certificates, 'second.pem'), files.certificateFile);
    await served.server.check();
    await writeFile(files.keyFile, '');
    await served.server.check();
    expect(served.unexpected.map(({ operation }) => operation)).toEqual(['check of certificate', 'check of certificate']);
    expect(await nameOf(served)).toBe('first.test');
    await use('second');
    await served.server.check();
    expect(await nameOf(served)).toBe('second.test');
  });

  it('that is none keeps the server from starting', async () => {
    await expect(Served.open({ listen: { tls: { certificateFile: '/nowhere.pem', keyFile: '/nowhere.key.pem' } } })).rejects.toThrow('/nowhere.pem');
  });
});

describe('a server that stops', () => {
  it('finishes running requests, closes the streams and takes nothing more', async () => {
    let begun: () => void = () => undefined;
    let finish: () => void = () => undefined;
    const began = new Promise<void>((resolve) => { begun = resolve; });
    const finished = new Promise<void>((resolve) => { finish = resolve; });
    const served = await Served.open({ operations: { listKeys: async () => {
      begun();
      await finished;
      return { body: { items: [] } };
    } } });
    const stream = await StreamClient.open(served, { key: served.keys.viewer });
    const running = served.request('GET', '/v1/keys', { key: served.keys.admin });
    await began;
    const closing = served.close();
    expect((await stream.closed).code).toBe(closeCodes.goingAway);
    await expect(fetch(`${served.url}/healthz`)).rejects.toThrow('fetch failed');
    finish();
    expect((await running).status).toBe(200);
    await closing;
  });
});

describe('a client that breaks the protocol', () => {
  let served: Served;
  afterEach(async () => await served.close());

  const answerTo = async (text: string) => await new Promise<string>((resolve, reject) => {
    const socket = connect(served.server.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => { answer += data.toString(); });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

  it('is answered in HTTP/1.1 when it would rather speak something else', async () => {
    served = await Served.open();
    expect(await answerTo('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is answered and cut: headers too large, two lengths, no host', async () => {
    served = await Served.open();
    expect(await answerTo(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 [^]*"code":"headers-too-large"/);
    expect(await answerTo('POST /v1/keys HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"malformed-request"/);
    expect(await answerTo('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

async function nameOf(served: Served): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const socket = connectTls({ port: served.server.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
