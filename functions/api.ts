import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

import { openApi } from './runtime/engine.ts';
import { answerOf, requestOf } from './runtime/exchange.ts';
import { around } from './runtime/handler.ts';

const api = await openApi();

/** Answers the HTTP API. The gateway validates nothing: the one schema of each route does, here as on the standalone engine. */
export const handler = around(async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => answerOf(await api.handle(requestOf(event))));
