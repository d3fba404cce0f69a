import * as z from 'zod';

import { fileProblems } from '#domain/analysis/judge/file-problem';
import type { FileProblem } from '#domain/analysis/judge/file-problem';
import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook, Judgement, LookEvidence } from '#domain/analysis/judge/judgement';
import { parseLooks } from '#domain/analysis/judge/parse-looks';
import { judgePolicy } from '#domain/analysis/judge/policy';
import type { JudgePolicy } from '#domain/analysis/judge/policy';

/** A policy and the looks to judge by it. */
export type JudgeInput = { readonly policy: JudgePolicy; readonly looks: readonly JudgeLook[] };

/** What `sluice judge --json` prints: the verdict, and the evidence at each look up to the horizon, also after the verdict. */
export type JudgeReport = Judgement & { readonly looks: readonly LookEvidence[] };

const file = z.strictObject({ policy: z.record(z.string(), z.unknown()).optional(), looks: z.array(z.unknown()).max(1_000_000) });

/**
 * Reads what `sluice judge` takes: `{policy, looks}`, already parsed from JSON. A file of looks was recorded when the canary was warm, so
 * `warmupSeconds` is 0 unless it is given. Nothing of a file with problems is judged.
 */
export function readJudgeInput(content: unknown): { readonly input: JudgeInput } | { readonly problems: readonly FileProblem[] } {
  const read = file.safeParse(content);
  if (!read.success) return { problems: fileProblems(read.error, []) };
  const policy = judgePolicy.safeParse({ warmupSeconds: 0, ...read.data.policy });
  if (!policy.success) return { problems: fileProblems(policy.error, ['policy']) };
  const looks = parseLooks(read.data.looks, policy.data);
  return 'problems' in looks ? looks : { input: { policy: policy.data, looks: looks.looks } };
}

/** Judges all looks of an input, one after the other. */
export function judgeLooks({ policy, looks }: JudgeInput): JudgeReport {
  const judge = createJudge(policy);
  let state = judge.start();
  const evidence: LookEvidence[] = [];
  for (const look of looks.slice(0, judge.rules.horizonLooks)) {
    state = judge.take(state, look);
    evidence.push(judge.evidence(state));
  }
  return { ...judge.judgement(state), looks: evidence };
}
