import type { Blobs } from '#ports/blobs';

import type { OpenSockets } from './connections.ts';
import type { EventBus } from './put-events.ts';
import type { Delays } from './timer.ts';
import type { Executions } from './workflow.ts';

/** Something that is loaded and opened at its first use. */
type Opening<Value> = () => Promise<Value>;

/** Blobs that are opened at their first use, and the same of what else functions use seldom. */
export function lateBlobs(open: Opening<Blobs>): Blobs {
  return { put: async (...given) => await (await open()).put(...given), get: async (...given) => await (await open()).get(...given) };
}

export function lateBus(open: Opening<EventBus>): EventBus {
  return { put: async (...given) => await (await open()).put(...given) };
}

export function lateSockets(open: Opening<OpenSockets>): OpenSockets {
  return { post: async (...given) => await (await open()).post(...given), close: async (...given) => await (await open()).close(...given) };
}

export function lateDelays(open: Opening<Delays>): Delays {
  return { send: async (...given) => await (await open()).send(...given), schedule: async (...given) => await (await open()).schedule(...given) };
}

export function lateExecutions(open: Opening<Executions>): Executions {
  return {
    start: async (...given) => await (await open()).start(...given), statusOf: async (...given) => await (await open()).statusOf(...given),
    succeed: async (...given) => await (await open()).succeed(...given), fail: async (...given) => await (await open()).fail(...given),
  };
}
