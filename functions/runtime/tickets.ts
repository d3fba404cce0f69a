import { createHmac } from 'node:crypto';

import { openedOnce } from '#aws/opened-once';
import { ticketSigner } from '#aws/signed-tickets';

import { opened } from './engine.ts';

/** What signs tickets is derived from a data key, so that the function that makes them and the one that takes them have the same. */
export const openTicketSigner = openedOnce(async () => ticketSigner(createHmac('sha256', await opened.dataKeyOf('operator')).update('ticket-key').digest()));
