import { CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Archive, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as CallFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

import { busRules, gatewayRules } from '#contracts/bus-rules';
import { EVENT_SOURCE } from '#contracts/events';
import type { FunctionEnvironment, LogLevel } from '#contracts/function-environment';
import { machineTasks } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';
import { schedules } from '#contracts/timers';

import { version } from '../../shared/version.ts';
import { DEFAULT_NAME, installationName } from '../installation-name.ts';
import { perSecond } from '../per-second.ts';
import { acknowledge, acknowledgeStars } from './acknowledge.ts';
import { Alarms } from './alarms.ts';
import { CustomDomain } from './custom-domain.ts';
import { Dashboard } from './dashboard.ts';
import { Data } from './data.ts';
import { Functions } from './functions.ts';
import type { FunctionExtras } from './functions.ts';
import { Machines } from './machines.ts';
import { Queues } from './queues.ts';
import { refuseUnfit } from './refuse-unfit.ts';
import { REST_STAGE, RestApi } from './rest-api.ts';
import { Schedules } from './schedules.ts';
import { SOCKET_STAGE, SocketApi } from './socket-api.ts';
import { Throttles } from './throttles.ts';
import { Timers } from './timers.ts';

/** What a control plane is made with. */
export type ControlPlaneProps = {
  /**
   * What the names of tables, bucket, functions, machines and queues begin with: 1 to 20 lower-case letters, digits and dashes, beginning with a letter;
   * unique in the account and region. Default: `sluice`.
   */
  readonly name?: string;
  /**
   * Whether tables and bucket go when this goes. Default: they stay, the tables protected from deletion, and are found again by a later
   * `cdk deploy --import-existing-resources`, if the stack is given its account and region.
   */
  readonly removeDataWithStack?: boolean;
  /** How long logs are kept. Default: a month. */
  readonly logRetention?: RetentionDays;
  /** How much the functions log. Default: INFO. */
  readonly logLevel?: LogLevel;
  /** Whether calls and executions are traced by X-Ray, which takes 5 USD for a million calls beyond the first hundred thousand of a month. Default: no. */
  readonly tracing?: boolean;
  /** Where alarms are mailed; who has that address must confirm it once. Default: nowhere, they go to the topic only. */
  readonly alarmMail?: string;
  /** A customer key for queues, parameters, the alarms' topic and data. Its policy must let the services of docs/aws.md use it. Default: AWS-owned keys. */
  readonly encryptionKey?: IKey;
  /** Hosts under which the HTTP API and, by `streamHost`, the WebSocket API are reached, and the ARN of a certificate for them in the same region. Default: the gateway's own addresses. */
  readonly domain?: { readonly host: string; readonly streamHost?: string; readonly certificateArn: string };
  /** The ARN of a regional WAF web ACL that stands before the HTTP API. Default: none. */
  readonly webAclArn?: string;
  /**
   * How many calls of the API's function are reserved for it, and are the most there are at once; each schedule's then has one. Out of the account's limit, of
   * which 100 must stay for all else. Default: nothing is reserved.
   */
  readonly apiConcurrency?: number;
  /**
   * How many requests a second of all tenants together the stage of the HTTP API lets in, and how many messages that of the WebSocket API; twice as many of each
   * at once. The account's own limit holds beside it. Default: 1,000.
   */
  readonly requestsPerSecond?: number;
  /**
   * The address of an emulator that it goes onto. That lacks some resource types (the bus's archive, associations of web ACLs) and X-Ray, takes usage
   * keys from a header only, and has its APIs under that address.
   */
  readonly emulator?: string;
};

/** Far above what one deployment or a curious person asks for, and a tenth of what a new account may ask of API Gateway in all. Source: its quotas, 10,000 a second. */
const REQUESTS_PER_SECOND = 1000;

/** How long the stream's consumers try a batch before it goes to the on-failure queue; the sweep brings in what is then missing. */
const STREAM_ATTEMPTS = 10;

/**
 * How many batches of one shard a consumer works on side by side. Lambda then keeps the order of an item only, and each event is one: both consumers fetch what is
 * missing before an event. Source: Lambda's guide, parameters for DynamoDB event source mappings; 10 is the most.
 */
const BATCHES_PER_SHARD = 10;

/** Events are kept in the bus's archive for a quarter of a year; the table keeps them for good. */
const ARCHIVE_DAYS = 90;

/**
 * The whole control plane: tables and bucket, HTTP and WebSocket API, functions, state machines, bus, timers, schedules, alarms and dashboard.
 *
 * ```ts
 * const { api, bus } = new ControlPlane(this, 'Sluice', { alarmMail: 'on-call@example.com' });
 * ```
 */
export class ControlPlane extends Construct {
  /** The tables and the bucket. */
  readonly data: Data;
  /** All events are on this bus; rules of others may listen. */
  readonly bus: EventBus;
  /** The HTTP API. */
  readonly api: RestApi;
  /** The WebSocket API. */
  readonly socket: SocketApi;
  /** All functions, by their names in the function table. */
  readonly functions: Functions;
  /** The state machines, by strategy, and `recover`. */
  readonly machines: Machines;
  /** The on-failure queues, by the function whose calls failed. */
  readonly queues: Queues;
  /** The alarms, and the topic that they publish to. */
  readonly alarms: Alarms;
  /** The address of the HTTP API, without a slash at its end. */
  readonly url: string;
  /** The name of the SSM SecureString with the first operator key. */
  readonly operatorKeyParameter: string;
  readonly #props: ControlPlaneProps;
  readonly #name: string;
  readonly #timers: Timers;

  constructor(scope: Construct, id: string, props: ControlPlaneProps = {}) {
    super(scope, id);
    const { name = DEFAULT_NAME, removeDataWithStack = false, logRetention = RetentionDays.ONE_MONTH, requestsPerSecond = REQUESTS_PER_SECOND, domain, webAclArn, emulator } = props;
    refuseUnfit(installationName, 'name', name);
    refuseUnfit(perSecond, 'requestsPerSecond', requestsPerSecond);
    this.#props = props;
    this.#name = name;
    this.operatorKeyParameter = `/${name}/operator-key`;
    const named = { name, ...this.#key() };
    this.data = new Data(this, 'Data', { ...named, removeDataWithStack });
    this.bus = new EventBus(this, 'Bus', { eventBusName: name });
    this.socket = new SocketApi(this, 'Socket', { name: `${name}-stream`, ...(emulator === undefined ? {} : { emulator }), ...(domain?.streamHost === undefined ? {} : { domain: { host: domain.streamHost, certificateArn: domain.certificateArn } }) });
    this.queues = new Queues(this, 'Queues', named);
    this.#timers = new Timers(this, 'Timers', named);
    this.functions = this.#makeFunctions(logRetention);
    const accessLog = new LogGroup(this, 'AccessLog', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const usage = this.#throttles ? { environment: { SLUICE_USAGE_KEY_PREFIX: name } } : {};
    this.api = new RestApi(this, 'Http', { name, handler: this.functions.of('api'), authorizer: this.functions.of('authorizer', usage), accessLog, usageKeys: this.#throttles, requestsPerSecond });
    this.socket.connect({ handler: this.functions.of('socket'), authorizer: this.functions.of('socket-authorizer'), accessLog, messagesPerSecond: requestsPerSecond, after: this.api.api.deploymentStage });
    const own = emulator === undefined ? this.api.url : `${emulator}/_aws/execute-api/${this.api.api.restApiId}/${REST_STAGE}`;
    this.url = domain === undefined ? own : new CustomDomain(this, 'Domain', { host: domain.host, certificateArn: domain.certificateArn, api: this.api.api }).url;
    if (webAclArn === undefined) acknowledge(this.api, 'noWebAcl');
    else if (emulator === undefined) new CfnWebACLAssociation(this, 'WebAcl', { resourceArn: this.api.api.deploymentStage.stageArn, webAclArn });
    this.#followStream();
    this.#listen();
    this.functions.of('timer').addEventSource(new SqsEventSource(this.#timers.queue, { batchSize: 10, reportBatchItemFailures: true }));
    this.machines = new Machines(this, 'Machines', { name, logRetention, tracing: this.#tracing, functions: (task) => this.functions.of(task), tasks: taskNames });
    new Schedules(this, 'Schedules', { name, functions: schedules.map((schedule) => ({ ...schedule, target: this.functions.of(schedule.name) })) });
    this.#makeFirstKeys();
    this.alarms = this.#watch();
    this.#tell();
    acknowledgeStars(this);
  }

  /** Where the gateway can throttle by the usage keys that the authorizer names. */
  get #throttles(): boolean {
    return this.#props.emulator === undefined;
  }

  /** The emulator has no X-Ray. */
  get #tracing(): boolean {
    return this.#props.tracing === true && this.#props.emulator === undefined;
  }

  #key(): { readonly encryptionKey?: IKey } {
    const { encryptionKey } = this.#props;
    return encryptionKey === undefined ? {} : { encryptionKey };
  }

  #makeFunctions(logRetention: RetentionDays): Functions {
    const { data, socket, bus, operatorKeyParameter } = this;
    const name = this.#name;
    const timers = this.#timers;
    const masterKeyParameter = `/${name}/master-key`;
    const environment: FunctionEnvironment = {
      SLUICE_VERSION: version, SLUICE_EVENTS_TABLE: data.events.tableName, SLUICE_STATE_TABLE: data.state.tableName, SLUICE_BUS: name, SLUICE_BLOBS_BUCKET: data.blobs.bucketName,
      SLUICE_MASTER_KEY_PARAMETER: masterKeyParameter, SLUICE_MACHINE_ARN_PREFIX: Machines.arnPrefix(this, name),
      SLUICE_TIMERS_QUEUE_URL: timers.queue.queueUrl, SLUICE_TIMERS_QUEUE_ARN: timers.queue.queueArn, SLUICE_SCHEDULE_GROUP: timers.group, SLUICE_SCHEDULER_ROLE_ARN: timers.role.roleArn,
      SLUICE_STREAM_URL: socket.url, SLUICE_CONNECTIONS_ENDPOINT: socket.connectionsEndpoint, SLUICE_LOG_LEVEL: this.#props.logLevel ?? 'INFO',
    };
    const resources = {
      eventsTable: data.events.tableArn, stateTable: data.state.tableArn, bucket: data.blobs.bucketArn, bus: bus.eventBusArn, machinePrefix: `${name}-`,
      timersQueue: timers.queue.queueArn, scheduleGroup: timers.group, schedulerRole: timers.role.roleArn, socket: { id: socket.id, stage: SOCKET_STAGE }, masterKeyParameter, operatorKeyParameter,
    };
    const { apiConcurrency } = this.#props;
    return new Functions(this, 'Functions', { name, logRetention, tracing: this.#tracing, environment, resources, ...this.#key(), ...(apiConcurrency === undefined ? {} : { apiConcurrency }) });
  }

  /** The stream's two consumers; nothing else may follow it. */
  #followStream(): void {
    for (const name of ['relay', 'projector'] as const) {
      this.functions.of(name).addEventSource(new DynamoEventSource(this.data.events, {
        startingPosition: StartingPosition.TRIM_HORIZON, batchSize: 100, bisectBatchOnError: true, reportBatchItemFailures: true, retryAttempts: STREAM_ATTEMPTS,
        parallelizationFactor: BATCHES_PER_SHARD, filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })], onFailure: new SqsDlq(this.queues.of(name)),
      }));
    }
  }

  /** One rule for each consumer; a function that fails is tried twice more, and then its event goes to its on-failure queue. */
  #listen(): void {
    if (this.#throttles) this.functions.of('throttle-tenant', this.#throttleTenants());
    for (const { consumer, description, pattern } of [...busRules, ...(this.#throttles ? gatewayRules : [])]) {
      const called = this.functions.of(consumer);
      called.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new SqsDestination(this.queues.of(consumer)) });
      new Rule(this, `Rule-${consumer}`, {
        eventBus: this.bus, description, eventPattern: { source: [...pattern.source], detailType: [...pattern['detail-type']], ...('detail' in pattern ? { detail: pattern.detail } : {}) },
        targets: [new CallFunction(called, { retryAttempts: 185, maxEventAge: Duration.hours(24), deadLetterQueue: this.queues.of(consumer) })],
      });
    }
    if (this.#props.emulator === undefined) new Archive(this, 'Archive', { sourceEventBus: this.bus, eventPattern: { source: [EVENT_SOURCE] }, retention: Duration.days(ARCHIVE_DAYS) });
  }

  #throttleTenants(): FunctionExtras {
    const { planId } = new Throttles(this, 'Throttles', { name: this.#name, api: this.api.api });
    const keysOfPlan = Stack.of(this).formatArn({ service: 'apigateway', account: '', resource: `/usageplans/${planId}/keys` });
    return { environment: { SLUICE_USAGE_KEY_PREFIX: this.#name, SLUICE_USAGE_PLAN: planId, SLUICE_USAGE_API: this.api.api.restApiId }, statements: [new PolicyStatement({ actions: ['apigateway:POST'], resources: [keysOfPlan] })] };
  }

  /** Master key and first operator key go into SecureStrings, which CloudFormation cannot make. */
  #makeFirstKeys(): void {
    const { encryptionKey } = this.#props;
    const environment = { SLUICE_OPERATOR_KEY_PARAMETER: this.operatorKeyParameter, ...(encryptionKey === undefined ? {} : { SLUICE_ENCRYPTION_KEY_ARN: encryptionKey.keyArn }) };
    const firstKeys = this.functions.of('first-keys', { environment });
    new CustomResource(this, 'FirstKeys', { serviceToken: firstKeys.functionArn, resourceType: 'Custom::SluiceFirstKeys', serviceTimeout: Duration.minutes(5) });
  }

  #watch(): Alarms {
    const { functions, machines, queues } = this;
    const { alarmMail } = this.#props;
    const [relay, projector] = [functions.of('relay'), functions.of('projector')];
    const failures = [...queues.all(), ['timers', this.#timers.dead] as const];
    const seen = { name: this.#name, failures, relay, projector, apiName: this.#name, apiStage: REST_STAGE };
    const alarms = new Alarms(this, 'Alarms', { ...seen, ...this.#key(), ...(alarmMail === undefined ? {} : { mail: alarmMail }), functionLogs: functions.logGroups(), machineLogs: machines.logGroups(), sweep: functions.of('sweep') });
    new Dashboard(this, 'Dashboard', { ...seen, alarms: alarms.all, socketId: this.socket.id, functions: functions.all(), machines: machines.all(), timers: this.#timers.queue });
    return alarms;
  }

  #tell(): void {
    const tell = (name: string, value: string, description: string) => new CfnOutput(this, name, { value, description }).overrideLogicalId(name);
    tell('Url', this.url, 'The address of the HTTP API: SLUICE_URL');
    tell('StreamUrl', this.socket.url, 'The address of the WebSocket API');
    tell('RestApiId', this.api.api.restApiId, 'The id of the HTTP API');
    tell('SocketApiId', this.socket.id, 'The id of the WebSocket API');
    tell('BusName', this.bus.eventBusName, 'The bus on which all events are');
    tell('BusArn', this.bus.eventBusArn, 'The ARN of the bus, for rules of tenants');
    tell('EventsTableName', this.data.events.tableName, 'The table of events');
    tell('StateTableName', this.data.state.tableName, 'The table of all else');
    tell('BlobsBucketName', this.data.blobs.bucketName, 'The bucket of what is too large for an event');
    tell('OperatorKeyParameter', this.operatorKeyParameter, 'The SSM SecureString with the first operator key');
    tell('AlarmTopicArn', this.alarms.topic.topicArn, 'The SNS topic of all alarms');
  }
}

const taskNames: readonly MachineTask[] = Object.keys(machineTasks).filter((name): name is MachineTask => Object.hasOwn(machineTasks, name));
