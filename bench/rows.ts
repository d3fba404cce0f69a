import { accepted } from './accepted.ts';
import { appendsAtOnce, appendsInTurn } from './append.ts';
import { canaries } from './canaries.ts';
import { deployment } from './deployment.ts';
import { durableTransitions } from './durable-transitions.ts';
import { firstChange } from './first-change.ts';
import { alone } from './measure.ts';
import type { Bench } from './measure.ts';
import { patternMatching } from './patterns.ts';
import { proxyLatency, proxyThroughput } from './proxy.ts';
import { reads } from './reads.ts';
import { samples } from './samples.ts';
import { starting } from './starting.ts';
import { stream } from './stream.ts';
import { transitions } from './transitions.ts';

/** All that is measured, in the order of the table; each has a name by which it can be measured alone. */
export const benches: { readonly [name: string]: Bench } = {
  starting, reads, accepted, 'first-change': firstChange, 'durable-transitions': durableTransitions, canaries, stream, samples,
  'proxy-throughput': alone(proxyThroughput), 'proxy-latency': alone(proxyLatency), 'appends-in-turn': alone(appendsInTurn), 'appends-at-once': alone(appendsAtOnce),
  deployment: alone(deployment), transitions: alone(transitions), patterns: alone(patternMatching),
};
