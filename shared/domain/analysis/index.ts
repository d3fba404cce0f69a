/**
 * The judge of Sluice as pure functions, for anybody's pipeline: `import { createJudge, judgePolicy } from 'sluice/judge'`. Nothing here
 * reads a clock, the network or a file.
 */
export { judgeAsArgo } from '#domain/analysis/compatibility/argo-judge';
export type { CompatibilityReport, CompatibilityRound } from '#domain/analysis/compatibility/compatibility-report';
export { judgeAsFlagger } from '#domain/analysis/compatibility/flagger-judge';
export { judgeAsKayenta } from '#domain/analysis/compatibility/kayenta-judge';
export { createJudge } from '#domain/analysis/judge/judge-canary';
export type { Judge } from '#domain/analysis/judge/judge-canary';
export { judgeLooks, readJudgeInput } from '#domain/analysis/judge/judge-file';
export type { JudgeInput, JudgeReport } from '#domain/analysis/judge/judge-file';
export type { FileProblem } from '#domain/analysis/judge/file-problem';
export type { JudgeLook, JudgeState, JudgeVerdict, Judgement, LookEvidence } from '#domain/analysis/judge/judgement';
export { fleetEvidence, targetsToRollBack } from '#domain/analysis/judge/fleet-evidence';
export type { FleetEvidence } from '#domain/analysis/judge/fleet-evidence';
export { overDispersion } from '#domain/analysis/judge/over-dispersion';
export { forecastPlan, forecastStep } from '#domain/analysis/judge/planner';
export type { Baseline, PlanForecast, PlannedStep, StepForecast } from '#domain/analysis/judge/planner';
export { NO_SAMPLE_RATIO, addToSampleRatio, checkSampleRatio } from '#domain/analysis/judge/sample-ratio';
export type { SampleRatio, SampleRatioFinding } from '#domain/analysis/judge/sample-ratio';
export { closedTesting, logWeightedMean } from '#domain/analysis/statistics/combine';
export { floorAt, logAboveFloor, logBelowFloor } from '#domain/analysis/statistics/floor-evidence';
export { meanInterval } from '#domain/analysis/statistics/mean-evidence';
export { logLargerSplit, logOtherSplit } from '#domain/analysis/statistics/split-evidence';
export { parseLooks } from '#domain/analysis/judge/parse-looks';
export { judgePolicy } from '#domain/analysis/judge/policy';
export type { JudgePolicy, JudgedMetric } from '#domain/analysis/judge/policy';
