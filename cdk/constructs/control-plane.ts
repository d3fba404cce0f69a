import { CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Archive, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as CallFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { busRules } from '#contracts/bus-rules';
import { EVENT_SOURCE } from '#contracts/events';
import { machineTasks } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';
import { schedules } from '#contracts/timers';

import { Data } from './data.ts';
import { Functions } from './functions.ts';
import { Machines } from './machines.ts';
import { Queues } from './queues.ts';
import { RestApi } from './rest-api.ts';
import { Schedules } from './schedules.ts';
import { SOCKET_STAGE, SocketApi } from './socket-api.ts';
import { Timers } from './timers.ts';

/** What a control plane is made with. */
export type ControlPlaneProps = {
  /** What the names of functions, machines and queues begin with: 1 to 20 letters, digits and dashes. Default: `sluice`. */
  readonly name?: string;
  /** The version of the software; shown by `GET /v1`. */
  readonly version: string;
  /** The tables and the bucket, when they live in another stack. Default: made here. */
  readonly data?: Data;
  /** How long logs are kept. Default: a month. */
  readonly logRetention?: RetentionDays;
  /** Default: INFO. */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** A customer key for queues and data. Default: AWS-owned keys. */
  readonly encryptionKey?: IKey;
  /**
   * The address of an emulator that it goes onto, which lacks some resource types (the bus's archive) and X-Ray, and has its APIs under that address.
   */
  readonly emulator?: string;
};

/** How long the stream's consumers try a batch before it goes to the on-failure queue; the sweep brings in what is then missing. */
const STREAM_ATTEMPTS = 10;

/** Events are kept in the bus's archive for a quarter of a year; the table keeps them for good. */
const ARCHIVE_DAYS = 90;

/** The whole control plane: HTTP and WebSocket API, functions, state machines, bus, timers, schedules. */
export class ControlPlane extends Construct {
  readonly data: Data;
  readonly bus: EventBus;
  readonly api: RestApi;
  readonly socket: SocketApi;
  readonly functions: Functions;
  readonly machines: Machines;
  readonly queues: Queues;
  /** The name of the SSM SecureString with the first operator key. */
  readonly operatorKeyParameter: string;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { name = 'sluice', logRetention = RetentionDays.ONE_MONTH, encryptionKey, emulator } = props;
    const key = encryptionKey === undefined ? {} : { encryptionKey };
    this.operatorKeyParameter = `/${name}/operator-key`;
    this.data = props.data ?? new Data(this, 'Data', key);
    this.bus = new EventBus(this, 'Bus', { eventBusName: name });
    this.socket = new SocketApi(this, 'Socket', { name: `${name}-stream`, ...(emulator === undefined ? {} : { emulator }) });
    this.queues = new Queues(this, 'Queues', { name, ...key });
    const timers = new Timers(this, 'Timers', { name, ...key });
    const masterKeyParameter = `/${name}/master-key`;
    this.functions = new Functions(this, 'Functions', {
      name, logRetention, tracing: emulator === undefined,
      environment: {
        SLUICE_VERSION: props.version, SLUICE_EVENTS_TABLE: this.data.events.tableName, SLUICE_STATE_TABLE: this.data.state.tableName, SLUICE_BUS: name, SLUICE_BLOBS_BUCKET: this.data.blobs.bucketName,
        SLUICE_MASTER_KEY_PARAMETER: masterKeyParameter, SLUICE_MACHINE_ARN_PREFIX: Machines.arnPrefix(this, name),
        SLUICE_TIMERS_QUEUE_URL: timers.queue.queueUrl, SLUICE_TIMERS_QUEUE_ARN: timers.queue.queueArn, SLUICE_SCHEDULE_GROUP: timers.group, SLUICE_SCHEDULER_ROLE_ARN: timers.role.roleArn,
        SLUICE_STREAM_URL: this.socket.url, SLUICE_CONNECTIONS_ENDPOINT: this.socket.connectionsEndpoint, SLUICE_LOG_LEVEL: props.logLevel ?? 'INFO',
      },
      resources: {
        eventsTable: this.data.events.tableArn, stateTable: this.data.state.tableArn, bucket: this.data.blobs.bucketArn, bus: this.bus.eventBusArn, machinePrefix: `${name}-`,
        timersQueue: timers.queue.queueArn, scheduleGroup: timers.group, schedulerRole: timers.role.roleArn, socket: { id: this.socket.id, stage: SOCKET_STAGE },
        masterKeyParameter, operatorKeyParameter: this.operatorKeyParameter,
      },
    });
    const accessLog = new LogGroup(this, 'AccessLog', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.api = new RestApi(this, 'Http', { name, handler: this.functions.of('api'), authorizer: this.functions.of('authorizer'), accessLog });
    this.socket.connect({ handler: this.functions.of('socket'), authorizer: this.functions.of('socket-authorizer'), accessLog });
    this.#followStream();
    this.#listen();
    if (emulator === undefined) new Archive(this, 'Archive', { sourceEventBus: this.bus, eventPattern: { source: [EVENT_SOURCE] }, retention: Duration.days(ARCHIVE_DAYS) });
    this.functions.of('timer').addEventSource(new SqsEventSource(timers.queue, { batchSize: 10, reportBatchItemFailures: true }));
    this.machines = new Machines(this, 'Machines', { name, logRetention, tracing: emulator === undefined, functions: (task) => this.functions.of(task), tasks: taskNames });
    new Schedules(this, 'Schedules', { name, functions: schedules.map((schedule) => ({ ...schedule, target: this.functions.of(schedule.name) })) });
    const firstKeys = this.functions.of('first-keys', { SLUICE_OPERATOR_KEY_PARAMETER: this.operatorKeyParameter });
    new CustomResource(this, 'FirstKeys', { serviceToken: firstKeys.functionArn, resourceType: 'Custom::SluiceFirstKeys', serviceTimeout: Duration.minutes(5) });
    this.#tell();
  }

  /** The stream's two consumers; nothing else may follow it. */
  #followStream(): void {
    for (const name of ['relay', 'projector'] as const) {
      this.functions.of(name).addEventSource(new DynamoEventSource(this.data.events, {
        startingPosition: StartingPosition.TRIM_HORIZON, batchSize: 100, bisectBatchOnError: true, reportBatchItemFailures: true, retryAttempts: STREAM_ATTEMPTS,
        filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })], onFailure: new SqsDlq(this.queues.of(name)),
      }));
    }
  }

  /** One rule for each consumer; a function that fails is tried twice more, and then its event goes to its on-failure queue. */
  #listen(): void {
    for (const { consumer, description, pattern } of busRules) {
      const called = this.functions.of(consumer);
      called.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new SqsDestination(this.queues.of(consumer)) });
      new Rule(this, `Rule-${consumer}`, {
        eventBus: this.bus, description, eventPattern: { source: [...pattern.source], detailType: [...pattern['detail-type']], ...('detail' in pattern ? { detail: pattern.detail } : {}) },
        targets: [new CallFunction(called, { retryAttempts: 185, maxEventAge: Duration.hours(24), deadLetterQueue: this.queues.of(consumer) })],
      });
    }
  }

  #tell(): void {
    const tell = (name: string, value: string, description: string) => new CfnOutput(Stack.of(this), name, { value, description });
    tell('Url', this.api.url, 'The address of the HTTP API: SLUICE_URL');
    tell('StreamUrl', this.socket.url, 'The address of the WebSocket API');
    tell('RestApiId', this.api.api.restApiId, 'The id of the HTTP API');
    tell('SocketApiId', this.socket.id, 'The id of the WebSocket API');
    tell('BusName', this.bus.eventBusName, 'The bus on which all events are');
    tell('OperatorKeyParameter', this.operatorKeyParameter, 'The SSM SecureString with the first operator key');
  }
}

const taskNames: readonly MachineTask[] = Object.keys(machineTasks).filter((name): name is MachineTask => Object.hasOwn(machineTasks, name));
