import { hostname, networkInterfaces } from 'node:os';

import type { TargetFacts } from '#contracts/adapter';
import type { Machine } from '#agent/component/machine';
import type { ProcessAdapter } from '#agent/process-adapter';
import { allowListEntries } from '#agent/processes/allow-list';

/** The contract's limits. */
const MAXIMUM_ADDRESSES = 20;
const MAXIMUM_ALLOWED = 200;
const MAXIMUM_COMPONENTS = 1000;
const MAXIMUM_GENERATIONS = 1000;

/** What the agent says of its target. */
export async function readFacts(machine: Machine, adapter: Pick<ProcessAdapter, 'observe' | 'generations'>): Promise<TargetFacts> {
  return {
    version: machine.version,
    addresses: [...addressesOf(machine.listenHost)],
    allow: allowListEntries(machine.allow).slice(0, MAXIMUM_ALLOWED),
    components: (await adapter.observe()).slice(0, MAXIMUM_COMPONENTS),
    generations: Object.fromEntries(Object.entries(adapter.generations).slice(0, MAXIMUM_GENERATIONS)),
  };
}

/** Under which names clients reach the proxies: all of the machine's where they listen on every address. */
function addressesOf(listenHost: string): readonly string[] {
  if (listenHost !== '0.0.0.0' && listenHost !== '::') return [listenHost];
  const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter((address) => !address.internal && !address.address.startsWith('fe80'));
  return [hostname(), ...outside.map((address) => address.address)].slice(0, MAXIMUM_ADDRESSES);
}
