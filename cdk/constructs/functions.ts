import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, RecursiveLoop, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import type { FunctionEnvironment } from '#contracts/function-environment';
import { functionTable } from '#contracts/function-table';
import type { FunctionName } from '#contracts/function-table';

import { bundleOf } from './bundles.ts';
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
};

/** The functions of the table, each with a role that has the grants of the table and nothing else. */
export class Functions extends Construct {
  readonly #functions = new Map<FunctionName, LambdaFunction>();
  readonly #props: FunctionsProps;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
  }

  /** A function, made at its first mention. `more` is environment of this function alone. */
  of(name: FunctionName, more: { readonly [variable: string]: string } = {}): LambdaFunction {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const made = this.#make(name, more);
    this.#functions.set(name, made);
    return made;
  }

  /** All functions that were mentioned. */
  all(): readonly (readonly [FunctionName, LambdaFunction])[] {
    return [...this.#functions];
  }

  #make(name: FunctionName, more: { readonly [variable: string]: string }): LambdaFunction {
    const { name: system, environment, logRetention, tracing } = this.#props;
    const { description, memoryMebibytes, timeoutSeconds } = functionTable[name];
    const logGroup = new LogGroup(this, `${name}-log`, { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    return new LambdaFunction(this, name, {
      functionName: `${system}-${name}`, description, code: Code.fromAsset(bundleOf(name)), handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X, architecture: Architecture.ARM_64, memorySize: memoryMebibytes, timeout: Duration.seconds(timeoutSeconds),
      role: this.#role(name, logGroup), logGroup, loggingFormat: LoggingFormat.JSON, tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      // A timer that has not come yet is sent on by the function that its queue calls.
      ...(name === 'timer' ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
      environment: {
        ...environment, ...more, NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: system,
        POWERTOOLS_LOG_LEVEL: environment.SLUICE_LOG_LEVEL, POWERTOOLS_TRACE_ENABLED: String(tracing),
      },
    });
  }

  #role(name: FunctionName, logGroup: LogGroup): Role {
    const statements = functionTable[name].may.flatMap((grant) => statementsOf(this, grant, this.#props.resources));
    const logs = new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
    const role = new Role(this, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { grants: new PolicyDocument({ statements: [logs, ...statements] }) } });
    if (this.#props.tracing) role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AWSXRayDaemonWriteAccess'));
    return role;
  }
}
