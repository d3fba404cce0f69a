import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { closeCodes, MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS } from '#contracts/stream';
import { Served } from '#test/standalone/server/served';
import type { ServedOptions } from '#test/standalone/server/served';
import { StreamClient } from '#test/standalone/server/stream-client';

import { bytesOf, OPCODES, FrameSocket } from './frame-socket.ts';
import type { Frame } from './frame-socket.ts';

/** What RFC 6455 §7.4.1 has for what is no WebSocket, and for text that is not UTF-8. */
const [PROTOCOL_ERROR, NOT_UTF_8] = [1002, 1007];

let served: Served;
let bystander: StreamClient;

const open = async (options: ServedOptions = {}) => {
  served = await Served.open(options);
  bystander = await StreamClient.open(served, { key: served.keys.viewer });
};
const attack = async (extensions?: string) => await FrameSocket.open({ port: served.server.port, key: served.keys.admin, ...(extensions === undefined ? {} : { extensions }) });

/** Whoever else is connected is served as before. */
const othersGoOn = async () => {
  bystander.send({ type: 'ping' });
  expect(await bystander.next()).toEqual({ type: 'pong' });
};

afterEach(async () => await served.close());

describe('one frame', () => {
  beforeEach(async () => await open());

  it.each<readonly [string, Frame, number]>([
    ['that announces more than a message may have, before it comes', { opcode: OPCODES.text, announcedBytes: BigInt(MAXIMUM_MESSAGE_BYTES + 1) }, closeCodes.messageTooBig],
    ['that announces a terabyte', { opcode: OPCODES.text, announcedBytes: 1n << 40n }, closeCodes.messageTooBig],
    ['that announces more than a number can be', { opcode: OPCODES.text, announcedBytes: (1n << 63n) - 1n }, closeCodes.messageTooBig],
    ['that is not masked', { opcode: OPCODES.text, payload: Buffer.from('{"type":"ping"}'), isMasked: false }, PROTOCOL_ERROR],
    ['that is compressed', { opcode: OPCODES.text, payload: Buffer.from([0xaa, 0x56]), reservedBits: 0b100 }, PROTOCOL_ERROR],
    ['with a bit that means nothing', { opcode: OPCODES.text, reservedBits: 0b001 }, PROTOCOL_ERROR],
    ['of a kind that does not exist', { opcode: 7 }, PROTOCOL_ERROR],
    ['that goes on with nothing', { opcode: OPCODES.continuation, payload: Buffer.from('x') }, PROTOCOL_ERROR],
    ['that is a ping larger than one may be', { opcode: OPCODES.ping, payload: Buffer.alloc(200) }, PROTOCOL_ERROR],
    ['that is half a ping', { opcode: OPCODES.ping, isFinal: false }, PROTOCOL_ERROR],
    ['that closes with a code that does not exist', { opcode: OPCODES.close, payload: Buffer.from([0, 1]) }, PROTOCOL_ERROR],
    ['that is not UTF-8', { opcode: OPCODES.text, payload: Buffer.from([0xff, 0xfe, 0xc0, 0x80]) }, NOT_UTF_8],
    ['that is binary', { opcode: OPCODES.binary, payload: Buffer.from('{"type":"ping"}') }, closeCodes.unsupportedData],
  ])('%s closes its connection with the code for that, and no other', async (_what, frame, code) => {
    const attacker = await attack();
    attacker.send(frame);
    expect(await attacker.closed).toBe(code);
    await othersGoOn();
  });

  it('is never compressed, whatever a client offers, so that no small one becomes large', async () => {
    const attacker = await attack('permessage-deflate; client_max_window_bits');
    expect(attacker.head).toMatch(/^HTTP\/1\.1 101 /);
    expect(attacker.head.toLowerCase()).not.toContain('sec-websocket-extensions');
    attacker.send({ opcode: OPCODES.text, payload: Buffer.alloc(1000, 0x41), reservedBits: 0b100 });
    expect(await attacker.closed).toBe(PROTOCOL_ERROR);
    await othersGoOn();
  });
});

