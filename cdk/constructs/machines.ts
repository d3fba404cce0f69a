import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type { MachineName, MachineTask } from '#contracts/functions';
import { machines } from '#stepfunctions/machines';

import { acknowledge } from './acknowledge.ts';

/** What machines are made of. */
export type MachinesProps = {
  readonly name: string; readonly logRetention: RetentionDays; readonly tracing: boolean;
  readonly tasks: readonly MachineTask[];
  functions(task: MachineTask): LambdaFunction;
};

/**
 * The state machines: the very objects that the standalone engine runs, with the functions' ARNs in their places. CDK infers no grants from a plain
 * definition, so they stand here: a machine may call the functions that it names, and no other.
 */
export class Machines extends Construct {
  readonly #machines = new Map<MachineName, StateMachine>();
  readonly #logGroups = new Map<MachineName, LogGroup>();

  constructor(scope: Construct, id: string, props: MachinesProps) {
    super(scope, id);
    for (const name of machineNames) this.#machines.set(name, this.#machine(name, props));
  }

  /** What the ARN of each machine begins with; its name in our table follows. Known before the machines are, so that functions can know it. */
  static arnPrefix(scope: Construct, name: string): string {
    return Stack.of(scope).formatArn({ service: 'states', resource: 'stateMachine', arnFormat: ArnFormat.COLON_RESOURCE_NAME, resourceName: `${name}-` });
  }

  all(): readonly (readonly [MachineName, StateMachine])[] {
    return [...this.#machines];
  }

  /** Where failed executions are logged. */
  logGroups(): readonly (readonly [MachineName, LogGroup])[] {
    return [...this.#logGroups];
  }

  #machine(name: MachineName, { name: system, logRetention, tracing, tasks, functions }: MachinesProps): StateMachine {
    const definition = JSON.stringify(machines[name]);
    const substitution = (task: MachineTask) => task.replaceAll('-', '_');
    const called = tasks.filter((task) => definition.includes(`\${${substitution(task)}}`));
    const role = new Role(this, `${name}-role`, { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: called.map((task) => functions(task).functionArn) }));
    const destination = new LogGroup(this, `${name}-log`, { logGroupName: `/aws/vendedlogs/states/${system}-${name}`, retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.#logGroups.set(name, destination);
    const machine = new StateMachine(this, name, {
      stateMachineName: `${system}-${name}`, stateMachineType: StateMachineType.STANDARD, role, comment: machines[name].Comment, tracingEnabled: tracing,
      definitionBody: DefinitionBody.fromString(definition), definitionSubstitutions: Object.fromEntries(called.map((task) => [substitution(task), functions(task).functionArn])),
      logs: { destination, level: LogLevel.ERROR, includeExecutionData: false },
    });
    acknowledge(machine, 'failuresOnly', 'tracedOnDemand');
    return machine;
  }
}

const machineNames: readonly MachineName[] = Object.keys(machines).filter((name): name is MachineName => Object.hasOwn(machines, name));
