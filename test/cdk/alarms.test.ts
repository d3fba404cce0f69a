import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { functionTable } from '#contracts/function-table';

import { readProjectFile } from '../architecture/project.ts';
import { flat } from './policies.ts';
import { synthesize } from './synthesized.ts';

const controlPlane = synthesize({ alarmMail: 'on-call@example.com' });
const metric = z.object({ Name: z.string(), Value: z.unknown() });
const alarms = controlPlane.properties('AWS::CloudWatch::Alarm', z.object({ AlarmName: z.string(), AlarmDescription: z.string(), AlarmActions: z.array(z.unknown()), OKActions: z.array(z.unknown()), MetricName: z.string(), Namespace: z.string(), TreatMissingData: z.string(), Dimensions: z.array(metric).optional() }));
const names = alarms.map(({ AlarmName }) => AlarmName.replace(/^sluice-/, ''));
const page = readProjectFile('docs/operations.md');

/** The sections of the runbook's part on alarms: each heading with its text. */
const sections = [...(/\n## Alarms\n([^]*?)\n## /.exec(page)?.[1] ?? '').matchAll(/^### (\S+)\n([^]*?)(?=^### |$(?![^]))/gm)].map(([, heading = '', text = '']) => ({ heading, text }));

describe('the alarms', () => {
  it('are the headings of the runbook, one each', () => {
    expect(sections.map(({ heading }) => heading).sort()).toEqual([...names].sort());
  });

  it('are each explained: what it means, what to look at, what to do', () => {
    for (const { heading, text } of sections) for (const part of ['**Means.**', '**Look at.**', '**Do.**']) expect(text, heading).toContain(part);
  });

  it('name their heading', () => {
    for (const { AlarmName, AlarmDescription } of alarms) expect(AlarmDescription).toContain(`docs/operations.md, "${AlarmName.replace(/^sluice-/, '')}"`);
  });

  it('go to one topic, which mails them, when they begin and when they end', () => {
    const [topic] = controlPlane.of('AWS::SNS::Topic').map(([id]) => id);
    for (const { AlarmActions, OKActions } of alarms) expect([AlarmActions, OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
    expect(controlPlane.properties('AWS::SNS::Subscription', z.unknown())).toEqual([{ Endpoint: 'on-call@example.com', Protocol: 'email', TopicArn: { Ref: topic } }]);
  });

  it('may publish to that topic, which has a policy of its own', () => {
    const [policy] = controlPlane.properties('AWS::SNS::TopicPolicy', z.object({ PolicyDocument: z.object({ Statement: z.array(z.looseObject({ Effect: z.string(), Principal: z.unknown() })) }) }));
    const allowed = policy?.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toMatchObject([{ Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:sluice-*' }, StringEquals: { 'aws:SourceAccount': '123456789012' } } }]);
  });

  it('watch each queue in which messages end', () => {
    const ends = controlPlane.properties('AWS::SQS::Queue', z.object({ QueueName: z.string() })).map(({ QueueName }) => QueueName).filter((name) => name.endsWith('-failed'));
    expect(names.filter((name) => name.endsWith('-failed') && name !== 'machines-failed').map((name) => `sluice-${name}`).sort()).toEqual([...ends].sort());
  });

  it('count the failures of every function and of every machine', () => {
    const filters = controlPlane.properties('AWS::Logs::MetricFilter', z.object({ LogGroupName: z.object({ Ref: z.string() }), FilterPattern: z.string(), MetricTransformations: z.tuple([z.object({ MetricName: z.string(), MetricNamespace: z.literal('sluice') })]) }));
    const logsOf = (type: string, path: (properties: unknown) => string) => controlPlane.of(type).map(([, { Properties }]) => path(Properties));
    const functionLogs = logsOf('AWS::Lambda::Function', (given) => z.object({ LoggingConfig: z.object({ LogFormat: z.literal('JSON'), LogGroup: z.object({ Ref: z.string() }) }) }).parse(given).LoggingConfig.LogGroup.Ref);
    const counted = (name: string) => filters.filter(({ MetricTransformations: [{ MetricName }] }) => MetricName === name).map(({ LogGroupName }) => LogGroupName.Ref).sort();
    expect(counted('FailedCalls')).toEqual([...functionLogs].sort());
    expect(functionLogs).toHaveLength(Object.keys(functionTable).length);
    expect(counted('FailedExecutions')).toHaveLength(controlPlane.of('AWS::StepFunctions::StateMachine').length);
    expect(new Set(filters.map(({ FilterPattern }) => FilterPattern))).toEqual(new Set(['{ ($.type = "platform.report") && ($.record.status != "success") }', '{ ($.type = "ExecutionFailed") || ($.type = "ExecutionTimedOut") }']));
    for (const name of ['FailedCalls', 'FailedExecutions']) expect(alarms.filter(({ MetricName }) => MetricName === name)).toHaveLength(1);
  });

  it('take silence for well, but not that of the sweep', () => {
    expect(alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching').map(({ AlarmName }) => AlarmName)).toEqual(['sluice-sweep-missing']);
    expect(new Set(alarms.map(({ TreatMissingData }) => TreatMissingData))).toEqual(new Set(['breaching', 'notBreaching']));
  });

  it('watch one metric each, so that a month costs at most ten cents for each beyond the ten that are free', () => {
    expect(controlPlane.of('AWS::CloudWatch::Alarm').filter(([, { Properties }]) => 'Metrics' in Properties)).toEqual([]);
    // 1 USD a month is the whole system's budget while it idles; the rest of it is below 0.3 USD.
    const centsForEach = 10;
    expect(centsForEach * (alarms.length - 10)).toBeLessThanOrEqual(70);
  });
});

describe('the dashboards', () => {
  const dashboards = controlPlane.properties('AWS::CloudWatch::Dashboard', z.object({ DashboardName: z.string(), DashboardBody: z.unknown() })).map(({ DashboardName, DashboardBody }) => ({ name: DashboardName, body: flat(DashboardBody) }));
  const widgets = z.object({ widgets: z.array(z.looseObject({ type: z.string(), properties: z.looseObject({ metrics: z.array(z.unknown()).default([]) }) })) });

  it('show every function, every machine and every queue', () => {
    const all = dashboards.map(({ body }) => body).join();
    for (const type of ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::StepFunctions::StateMachine', 'AWS::CloudWatch::Alarm']) for (const [id] of controlPlane.of(type)) expect(all).toContain(id);
  });

  it('are among those that an account has for nothing: at most three, of at most 50 metrics', () => {
    expect(dashboards.map(({ name }) => name)).toEqual(['sluice', 'sluice-functions']);
    for (const { name, body } of dashboards) {
      const shown = widgets.parse(JSON.parse(body)).widgets.reduce((sum, { properties: { metrics } }) => sum + metrics.length, 0);
      expect(shown, name).toBeGreaterThan(20);
      expect(shown, name).toBeLessThanOrEqual(50);
    }
  });
});
