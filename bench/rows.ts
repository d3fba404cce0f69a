import { appendsAtOnce, appendsInTurn } from './append.ts';
import { deployment } from './deployment.ts';
import type { BenchRow } from './measure.ts';
import { patternMatching } from './patterns.ts';
import { proxyLatency, proxyThroughput } from './proxy.ts';
import { transitions } from './transitions.ts';

/** All that is measured, in the order of the table. */
export const rows: readonly BenchRow[] = [proxyThroughput, proxyLatency, appendsInTurn, appendsAtOnce, deployment, transitions, patternMatching];
