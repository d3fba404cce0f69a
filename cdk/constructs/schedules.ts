import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';

/** Timed work that repeats, with the function that does it. */
export type ScheduledFunction = { readonly name: string; readonly everyMinutes: number; readonly description: string; readonly target: LambdaFunction };

/** The schedule table on EventBridge Scheduler. A run that fails is not tried again: the next one does the same. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: { readonly name: string; readonly functions: readonly ScheduledFunction[] }) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    for (const { name, everyMinutes, description, target } of props.functions) {
      // A call that has to wait because the one before is not done is as good as the next one, which comes within the minute: the least that Lambda can be told.
      target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
      new Schedule(this, name, { scheduleName: `${props.name}-${name}`, description, schedule: ScheduleExpression.rate(Duration.minutes(everyMinutes)), target: new LambdaInvoke(target, { role, retryAttempts: 0, maxEventAge: Duration.minutes(5) }) });
    }
  }
}
