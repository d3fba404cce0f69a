import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import * as z from 'zod';

/** What one function (or a client of the API, as `clients`) has asked AWS for. */
export type Counts = {
  calls: number; writeUnits: number; readUnits: number; busEvents: number; busBytes: number; queueRequests: number; objectWrites: number; objectReads: number; keyRequests: number; socketMessages: number; restRequests: number;
};

/** A proxy before an emulator that counts what passes. */
export type CountingProxy = {
  readonly url: string;
  /** Where a function is to send its calls, so that they are counted as its own. */
  urlOf(name: string): string;
  counts(): { readonly [name: string]: Counts };
  close(): Promise<void>;
};

/** The name under which what clients of the API ask for is counted. */
export const CLIENTS = 'clients';

const none = (): Counts => ({ calls: 0, writeUnits: 0, readUnits: 0, busEvents: 0, busBytes: 0, queueRequests: 0, objectWrites: 0, objectReads: 0, keyRequests: 0, socketMessages: 0, restRequests: 0 });

const consumed = z.object({ CapacityUnits: z.number() });
const answer = z.looseObject({ ConsumedCapacity: z.union([consumed, z.array(consumed)]).optional() });
const entries = z.object({ Entries: z.array(z.looseObject({ Detail: z.string() })) });

/** Calls of DynamoDB that write; all others read. A write that a condition refused is paid as well. */
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];

/** Starts a proxy before the emulator. Every call of DynamoDB is asked what it consumed. */
export async function startCountingProxy(emulator: string): Promise<CountingProxy> {
  const all = new Map<string, Counts>();
  const of = (name: string): Counts => {
    const known = all.get(name) ?? none();
    all.set(name, known);
    return known;
  };
  const server = createServer((incoming, outgoing) => {
    void pass(emulator, of, { incoming, outgoing }).catch((error: unknown) => {
      outgoing.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url, urlOf: (name) => `${url}/of/${name}`, counts: () => structuredClone(Object.fromEntries(all)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

/** What was counted since an earlier time. */
export function since(before: { readonly [name: string]: Counts }, now: { readonly [name: string]: Counts }): { readonly [name: string]: Counts } {
  return Object.fromEntries(Object.entries(now).map(([name, counts]) => {
    const old = before[name] ?? none();
    const { calls, writeUnits, readUnits, busEvents, busBytes, queueRequests, objectWrites, objectReads, keyRequests, socketMessages, restRequests } = counts;
    return [name, {
      calls: calls - old.calls, writeUnits: writeUnits - old.writeUnits, readUnits: readUnits - old.readUnits, busEvents: busEvents - old.busEvents, busBytes: busBytes - old.busBytes, queueRequests: queueRequests - old.queueRequests,
      objectWrites: objectWrites - old.objectWrites, objectReads: objectReads - old.objectReads, keyRequests: keyRequests - old.keyRequests, socketMessages: socketMessages - old.socketMessages, restRequests: restRequests - old.restRequests,
    }];
  }));
}

async function pass(emulator: string, of: (name: string) => Counts, { incoming, outgoing }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }): Promise<void> {
  const [, name = CLIENTS, path = incoming.url ?? '/'] = /^\/of\/([^/]+)(\/.*)?$/.exec(incoming.url ?? '/') ?? [];
  const counts = of(name);
  const target = String(incoming.headers['x-amz-target'] ?? '');
  const given = await bodyOf(incoming);
  const isTable = target.startsWith('DynamoDB_');
  const body = isTable ? Buffer.from(JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(given.toString())), ReturnConsumedCapacity: 'TOTAL' })) : given;
  const { host: _host, 'content-length': _length, ...headers } = incoming.headers;
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${emulator}${path}`, { method: incoming.method, headers: { ...headers, 'content-length': body.byteLength } }).on('error', reject).on('response', resolve).end(body);
  });
  const content = await bodyOf(answered);
  count(counts, { target, path, method: incoming.method ?? 'GET', body, status: answered.statusCode ?? 0, content });
  outgoing.writeHead(answered.statusCode ?? 502, answered.headers).end(content);
}

type Passed = { readonly target: string; readonly path: string; readonly method: string; readonly body: Buffer; readonly status: number; readonly content: Buffer };

function count(counts: Counts, { target, path, method, body, status, content }: Passed): void {
  counts.calls += 1;
  const action = target.split('.').at(-1) ?? '';
  if (target.startsWith('DynamoDB_')) {
    const units = status === 200 ? unitsOf(content) : action === 'TransactWriteItems' ? 2 : 1;
    if (WRITES.includes(action)) counts.writeUnits += units;
    else counts.readUnits += units;
  } else if (action === 'PutEvents') {
    const { Entries } = entries.parse(JSON.parse(body.toString()));
    counts.busEvents += Entries.length;
    counts.busBytes += Entries.reduce((total, { Detail }) => total + Buffer.byteLength(Detail), 0);
  } else if (target.startsWith('AmazonSQS.')) counts.queueRequests += 1;
  else if (action === 'GetParameter') counts.keyRequests += 1;
  else if (path.includes('/@connections/')) counts.socketMessages += 1;
  else if (path.startsWith('/_aws/execute-api/')) counts.restRequests += 1;
  else if (target === '' && method === 'PUT') counts.objectWrites += 1;
  else if (target === '' && method === 'GET') counts.objectReads += 1;
}

function unitsOf(content: Buffer): number {
  const { ConsumedCapacity = [] } = answer.parse(JSON.parse(content.toString()));
  return [ConsumedCapacity].flat().reduce((total, one) => total + one.CapacityUnits, 0);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
