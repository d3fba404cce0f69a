import type { RequestListener } from 'node:http';

import type { Api } from '#application/http/api';
import type { Ids } from '#ports/clock';

import { requestOf, send } from './exchange.ts';
import type { HoldRefused } from './hold-refused.ts';
import type { createSiteCheck } from './site-check.ts';

/** What a listener needs beside the API. */
export type Listening = { readonly holdRefused: HoldRefused; readonly checkSite: ReturnType<typeof createSiteCheck>; readonly ids: Ids; readonly isSecure: boolean };

/** Makes the listener of all requests: refuses foreign sites, and gives the rest to the API. */
export function createRequestListener(api: Api, { checkSite, ids, isSecure, holdRefused }: Listening): RequestListener {
  return async (message, response) => {
    try {
      checkSite(message.headers);
      const answer = await api.handle(requestOf(message, isSecure ? 'https' : 'http'));
      await holdRefused(answer.status);
      send(response, answer);
    } catch (error) {
      const traceId = ids.trace();
      const answer = api.refuse(api.tell(error, { traceId, operation: 'none' }), traceId);
      if (!response.headersSent) send(response, answer);
    }
  };
}
