import { RELEASES, applicationName, environmentName, makeTenants } from './load/tenants.ts';
import { ControlPlane } from './load/control-plane.ts';
import { inFolder } from './append.ts';
import type { Bench } from './measure.ts';

/** A new data folder, and the first deployment that is accepted in it. */
export const starting: Bench = {
  rows: [
    { what: 'From the start of the process on a new data folder to the first accepted deployment', unit: 's', target: { atMost: 3 } },
    { what: 'Memory of the control plane then', unit: 'MiB' },
  ],
  measure: async () => await inFolder(async (folder) => {
    const start = performance.now();
    const plane = await ControlPlane.start(folder);
    try {
      const [tenant] = await makeTenants(plane, { tenants: 1, applications: 1, environments: 1, steps: [{ weightPercent: 50 }] });
      await tenant?.admin.requestDeployment({ body: { application: applicationName(0), release: RELEASES[0], environment: environmentName(0) } });
      return [{ sluice: (performance.now() - start) / 1000 }, { sluice: plane.peakMebibytes() }];
    } finally {
      await plane.stop();
    }
  }),
};
