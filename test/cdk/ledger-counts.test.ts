import { expect, it } from 'vitest';

import { countResources } from '../../bench/ledger/app.ts';
import { recordedCounts } from '../../bench/ledger/rows.ts';
import { synthesize } from './synthesized.ts';

it('what the ledger prices of the app is what the app has; `npm run ledger -- --app --write` counts it anew', () => {
  expect(countResources(Object.values(synthesize().json.Resources))).toEqual(recordedCounts().app);
});