describe('a message', () => {
  it('without an end closes its connection when its pieces are larger than one may be', async () => {
    await open();
    const attacker = await attack();
    attacker.send({ opcode: OPCODES.text, payload: Buffer.alloc(20_000, 0x20), isFinal: false });
    attacker.send({ opcode: OPCODES.continuation, payload: Buffer.alloc(20_000, 0x20), isFinal: false });
    expect(await attacker.closed).toBe(closeCodes.messageTooBig);
    await othersGoOn();
  });

  it('of a thousand empty pieces closes its connection', async () => {
    await open();
    const attacker = await attack();
    attacker.send({ opcode: OPCODES.text, isFinal: false });
    for (let index = 0; index < 1000; index += 1) attacker.send({ opcode: OPCODES.continuation, isFinal: false });
    expect(await attacker.closed).toBe(closeCodes.policyViolation);
    await othersGoOn();
  });

  it('that comes byte by byte closes its connection long before each byte is held as a piece of its own', async () => {
    await open();
    const attacker = await attack();
    const bytes = bytesOf({ opcode: OPCODES.text, payload: Buffer.alloc(MAXIMUM_MESSAGE_BYTES, 0x20) });
    let sent = 0;
    for (; sent < bytes.length && !attacker.isClosed; sent += 1) {
      attacker.socket.write(bytes.subarray(sent, sent + 1));
      await nextTurn();
    }
    expect(await attacker.closed).toBe(closeCodes.policyViolation);
    expect(sent).toBeLessThan(MAXIMUM_MESSAGE_BYTES / 4);
    await othersGoOn();
  });
});

describe('a flood', () => {
  it.each<readonly [string, Frame]>([
    ['pings of the protocol', { opcode: OPCODES.ping }],
    ['pongs that nobody asked for', { opcode: OPCODES.pong }],
    ['messages', { opcode: OPCODES.text, payload: Buffer.from('{"type":"ping"}') }],
    ['subscriptions', { opcode: OPCODES.text, payload: Buffer.from(`{"type":"subscribe","id":"a","topic":{"kind":"tenant"}}`) }],
  ])('of %s closes its connection with the code for that', async (_what, frame) => {
    await open();
    const attacker = await attack();
    for (let index = 0; index < 1000; index += 1) attacker.send(frame);
    expect(await attacker.closed).toBe(closeCodes.tooManyMessages);
    await othersGoOn();
  });

  it('of thousands of subscriptions, however slow, opens as many as a connection may have', { timeout: 60_000 }, async () => {
    await open({ stream: { messageRate: { burst: 10_000, perSecond: 1 } } });
    const many = await StreamClient.open(served, { key: served.keys.admin });
    const WANTED = 3000;
    const answers = { subscribed: 0, refused: 0 };
    for (let index = 0; index < WANTED; index += 1) many.send({ type: 'subscribe', id: `s${index}`, topic: { kind: 'tenant' } });
    while (answers.subscribed + answers.refused < WANTED) answers[(await many.next()).type === 'subscribed' ? 'subscribed' : 'refused'] += 1;
    expect(answers).toEqual({ subscribed: MAXIMUM_SUBSCRIPTIONS, refused: WANTED - MAXIMUM_SUBSCRIPTIONS });
    // The tenant's own messages are used up until then: time stands still here.
    served.time.advance(1);
    await othersGoOn();
  });

  it('of questions whose answers are not read closes its connection, and no more than its bounds waits', { timeout: 60_000 }, async () => {
    const closeBytes = 65_536;
    await open({ stream: { messageRate: { burst: 1_000_000, perSecond: 1 }, outbox: { holdBytes: 32_768, closeBytes, slowSeconds: 10 }, malformedMessages: 1_000_000 } });
    const attacker = await attack();
    attacker.socket.pause();
    const question = bytesOf({ opcode: OPCODES.text, payload: Buffer.from(JSON.stringify({ type: 'unsubscribe', id: 'x'.repeat(64) })) });
    // What the system's own buffers hold comes on top, so it takes some megabytes until anything waits.
    const flood = Buffer.concat(Array.from({ length: 200 }, () => question));
    const fill = () => { while (attacker.socket.write(flood)); };
    attacker.socket.on('drain', fill);
    fill();
    while (served.connections.count() === 2) await nextTurn();
    // A client that reads nothing does not notice its end either.
    attacker.socket.resume();
    expect([closeCodes.tooManyMessages, 'cut']).toContain(await attacker.closed);
    expect(attacker.socket.bytesWritten).toBeLessThan(200_000_000);
    // The tenant's own messages are used up until then: time stands still here.
    served.time.advance(1);
    await othersGoOn();
  });
});

describe('a handshake', () => {
  it('that is not finished is cut, and holds up nobody', { timeout: 60_000 }, async () => {
    await open();
    const halves = Array.from({ length: 200 }, () => connect(served.server.port, '127.0.0.1').on('error', () => undefined));
    for (const half of halves) half.write('GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upg');
    await othersGoOn();
    expect((await served.request('GET', '/v1', { key: served.keys.viewer })).status).toBe(200);
    await Promise.all(halves.map(async (half) => {
      half.resume();
      await once(half, 'close');
    }));
    await othersGoOn();
  });
});
