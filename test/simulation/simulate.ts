import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePlan } from './make-plan.ts';
import { Simulation } from './simulation.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-simulation-'));
writeFileSync(join(folder, 'master.key'), new Uint8Array(32).fill(1));
const [first = 1, last = 1, hours = 0.2, deployments = 6] = process.argv.slice(2).map(Number);
for (let seed = first; seed <= last; seed += 1) {
  const began = performance.now();
  const s = new Simulation(makePlan(seed, { hours, deployments }), folder);
  const broken = await s.run();
  console.log(seed, s.trace.digest().slice(0, 8), `${Math.round(performance.now() - began)} ms`, s.steps, s.ledger.events, s.controlPlane.writes, s.controlPlane.lives, JSON.stringify([...s.ledger.deployments.values()].map((one) => `${one.state.request.strategy?.type ?? ''} ${one.state.name}`)), JSON.stringify(Object.fromEntries(s.people.outcomes)));
  if (broken !== undefined) { console.log(broken); console.log(s.trace.lines.slice(-Number(process.env.LINES ?? 15)).map((l) => l.slice(0, 260)).join('\n')); }
  s.close();
}
