import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import * as z from 'zod';

import type { Counted } from './rows.ts';

const root = dirname(dirname(import.meta.dirname));

/** Synthesizing takes some 10 s on a quiet machine. */
const SYNTH_SECONDS = 120;

const template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) })) });

/** Synthesizes the app as for an account, with its defaults, and counts what costs something by being there. The functions must have been built. */
export async function countApp(): Promise<Counted['app']> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-synth-'));
  try {
    await promisify(execFile)(process.execPath, ['--conditions=sluice-source', 'cdk/app.ts'], { cwd: root, timeout: SYNTH_SECONDS * 1000, env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context()), SLUICE_CDK_SETTINGS: undefined } });
    const resources = readdirSync(folder).filter((name) => name.endsWith('.template.json')).flatMap((name) => Object.values(template.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))).Resources));
    return countResources(resources);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts resources of templates. */
export function countResources(resources: readonly { readonly Type: string; readonly Properties: { readonly [name: string]: unknown } }[]): Counted['app'] {
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const metricsOf = ({ Metrics }: { readonly [name: string]: unknown }) => (Array.isArray(Metrics) ? Metrics.filter((one) => JSON.stringify(one).includes('MetricStat')).length : 1);
  return {
    alarmMetrics: of('AWS::CloudWatch::Alarm').reduce((total, { Properties }) => total + metricsOf(Properties), 0),
    dashboardMetrics: of('AWS::CloudWatch::Dashboard').map(({ Properties }) => metricsOfDashboard(Properties['DashboardBody'])), secrets: of('AWS::SecretsManager::Secret').length, customerKeys: of('AWS::KMS::Key').length, archives: of('AWS::Events::Archive').length,
    tracedFunctions: of('AWS::Lambda::Function').filter(({ Properties }) => JSON.stringify(Properties['TracingConfig'] ?? {}).includes('Active')).length,
    streamMappings: of('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => Object.hasOwn(Properties, 'StartingPosition')).length,
    queuePollers: of('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => !Object.hasOwn(Properties, 'StartingPosition')).length,
    schedules: Object.fromEntries(of('AWS::Scheduler::Schedule').map(({ Properties }) => {
      const { Name, ScheduleExpression } = z.looseObject({ Name: z.string(), ScheduleExpression: z.string() }).parse(Properties);
      const [, count = '1', unit = 'minute'] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
      return [Name.replace(/^sluice-/, ''), Number(count) * { minute: 1, hour: 60, day: 1440 }[z.enum(['minute', 'hour', 'day']).parse(unit)]];
    })),
  };
}

const joined = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) });
const body = z.looseObject({ widgets: z.array(z.looseObject({ properties: z.looseObject({ metrics: z.array(z.array(z.unknown())).default([]) }) })) });

/** How many different metrics a dashboard names; a dot stands for what the metric before has in its place. */
function metricsOfDashboard(given: unknown): number {
  const text = typeof given === 'string' ? given : joined.parse(given)['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replaceAll(/\W/g, ''))).join('');
  const names = new Set<string>();
  for (const { properties } of body.parse(JSON.parse(text)).widgets) {
    let before: readonly unknown[] = [];
    for (const metric of properties.metrics) {
      before = metric.filter((part) => typeof part === 'string').map((part, index) => (part === '.' ? before[index] : part));
      names.add(before.join(' '));
    }
  }
  return names.size;
}

function context(): unknown {
  return z.looseObject({ context: z.unknown() }).parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))).context;
}
