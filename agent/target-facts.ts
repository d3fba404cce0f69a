import { hostname, networkInterfaces } from 'node:os';

import type { TargetFacts } from '#contracts/adapter';
import type { TargetAdapter } from '#ports/target-adapter';
import type { Machine } from '#agent/component/machine';
import { allowListEntries } from '#agent/processes/allow-list';

/** The contract's limits. */
const MAXIMUM_ADDRESSES = 20;
const MAXIMUM_ALLOWED = 200;
const MAXIMUM_COMPONENTS = 1000;

/** What the agent says of its target. */
export async function readFacts(machine: Machine, adapter: TargetAdapter): Promise<TargetFacts> {
  return {
    version: machine.version,
    addresses: [...addressesOf(machine.listenHost)],
    allow: allowListEntries(machine.allow).slice(0, MAXIMUM_ALLOWED),
    components: (await adapter.observe()).slice(0, MAXIMUM_COMPONENTS),
  };
}

/** Under which names clients reach the proxies: all of the machine's where they listen on every address. */
function addressesOf(listenHost: string): readonly string[] {
  if (listenHost !== '0.0.0.0' && listenHost !== '::') return [listenHost];
  const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter((address) => !address.internal && !address.address.startsWith('fe80'));
  return [hostname(), ...outside.map((address) => address.address)].slice(0, MAXIMUM_ADDRESSES);
}
