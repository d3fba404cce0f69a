import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

import { tables } from '#contracts/tables';
import type { Grant } from '#contracts/function-table';
import { machineName } from '#contracts/functions';

/** The ARNs that grants are on. */
export type GrantedResources = {
  readonly eventsTable: string; readonly stateTable: string; readonly bucket: string; readonly bus: string;
  /** What the names of all state machines begin with. */
  readonly machinePrefix: string;
  readonly timersQueue: string; readonly scheduleGroup: string; readonly schedulerRole: string;
  /** The WebSocket API's id and stage. */
  readonly socket: { readonly id: string; readonly stage: string };
  readonly masterKeyParameter: string; readonly operatorKeyParameter: string;
};

const allow = (actions: readonly string[], resources: readonly string[]) => new PolicyStatement({ actions: [...actions], resources: [...resources] });

/** The statements of a grant: the calls that our ports make, on the one resource that they are made on. */
export function statementsOf(scope: Construct, grant: Grant, on: GrantedResources): readonly PolicyStatement[] {
  const stack = Stack.of(scope);
  const parameter = (name: string) => stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
  const machines = machineName.options.map((name) => stack.formatArn({ service: 'states', resource: 'stateMachine', arnFormat: ArnFormat.COLON_RESOURCE_NAME, resourceName: `${on.machinePrefix}${name}` }));
  const socket = (method: string) => stack.formatArn({ service: 'execute-api', resource: on.socket.id, resourceName: `${on.socket.stage}/${method}/@connections/*` });
  const gateway = (path: string) => stack.formatArn({ service: 'apigateway', account: '', resource: path });
  switch (grant) {
    case 'events:read': return [allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], [on.eventsTable])];
    case 'events:append': return [allow(['dynamodb:PutItem'], [on.eventsTable])];
    case 'events:find': return [allow(['dynamodb:Query'], [`${on.eventsTable}/index/${tables.events.index.name}`])];
    case 'state:read': return [allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], [on.stateTable])];
    case 'state:write': return [allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'], [on.stateTable])];
    // Without the right to list, S3 tells "no access" for what is not there.
    case 'blobs:read': return [allow(['s3:GetObject'], [`${on.bucket}/*`]), allow(['s3:ListBucket'], [on.bucket])];
    case 'blobs:write': return [allow(['s3:PutObject'], [`${on.bucket}/*`])];
    case 'bus:put': return [allow(['events:PutEvents'], [on.bus])];
    case 'machines:start': return [allow(['states:StartExecution'], machines)];
    case 'machines:describe': return [allow(['states:DescribeExecution'], machines.map((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`))];
    case 'machines:answer': return [allow(['states:SendTaskSuccess', 'states:SendTaskFailure'], machines)];
    case 'timers:set': return [
      allow(['sqs:SendMessage'], [on.timersQueue]),
      allow(['scheduler:CreateSchedule'], [stack.formatArn({ service: 'scheduler', resource: 'schedule', resourceName: `${on.scheduleGroup}/*` })]),
      new PolicyStatement({ actions: ['iam:PassRole'], resources: [on.schedulerRole], conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } } }),
    ];
    case 'connections:send': return [allow(['execute-api:ManageConnections'], [socket('POST')])];
    case 'connections:close': return [allow(['execute-api:ManageConnections'], [socket('DELETE')])];
    case 'master-key:read': return [allow(['ssm:GetParameter'], [parameter(on.masterKeyParameter)])];
    // A usage key has no name that IAM could know: the gateway makes its id.
    case 'usage-keys:manage': return [allow(['apigateway:GET', 'apigateway:POST'], [gateway('/apikeys')]), allow(['apigateway:DELETE'], [gateway('/apikeys/*')])];
    case 'first-keys:make': return [allow(['ssm:PutParameter'], [parameter(on.masterKeyParameter), parameter(on.operatorKeyParameter)])];
  }
}
