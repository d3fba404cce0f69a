import type { RequestListener } from 'node:http';

import type { Outside } from '#application/http/exchange';
import { problemAnswer, toldFailure } from '#application/http/problem-answer';
import type { RequestHandler } from '#application/http/request-handler';
import { securityHeaders } from '#application/http/security-headers';

import { requestOf, send } from './exchange.ts';
import type { createSiteCheck } from './site-check.ts';

/** What a listener needs beside the handler. */
export type Listening = { readonly checkSite: ReturnType<typeof createSiteCheck>; readonly outside: Outside; readonly isSecure: boolean };

/** Makes the listener of all requests: refuses foreign sites, and gives the rest to the handler. */
export function createRequestListener(handle: RequestHandler, { checkSite, outside, isSecure }: Listening): RequestListener {
  return async (message, response) => {
    const traceId = outside.ports.ids.trace();
    try {
      checkSite(message.headers);
      send(response, await handle(requestOf(message, isSecure ? 'https' : 'http')));
    } catch (error) {
      const failure = toldFailure(error);
      if (failure.code === 'internal-error') outside.report({ error, traceId, operation: 'none' });
      const answer = problemAnswer(failure, traceId);
      if (!response.headersSent) send(response, { ...answer, headers: { ...securityHeaders(undefined), ...answer.headers, 'x-trace-id': traceId } });
    }
  };
}
