import { Followers } from '#aws/followers';

import { opened } from './engine.ts';
import { openStream } from './outside.ts';

const { connections, events, clock } = opened.ports;

/** Who follows the feeds of tenants. What one call leaves over, the next call of this process goes on with. */
export const followers = new Followers({ connections, events, clock, openStream });
