import { afterAll, describe } from 'vitest';

import { describeAccess } from './access-matrix.ts';
import { UNKNOWN } from './matrix-system.ts';
import { Served } from './served.ts';

let served: Served | undefined;
afterAll(async () => await served?.close());

describe('the outside, before any use case', () => {
  describeAccess(async () => {
    served = await Served.open();
    const foreign = { ...UNKNOWN, applications: 'their-application', environments: 'their-environment', deployments: `dep-${'7'.repeat(26)}`, targets: 'their-target' };
    return { url: served.url, streamUrl: `${served.url.replace('http', 'ws')}/v1/stream`, keys: served.keys, foreign };
  });
});
