import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard as CloudWatchDashboard, GraphWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IAlarm, IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** What is shown. */
export type DashboardProps = {
  readonly name: string;
  readonly alarms: readonly IAlarm[];
  readonly apiName: string; readonly apiStage: string; readonly socketId: string;
  readonly functions: readonly (readonly [name: string, called: LambdaFunction])[];
  readonly machines: readonly (readonly [name: string, machine: StateMachine])[];
  readonly failures: readonly (readonly [name: string, queue: IQueue])[];
  readonly timers: IQueue;
  readonly relay: LambdaFunction; readonly projector: LambdaFunction;
};

/** A page of 24 columns; two graphs stand side by side. */
const WIDTH = 24;
const HALF = WIDTH / 2;

/**
 * The dashboards: one with the alarms, what comes in and what waits, and one with each function. An account has three for nothing, as long as each
 * has at most 50 metrics.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { name, functions } = props;
    const page = { defaultInterval: Duration.hours(3) };
    new CloudWatchDashboard(this, 'Dashboard', { ...page, dashboardName: name, widgets: overview(props) });
    new CloudWatchDashboard(this, 'Functions', {
      ...page, dashboardName: `${name}-functions`,
      widgets: [[graph('Errors', functions.map(([label, called]) => called.metricErrors({ label }))), graph('Duration, ms, p99', functions.map(([label, called]) => called.metricDuration({ label, statistic: Stats.p(99) })))]],
    });
  }
}

function overview({ alarms, apiName, apiStage, socketId, machines, failures, timers, relay, projector }: DashboardProps): IWidget[][] {
  const api = (metricName: string, statistic: string) => new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiName: apiName, Stage: apiStage }, statistic });
  const socket = (metricName: string) => new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiId: socketId }, statistic: Stats.SUM });
  const waiting = (queue: IQueue, label: string) => queue.metricApproximateNumberOfMessagesVisible({ label, statistic: Stats.MAXIMUM });
  const lag = (called: LambdaFunction, label: string) => called.metric('IteratorAge', { label, statistic: Stats.MAXIMUM });
  const account = new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', label: 'refused, whole account', statistic: Stats.SUM });
  return [
    [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 4 })],
    [graph('HTTP: requests and errors', [api('Count', Stats.SUM), api('4XXError', Stats.SUM), api('5XXError', Stats.SUM)]), graph('HTTP: latency, ms', [api('Latency', Stats.p(50)), api('Latency', Stats.p(99))])],
    [graph('WebSocket', [socket('ConnectCount'), socket('MessageCount'), socket('IntegrationError')]), graph('Lag of the stream, ms', [lag(relay, 'relay'), lag(projector, 'projector')])],
    [graph('Executions begun', machines.map(([label, machine]) => machine.metricStarted({ label }))), graph('Executions failed or timed out', machines.flatMap(([label, machine]) => [machine.metricFailed({ label }), machine.metricTimedOut({ label: `${label}, timed out` })]))],
    [graph('On-failure queues', failures.map(([label, queue]) => waiting(queue, label))), graph('Timers that are due', [waiting(timers, 'waiting'), timers.metricApproximateAgeOfOldestMessage({ label: 'oldest, s', statistic: Stats.MAXIMUM })])],
    [graph('Throttles', [account])],
  ];
}

function graph(title: string, metrics: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...metrics], width: HALF, height: 6 });
}
