import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IFilterPattern, ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { acknowledge } from './acknowledge.ts';

/** What is watched. */
export type AlarmsProps = {
  readonly name: string;
  /** Where alarms are mailed; without an address they are only seen. */
  readonly mail?: string;
  readonly encryptionKey?: IKey;
  /** Queues in which nothing should ever be, by the name of what failed. */
  readonly failures: readonly (readonly [name: string, queue: IQueue])[];
  readonly functionLogs: readonly (readonly [name: string, logGroup: ILogGroup])[];
  readonly machineLogs: readonly (readonly [name: string, logGroup: ILogGroup])[];
  readonly relay: LambdaFunction; readonly projector: LambdaFunction; readonly sweep: LambdaFunction;
  readonly apiName: string; readonly apiStage: string;
};

/** One alarm; its name in CloudWatch is the system's name, a dash, and this name, which is a heading of docs/operations.md. */
type AlarmDescription = {
  readonly name: string; readonly means: string; readonly metric: Metric; readonly threshold: number;
  /** Of this many periods, so many must be above the threshold. Default: one of one. */
  readonly of?: readonly [breaching: number, periods: number];
  /** Whether it is too little that alarms, nothing at all included. Default: too much. */
  readonly whenBelow?: boolean;
};

/** The events of state machines' logs that end an execution otherwise than well. An aborted one was stopped by somebody. */
const FAILED_EXECUTION = FilterPattern.any(FilterPattern.stringValue('$.type', '=', 'ExecutionFailed'), FilterPattern.stringValue('$.type', '=', 'ExecutionTimedOut'));

/** What Lambda itself reports of a call that ended in an error, a time-out or a crash. Source: Lambda's Telemetry API, `platform.report`. */
const FAILED_CALL = FilterPattern.all(FilterPattern.stringValue('$.type', '=', 'platform.report'), FilterPattern.stringValue('$.record.status', '!=', 'success'));

const FIVE_MINUTES = Duration.minutes(5);

/** The consumers of the stream take a second; a batch that is tried again waits a minute. */
const LATE_MILLISECONDS = 2 * 60 * 1000;

/** The slowest answers (a request that plans, a cold start) take about a second. */
const SLOW_MILLISECONDS = 5000;

/**
 * All alarms, and the topic that they go to. An alarm costs by the metrics that it watches, so failed calls and failed executions are counted from
 * the logs, each into one metric of the whole system that costs nothing while nothing fails; the metrics of each function and machine are on the dashboard.
 */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: readonly Alarm[];
  readonly #system: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { name, mail, encryptionKey } = props;
    this.#system = name;
    this.topic = new Topic(this, 'Topic', { topicName: `${name}-alarms`, displayName: `Sluice (${name})`, enforceSSL: true, ...(encryptionKey === undefined ? {} : { masterKey: encryptionKey }) });
    // A topic with a policy of its own has no longer the one by which alarms of the account may publish.
    const { account } = Stack.of(this);
    const alarms = Stack.of(this).formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: `${name}-*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    this.topic.addToResourcePolicy(new PolicyStatement({
      sid: 'Alarms', principals: [new ServicePrincipal('cloudwatch.amazonaws.com')], actions: ['sns:Publish'], resources: [this.topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': alarms } },
    }));
    acknowledge(this.topic, 'alarmTopic');
    if (mail !== undefined) this.topic.addSubscription(new EmailSubscription(mail));
    this.all = [...this.#ofFailures(props), ...this.#ofFunctions(props), ...this.#ofStream(props), ...this.#ofMachines(props), ...this.#ofApi(props)].map((one) => this.#alarm(one));
  }

  #alarm({ name, means, metric, threshold, of: [breaching, periods] = [1, 1], whenBelow = false }: AlarmDescription): Alarm {
    const alarm = new Alarm(this, name, {
      alarmName: `${this.#system}-${name}`, alarmDescription: `${means}. What to do: docs/operations.md, "${name}".`, metric, threshold, datapointsToAlarm: breaching, evaluationPeriods: periods,
      comparisonOperator: whenBelow ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: whenBelow ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    return alarm;
  }

  #count(metricName: string, pattern: IFilterPattern, logs: AlarmsProps['functionLogs']): Metric {
    for (const [name, logGroup] of logs) new MetricFilter(this, `${metricName}-${name}`, { logGroup, filterPattern: pattern, metricNamespace: this.#system, metricName, metricValue: '1' });
    return new Metric({ namespace: this.#system, metricName, statistic: Stats.SUM, period: FIVE_MINUTES });
  }

  #ofFailures({ failures }: AlarmsProps): readonly AlarmDescription[] {
    return failures.map(([name, queue]) => ({
      name: `${name}-failed`, means: `Messages that ${name} could not handle wait in its on-failure queue`, threshold: 1,
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
    }));
  }

  #ofFunctions({ functionLogs, sweep }: AlarmsProps): readonly AlarmDescription[] {
    return [
      // What is tried again once or twice and then done is no reason to wake anybody.
      { name: 'functions-failing', means: 'Calls of functions keep failing', metric: this.#count('FailedCalls', FAILED_CALL, functionLogs), threshold: 5, of: [2, 3] },
      // The limit of concurrent calls is the account's, and only where it is asked for some functions have one of their own, so the account's metric is the right one.
      { name: 'functions-throttled', means: 'Lambda refuses calls because the account has used up its concurrent executions', metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM, period: FIVE_MINUTES }), threshold: 10, of: [2, 3] },
      { name: 'sweep-missing', means: 'The sweep has not run for ten minutes', metric: sweep.metricInvocations({ period: FIVE_MINUTES }), threshold: 1, of: [2, 2], whenBelow: true },
    ];
  }

  #ofStream({ relay, projector }: AlarmsProps): readonly AlarmDescription[] {
    const age = (called: LambdaFunction) => called.metric('IteratorAge', { period: FIVE_MINUTES, statistic: Stats.MAXIMUM });
    return [
      { name: 'relay-late', means: 'Events reach the bus more than two minutes after they were appended', metric: age(relay), threshold: LATE_MILLISECONDS, of: [2, 2] },
      { name: 'projector-late', means: 'Read models and followers lag more than two minutes behind', metric: age(projector), threshold: LATE_MILLISECONDS, of: [2, 2] },
    ];
  }

  #ofMachines({ machineLogs }: AlarmsProps): readonly AlarmDescription[] {
    return [{ name: 'machines-failed', means: 'The execution of a deployment failed or timed out', metric: this.#count('FailedExecutions', FAILED_EXECUTION, machineLogs), threshold: 1 }];
  }

  #ofApi({ apiName, apiStage }: AlarmsProps): readonly AlarmDescription[] {
    const metric = (metricName: string, statistic: string) => new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiName: apiName, Stage: apiStage }, statistic, period: FIVE_MINUTES });
    return [
      { name: 'api-failing', means: 'The HTTP API answers with server errors', metric: metric('5XXError', Stats.SUM), threshold: 5 },
      { name: 'api-slow', means: 'One in a hundred answers of the HTTP API takes more than five seconds', metric: metric('Latency', Stats.p(99)), threshold: SLOW_MILLISECONDS, of: [3, 3] },
    ];
  }
}
