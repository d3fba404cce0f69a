import type { PumpOptions } from '#aws/pump';

import { opened } from './engine.ts';
import { openStream } from './outside.ts';

const { connections, events, clock } = opened.ports;

/** What subscriptions are served from. */
export const pumpOptions: PumpOptions = { connections, events, clock, openStream };
