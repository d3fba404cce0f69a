import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

import { createApi } from '#application/http/api';
import { openedOnce } from '#aws/opened-once';

import { opened } from './runtime/engine.ts';
import { answerOf, requestOf, tenantOf } from './runtime/exchange.ts';
import { around, logAbout } from './runtime/handler.ts';
import { handlers } from './runtime/handlers.ts';
import { cursorKey, processMetrics, unsigned } from './runtime/outside.ts';

const open = openedOnce(async () => createApi({ ...unsigned, operations: handlers.operations, tickets: opened.tickets, metrics: processMetrics, cursorKey: await cursorKey() }));

/** Answers the HTTP API. The gateway validates nothing: the one schema of each route does, here as on the standalone engine. */
export const handler = around(async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
  logAbout({ tenant: tenantOf(event) });
  const api = await open();
  return answerOf(await api.handle(requestOf(event)));
});
