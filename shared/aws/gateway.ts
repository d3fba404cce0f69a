import { ApiGatewayManagementApiClient, DeleteConnectionCommand, GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { boundedCalls } from './calls.ts';
import type { OpenSockets } from './connections.ts';
import { tellingOutages } from './outages.ts';

/** One message to one connection must not hold up the others: at most 2 × 3 s + 1 s = 7 s. */
const SOCKET_CALLS = boundedCalls(2, 3000);

/** The open WebSockets of API Gateway. */
export class Gateway implements OpenSockets {
  readonly #client: ApiGatewayManagementApiClient;

  constructor(client: ApiGatewayManagementApiClient) {
    this.#client = client;
  }

  async post(connection: string, text: string): Promise<'sent' | 'gone'> {
    return (await unlessGone(this.#client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: new TextEncoder().encode(text) })))) ? 'sent' : 'gone';
  }

  /** API Gateway chooses the close code. */
  async close(connection: string): Promise<void> {
    await unlessGone(this.#client.send(new DeleteConnectionCommand({ ConnectionId: connection })));
  }
}

async function unlessGone(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof GoneException) return false;
    throw error;
  }
}

/** The open WebSockets behind an address. */
export function openGateway(endpoint: string): OpenSockets {
  return new Gateway(tellingOutages(new ApiGatewayManagementApiClient({ ...SOCKET_CALLS, endpoint })));
}
