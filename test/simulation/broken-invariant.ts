/** What must hold after everything that happens, by name, in words. */
export const invariants = {
  'one holder': 'one deployment at a time changes an application on a target, from its plan to its end, and holds the lease until then',
  'weight': 'a share of traffic is a whole number from 0 to 100, and never moves to the new release while a deployment goes back',
  'generation order': 'nothing that is older than what a target has done has an effect there',
  'terminal is final': 'nothing but its clean-up follows upon the end of a deployment',
  'steps end': 'every dispatched step ends, every deployment ends, and nothing is left behind',
  'traffic settles': 'once faults stop, all traffic is on one good release, or on none where nothing was ever good',
  'read models': 'a read model shows what a fresh fold of the stream gives',
  'subscriber view': 'a subscriber sees each event of its topic once and in the order of its stream',
  'tenants apart': 'nobody sees or changes what belongs to another tenant',
  'nothing lost': 'what was acknowledged is in the stream',
  'nothing doubled': 'one request makes one deployment; a plan, a step, a report, an end is in the stream once',
  'lawful steps': 'steps follow their plan: a step succeeds when all its commands have, none begins while the deployment is held or about to go back, and approvals are of different people',
  'chained events': 'versions have no gap and each event carries the hash of the one before',
  'no fault of ours': 'nothing fails in a way that nobody foresaw',
} as const;

export type InvariantName = keyof typeof invariants;

/** An invariant that does not hold: which, what was seen, and about whom (a tenant and a stream, where there is one). */
export type Broken = { readonly invariant: InvariantName; readonly detail: string; readonly subject: string };

/** Told of what does not hold. */
export type Complain = (invariant: InvariantName, subject: string, detail: string) => void;
