import { judgeAsArgo } from '#domain/analysis/compatibility/argo-judge';
import { compatibilityJudges } from '#domain/analysis/compatibility/compatibility-report';
import type { CompatibilityJudgeName, CompatibilityReport } from '#domain/analysis/compatibility/compatibility-report';
import { judgeAsFlagger } from '#domain/analysis/compatibility/flagger-judge';
import { judgeAsKayenta } from '#domain/analysis/compatibility/kayenta-judge';
import type { FileProblem } from '#domain/analysis/judge/file-problem';
import { judgeLooks, readJudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgeInput, JudgeReport } from '#domain/analysis/judge/judge-file';
import type { LookEvidence } from '#domain/analysis/judge/judgement';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { readCases } from '../documents/read-cases.ts';
import { outcomes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';

/** Of a file with many problems the first ones are told; the others are mostly the same again. */
const MAXIMUM_PROBLEMS = 10;

export const judgeCommand = command({
  path: ['judge'],
  summary: 'Judge a canary by a file of looks, without a server',
  description: 'The file is {policy, looks}, as docs/judge.md says: the counts of the canary and of stable in each look, and what of the default policy is to be different. The exit code tells only whether the file could be judged.',
  arguments: { file: { description: 'a JSON file, or - for standard input', completes: 'file' } },
  options: { judge: { type: 'text', placeholder: 'NAME', description: 'another tool\'s judge, which states no error rate', choices: compatibilityJudges } },
  examples: [
    { command: 'sluice judge looks.json', does: 'say whether a canary is worse, as good, or not to be told yet' },
    { command: 'sluice judge looks.json --judge kayenta', does: 'see what Kayenta would have said' },
  ],
  json: '`{verdict, look, reason, looks}`; in each of `looks` the evidence `{fail, pass, metrics}` in natural logarithms, and the interval of each ratio.',
  local: true,
  run: async ({ output, stdin }, { arguments: { file }, options: { judge } }) => {
    const read = readJudgeInput(await readCases(file, stdin));
    if ('problems' in read) throw new UsageError(inWords(file === '-' ? 'standard input' : file, read.problems));
    if (judge === undefined) {
      const report = judgeLooks(read.input);
      output.answer(report, () => [verdictLine(report), ...evidenceLines(output, report, read.input)]);
    } else {
      const report = judgeAs(judge, read.input);
      output.answer(report, () => [verdictLine(report), `judged as ${judge} does, with a fixed horizon: no error rate is stated, and looking more often fails more canaries`, ...output.table(['LOOK', 'RESULT', 'METRICS'], report.looks.map((one) => [String(one.look), one.result, Object.entries(one.metrics).map(([name, said]) => `${name} ${said}`).join(', ')]))]);
    }
    return outcomes.done.exitCode;
  },
});

function judgeAs(judge: CompatibilityJudgeName, input: JudgeInput): CompatibilityReport {
  switch (judge) {
    case 'kayenta': return judgeAsKayenta(input);
    case 'argo': return judgeAsArgo(input);
    case 'flagger': return judgeAsFlagger(input);
  }
}

function verdictLine({ verdict, look, reason }: JudgeReport | CompatibilityReport): string {
  return `${verdict} at look ${look}: ${reason}`;
}

/** The last looks, as percent of the evidence that is needed. */
function evidenceLines(output: Surroundings['output'], { looks }: JudgeReport, { policy }: JudgeInput): readonly string[] {
  if (looks.length === 0) return [];
  const names = policy.metrics.map((metric) => metric.name);
  const share = (log: number | undefined, rate: number) => `${Math.round((100 * Math.max(0, log ?? 0)) / Math.log(1 / rate))} %`;
  const row = ({ look, logEvidence, ratio }: LookEvidence) => [
    String(look), share(logEvidence.fail, policy.alpha), ...names.map((name) => share(logEvidence.pass[name], policy.beta)),
    Object.entries(ratio).map(([name, [low, high]]) => `${name} ${low === null ? '0' : low.toPrecision(3)} to ${high === null ? '∞' : high.toPrecision(3)}`).join(', '),
  ];
  return output.table(['LOOK', 'AGAINST IT', ...names.map((name) => `FOR: ${name}`), 'RATIO'], looks.slice(-10).map(row));
}

function inWords(file: string, problems: readonly FileProblem[]): string {
  const told = problems.slice(0, MAXIMUM_PROBLEMS).map(({ place, rule }) => `${place} ${rule}`);
  return `${file}: ${told.join('; ')}${problems.length > MAXIMUM_PROBLEMS ? `; and ${problems.length - MAXIMUM_PROBLEMS} more` : ''}`;
}
