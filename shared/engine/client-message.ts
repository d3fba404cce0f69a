import * as z from 'zod';

import { clientMessage } from '#contracts/stream';
import type { ClientMessage } from '#contracts/stream';

const identified = z.looseObject({ id: clientMessage.options[0].shape.id });

/** The message of a WebSocket's client, or what can be told of one that does not fit: its id, so that only its own subscription hears of it. */
export function parseMessage(text: string): { readonly message?: ClientMessage; readonly id: string | null } {
  try {
    const json: unknown = JSON.parse(text);
    const { data } = clientMessage.safeParse(json);
    return { ...(data === undefined ? {} : { message: data }), id: identified.safeParse(json).data?.id ?? null };
  } catch {
    return { id: null };
  }
}
