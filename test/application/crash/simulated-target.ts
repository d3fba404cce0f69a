import type { Command, Report, SideSpec } from '#contracts/adapter';

/** What a target answers to a command that it does. */
export type Answering = (command: Command) => 'done' | 'failed';

/** One change of a target: by which command, of which generation, and what runs since. */
export type Applied = { readonly command: string; readonly application: string; readonly component: string; readonly generation: number; readonly runs: string };

/** A target as it lies on its own disk: plain data, so that it can be copied. */
export type TargetState = {
  /** The highest generation seen of each application: the fence. */
  readonly generations: Record<string, number>;
  /** What came of each command, by its id: the same command is done once. */
  readonly reports: Record<string, Report>;
  /** What runs of each component. */
  readonly runs: Record<string, string>;
  readonly applied: Applied[];
};

export function emptyTarget(): TargetState {
  return { generations: {}, reports: {}, runs: {}, applied: [] };
}

/** Does a command as every target adapter must: once for each id, never of a lower generation than was seen, and a check without a trace. */
export function perform(target: TargetState, command: Command, answering: Answering): Report {
  const known = target.reports[command.id];
  if (known !== undefined && command.verb !== 'check') return known;
  const report: Report = { command: command.id, ...outcomeOf(target, command, answering) };
  target.reports[command.id] = report;
  return report;
}

function outcomeOf(target: TargetState, command: Command, answering: Answering): Pick<Report, 'outcome' | 'reason'> {
  const { application, component, generation, verb } = command;
  if (verb === 'check') return { outcome: 'succeeded', reason: 'it could be done' };
  const seen = target.generations[application] ?? 0;
  if (generation < seen) return { outcome: 'superseded', reason: `generation ${generation} comes after ${seen}` };
  target.generations[application] = generation;
  const wanted = inWords(command);
  const done = answering(command) === 'done';
  if (verb === 'verify') return done && target.runs[component] === wanted ? { outcome: 'succeeded', reason: 'healthy' } : { outcome: 'failed', reason: `${target.runs[component] ?? 'nothing'} runs, not ${wanted}` };
  const runs = done ? wanted : `half of ${wanted}`;
  target.runs[component] = runs;
  target.applied.push({ command: command.id, application, component, generation, runs });
  return done ? { outcome: 'succeeded', reason: 'done' } : { outcome: 'failed', reason: 'it does not start' };
}

/** What a command wants to run, as `new 1.1.0x1, stable 1.0.0x4, 25 %`. */
export function inWords({ desired }: Command): string {
  const side = (name: string, spec: SideSpec | null) => (spec === null ? [] : [`${name} ${spec.release}x${spec.replicas}`]);
  return [...side('new', desired.new), ...side('stable', desired.stable), `${desired.weightPercent} %`].join(', ');
}
