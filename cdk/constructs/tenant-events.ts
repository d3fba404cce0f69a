import { ArnFormat, Stack, Stage, Token } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IEventBus, IRuleTarget } from 'aws-cdk-lib/aws-events';
import { EventBus as ForwardTo } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';

import { EVENT_SOURCE } from '#contracts/events';

/** What is forwarded where. An emulator lacks policies of buses. */
export type ForwardedEvents = { readonly tenantName: string; readonly controlPlaneBusArn: string; readonly to: IEventBus | IRuleTarget | undefined; readonly isEmulated: boolean };

/** Where the control plane's bus is, as its ARN tells. */
type Place = { readonly account: string; readonly region: string };

/**
 * The rule on the control plane's bus that forwards a tenant's events. A rule lives where its bus lives: in the tenant's own stack when that is in
 * the same account and region, else in a stack beside it, for the control plane's account and region.
 */
export class TenantEvents extends Construct {
  constructor(scope: Construct, id: string, { tenantName, controlPlaneBusArn, to, isEmulated }: ForwardedEvents) {
    super(scope, id);
    const own = Stack.of(this);
    const { service, account = '', region = '' } = Token.isUnresolved(controlPlaneBusArn) ? { ...own.env, service: 'events' } : own.splitArn(controlPlaneBusArn, ArnFormat.SLASH_RESOURCE_NAME);
    if (service !== 'events') throw new Error(`controlPlaneBusArn must be the ARN of an event bus, not "${controlPlaneBusArn}"`);
    const elsewhere = isElsewhere(own.account, account) || isElsewhere(own.region, region);
    if (to === undefined || (!isBus(to) && elsewhere)) throw new Error('a target of its own needs the control plane in the same account and region; forward the events to a bus instead, and have rules on that');
    const at = elsewhere ? stackAt(own, { account, region }) : this;
    new Rule(at, elsewhere ? `${own.stackName}-${tenantName}` : 'Rule', {
      eventBus: EventBus.fromEventBusArn(at, elsewhere ? `Bus-${tenantName}` : 'Bus', controlPlaneBusArn), description: `forwards the events of the tenant ${tenantName}`,
      eventPattern: { source: [EVENT_SOURCE], detail: { tenant: [tenantName] } }, targets: [isBus(to) ? new ForwardTo(to) : to],
    });
    // Another account may put events on a bus only when the bus says so.
    if (isBus(to) && isElsewhere(own.account, account) && !isEmulated) {
      new CfnEventBusPolicy(this, 'Policy', {
        eventBusName: to.eventBusName, statementId: `sluice-${account}`,
        statement: { Effect: 'Allow', Principal: { AWS: own.formatArn({ service: 'iam', region: '', account, resource: 'root' }) }, Action: 'events:PutEvents', Resource: to.eventBusArn },
      });
    }
  }
}

/** A stack for an account and region that are not known yet is taken to be where the control plane is. */
function isElsewhere(own: string, other: string): boolean {
  return !Token.isUnresolved(own) && !Token.isUnresolved(other) && own !== other;
}

function isBus(to: IEventBus | IRuleTarget): to is IEventBus {
  return 'eventBusArn' in to;
}

function stackAt(own: Stack, { account, region }: Place): Stack {
  const id = `${own.stackName}-events-${account}-${region}`;
  const stage = Stage.of(own);
  if (stage === undefined) throw new Error('a tenant must be made within an app');
  const known = stage.node.tryFindChild(id);
  return known instanceof Stack ? known : new Stack(stage, id, { env: { account, region }, description: `Rules that forward events to ${own.stackName}` });
}
