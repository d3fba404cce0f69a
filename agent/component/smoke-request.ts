import { request } from 'node:http';

import type { SideSpec } from '#contracts/adapter';

/** What a smoke request found, in words. */
export type SmokeResult = { readonly passed: boolean; readonly reason: string };

/** Where a component is reached by its clients: the address and port of its proxy. */
export type Place = { readonly host: string; readonly port: number };

/** A target's verb answers within 10 s; one request has half of that. */
const TIMEOUT_MILLISECONDS = 5000;

/**
 * Asks a component once as its clients do, through its proxy. With a health check its path must answer 2xx or 3xx, as there; without one `/`
 * may answer anything but 5xx, for nothing is known of its paths. Counts as a request of the release.
 */
export function smokeRequest({ host, port }: Place, { component: { healthCheck } }: SideSpec): Promise<SmokeResult> {
  const path = healthCheck?.path ?? '/';
  const words = `GET ${path} through port ${port}`;
  return new Promise((resolve) => {
    const call = request({ host, port, path, agent: false, headers: { 'user-agent': 'sluice-smoke-request', connection: 'close' } }, (response) => {
      const status = response.statusCode ?? 0;
      clearTimeout(timer);
      response.destroy();
      resolve({ passed: status >= 200 && status < (healthCheck === undefined ? 500 : 400), reason: `${words} answered ${status}` });
    });
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS / 1000} s`)), TIMEOUT_MILLISECONDS);
    call.once('error', (error) => {
      clearTimeout(timer);
      resolve({ passed: false, reason: `${words}: ${error.message}` });
    });
    call.end();
  });
}
