import { RemovalPolicy } from 'aws-cdk-lib';
import { Function as LambdaFunction, RecursiveLoop, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

import type { FunctionEnvironment } from '#contracts/function-environment';
import { functionTable } from '#contracts/function-table';
import type { FunctionDescription, FunctionName } from '#contracts/function-table';

import { functionSettings } from './function-settings.ts';
import { statementsOf } from './grants.ts';
import type { GrantedResources } from './grants.ts';

/** What functions are made of. */
export type FunctionsProps = {
  readonly name: string;
  readonly environment: FunctionEnvironment;
  readonly resources: GrantedResources;
  readonly logRetention: RetentionDays;
  /** Whether calls are traced by X-Ray. */
  readonly tracing: boolean;
  /** How many calls of `api` are reserved for it, and are the most there are; with it the functions of the table that have `atOnce` reserve that. */
  readonly apiConcurrency?: number;
  /** The customer key of data and queues. */
  readonly encryptionKey?: IKey;
};

/** What one function has beside what all have. */
export type FunctionExtras = { readonly environment?: { readonly [variable: string]: string }; readonly statements?: readonly PolicyStatement[] };

/** A function with the place where it writes its log. */
type Made = { readonly called: LambdaFunction; readonly logGroup: LogGroup };

/** The functions of the table, each with a role that has the grants of the table and nothing else. */
export class Functions extends Construct {
  readonly #functions = new Map<FunctionName, Made>();
  readonly #props: FunctionsProps;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
  }

  /** A function, made at its first mention; what it has beside the others must be given there. */
  of(name: FunctionName, extras: FunctionExtras = {}): LambdaFunction {
    const known = this.#functions.get(name);
    if (known !== undefined) return known.called;
    const made = this.#make(name, extras);
    this.#functions.set(name, made);
    return made.called;
  }

  /** All functions that were mentioned. */
  all(): readonly (readonly [name: FunctionName, called: LambdaFunction])[] {
    return [...this.#functions].map(([name, { called }]) => [name, called]);
  }

  /** Where each writes its log. */
  logGroups(): readonly (readonly [name: FunctionName, logGroup: LogGroup])[] {
    return [...this.#functions].map(([name, { logGroup }]) => [name, logGroup]);
  }

  #make(name: FunctionName, extras: FunctionExtras): Made {
    const { name: system, environment, logRetention, tracing } = this.#props;
    const described: FunctionDescription = functionTable[name];
    const reservedConcurrentExecutions = this.#reserved(name, described);
    const logGroup = new LogGroup(this, `${name}-log`, { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const called = new LambdaFunction(this, name, {
      ...functionSettings(name, described, { namespace: system, tracing, environment: { ...environment, ...extras.environment, POWERTOOLS_LOG_LEVEL: environment.SLUICE_LOG_LEVEL } }),
      functionName: `${system}-${name}`, description: described.description, role: this.#role(name, logGroup, extras.statements ?? []), logGroup, tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions }),
      // A timer that has not come yet is sent on by the function that its queue calls.
      ...(name === 'timer' ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
    return { called, logGroup };
  }

  /** Nothing, unless it is asked for: what is reserved comes out of the account's limit, of which Lambda keeps 100 calls for all else, so that a new account with its 10 has nothing to reserve. */
  #reserved(name: FunctionName, { atOnce }: FunctionDescription): number | undefined {
    const { apiConcurrency } = this.#props;
    if (apiConcurrency === undefined) return undefined;
    return name === 'api' ? apiConcurrency : atOnce;
  }

  #role(name: FunctionName, logGroup: LogGroup, more: readonly PolicyStatement[]): Role {
    const { encryptionKey, resources } = this.#props;
    const { may }: FunctionDescription = functionTable[name];
    const statements = may.flatMap((grant) => statementsOf(this, grant, resources));
    const logs = new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
    // With a customer key, tables, bucket, parameters and queues ask for the caller's right to it. Who writes a standard SecureString has it encrypted by the key itself,
    // not by a data key. Source: Systems Manager's user guide, "AWS KMS encryption for Parameter Store SecureString parameters".
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey', ...(may.includes('first-keys:make') ? ['kms:Encrypt'] : [])];
    const key = encryptionKey === undefined ? [] : [new PolicyStatement({ actions, resources: [encryptionKey.keyArn] })];
    return new Role(this, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { grants: new PolicyDocument({ statements: [logs, ...statements, ...more, ...key] }) } });
  }
}
