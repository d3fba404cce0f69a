import { createCursors } from '#application/http/cursor';
import { hashOf } from '#application/http/authenticate';
import { defaultHttpSettings } from '#application/http/exchange';
import { createHttpMetrics } from '#application/http/http-metrics';
import { createMetrics } from '#application/http/metrics';
import { tell } from '#application/http/problem-answer';
import { createStreamApi } from '#application/http/stream-api';
import { GatewayConnections } from '#aws/connections';
import type { OpenSockets } from '#aws/connections';
import { DynamoKeys } from '#aws/keys';
import type { PumpOptions } from '#aws/pump';
import { SocketGateway } from '#aws/socket-gateway';
import type { SocketCaller } from '#aws/socket-gateway';
import { DynamoTickets } from '#aws/tickets';
import { StepFunctionsWorkflow } from '#aws/workflow';
import { serverMessage } from '#contracts/stream';
import type { ClientMessage, ServerMessage } from '#contracts/stream';
import type { Role } from '#contracts/roles';
import { DynamoRateLimits } from '#aws/rate-limit';
import { ticketSigner } from '#aws/signed-tickets';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { SystemIds } from '#engine/system-ids';
import { VirtualTime } from '#test/standalone/virtual-time';
import { openFresh } from '#test/standalone/opened';

import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

/** Open sockets that keep what is posted to them; a post may fail, or take time by the clock. */
export class PlayedSockets implements OpenSockets {
  readonly open = new Map<string, ServerMessage[]>();
  beforePost: (connection: string, message: ServerMessage) => void = () => {};

  async post(connection: string, text: string): Promise<'sent' | 'gone'> {
    const message = serverMessage.parse(JSON.parse(text));
    this.beforePost(connection, message);
    const messages = this.open.get(connection);
    if (messages === undefined) return 'gone';
    messages.push(message);
    return 'sent';
  }

  async close(connection: string): Promise<void> {
    this.open.delete(connection);
  }
}

/** The gateway's side of WebSockets on DynamoDB, under virtual time, with played sockets. */
export type SocketSystem = Installation & {
  readonly openStream: PumpOptions['openStream'];
  readonly time: VirtualTime; readonly sockets: PlayedSockets; readonly connections: GatewayConnections; readonly gateway: SocketGateway; readonly keys: DynamoKeys; readonly tickets: DynamoTickets;
  /** Makes a key and answers its value. */
  makeKey(tenant: string, id: string, role?: Role): Promise<string>;
  /** Opens a connection by a key of its own, as the gateway does. */
  connect(tenant: string, connection: string): Promise<SocketCaller>;
  send(from: SocketCaller, message: ClientMessage): Promise<void>;
  /** Makes a ticket of a key and answers its value. */
  makeTicket(tenant: string, keyId: string): Promise<string>;
  /** What was posted to a connection. */
  messages(connection: string): readonly ServerMessage[];
};

const unused = async (): Promise<never> => await Promise.reject(new Error('sockets need no machines'));
const noExecutions = { start: unused, statusOf: unused, succeed: unused, fail: unused };

/** Opens the whole of it. */
export async function openSockets(): Promise<SocketSystem> {
  const installation = await openInstallation();
  const time = new VirtualTime();
  const fresh = await openFresh(time);
  const sockets = new PlayedSockets();
  const connections = new GatewayConnections(sockets, installation.state, () => time.now());
  const keys = new DynamoKeys(installation.state);
  const tickets = new DynamoTickets(installation.state, () => time.now());
  const workflow = new StepFunctionsWorkflow({ executions: noExecutions, machines: { canary: '', 'blue-green': '', rolling: '', recreate: '', recover: '' }, state: installation.state, clock: time });
  const ports = { ...fresh.ports, workflow, events: installation.store, readModels: installation.readModels, keys, connections, clock: time };
  const metrics = createHttpMetrics(createMetrics());
  const memory = new MemoryRateLimits(time);
  const stream = createStreamApi({ ports, rateLimits: memory, sharedRateLimits: memory, cursors: createCursors(new Uint8Array(32)), metrics, settings: defaultHttpSettings, report: () => {} }, tickets);
  const signer = ticketSigner(new Uint8Array(32));
  const openStream = async () => await Promise.resolve(stream);
  const gateway = new SocketGateway({
    connections, events: installation.store, clock: time, stream, openStream, isTicket: signer.isSigned, rateLimits: new DynamoRateLimits(installation.state, time), tell: (error) => tell(error, { traceId: 'trace', operation: 'stream' }, ({ error: cause }) => { throw cause; }),
  });
  const makeKey: SocketSystem['makeKey'] = async (tenant, id, role = 'viewer') => {
    const value = `slk_${tenant}-${id}`;
    const target = role === 'agent' ? 'edge' : null;
    await keys.create({ id, tenant, name: id, prefix: 'slk_', hash: hashOf(value), role, target, createdAt: new Date(time.now()).toISOString(), expiresAt: null, lastUsedAt: null, revokedAt: null });
    return value;
  };
  return {
    ...installation, openStream, time, sockets, connections, gateway, keys, tickets, makeKey,
    async connect(tenant, connection) {
      const caller = await gateway.admit({ authorization: `Bearer ${await makeKey(tenant, `key-${connection}`)}`, ticket: undefined, clientAddress: '192.0.2.1' });
      sockets.open.set(connection, []);
      await gateway.opened({ connection, caller });
      return { connection, caller };
    },
    async makeTicket(tenant, keyId) {
      const value = signer.sign(new SystemIds().secret('slt_'));
      await tickets.issue({ hash: hashOf(value), tenant, keyId, expiresAt: time.in(30) });
      return value;
    },
    send: async (from, message) => await gateway.received(from, JSON.stringify(message)),
    messages: (connection) => sockets.open.get(connection) ?? [],
    close: () => {
      void fresh.close();
      installation.close();
    },
  };
}
