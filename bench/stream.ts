import { withControlPlane } from './load/control-plane.ts';
import { Subscribers } from './load/subscribers.ts';
import { makeTenants, targetName } from './load/tenants.ts';
import { growing, quantile } from './measure.ts';
import type { Bench } from './measure.ts';

/** Tenants enough for a thousand subscribers: 5 × 200 are less than the 500 that one may have. */
const TENANTS = 5;

/** The first events find code that has not run yet, and are not counted. */
const WARM_UP_EVENTS = 20;
const EVENTS = 200;
const EVENTS_PER_SECOND = 10;

/** From the moment that an event is stored with until each subscriber of its tenant has it; all tenants have events at the same time. */
export const stream: Bench = {
  rows: [{ what: 'From an event to each of its WebSocket subscribers, the slowest hundredth', unit: 'ms', target: { atMost: 20 }, grows: 'subscribers, from 10 on' }],
  measure: async (options) => await growing(10, options, async (count) => await withControlPlane(async (plane) => {
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications: 0, environments: 1, steps: [] });
    const keys = Array.from({ length: count }, (_, index) => {
      const of = tenants[index % TENANTS]?.keys ?? [];
      return of[Math.floor(index / TENANTS) % of.length] ?? '';
    });
    const subscribers = await Subscribers.start({ url: plane.url, keys });
    try {
      for (let event = 0; event < WARM_UP_EVENTS + EVENTS; event += 1) {
        const labels = { event: String(event) };
        await Promise.all(tenants.map(async ({ admin }) => await admin.putTarget({ params: { name: targetName(0) }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: targetName(0), labels }, spec: { provider: 'agent' } } })));
        await new Promise((resolve) => { setTimeout(resolve, 1000 / EVENTS_PER_SECOND); });
      }
      const took = await subscribers.heard((WARM_UP_EVENTS + EVENTS) * count);
      return [quantile(took.slice(WARM_UP_EVENTS * count), 0.99)];
    } finally {
      await subscribers.stop();
    }
  })),
};
