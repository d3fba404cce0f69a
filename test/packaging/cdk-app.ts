/** An app of somebody else's, with a control plane and a tenant of it in a stack of its own; plain JavaScript, as it is run. */
export const app = `
import { App, Stack } from 'aws-cdk-lib';
import { ControlPlane, Tenant } from 'sluice/cdk';

const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
const env = { account: '123456789012', region: 'eu-central-1' };
const { url, bus } = new ControlPlane(new Stack(app, 'ours', { env }), 'Sluice', { alarmMail: 'on-call@example.com' });
const tenant = new Tenant(new Stack(app, 'acme', { env }), 'Acme', {
  tenantName: 'acme', url, operatorKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:operator-AbCdEf', events: { controlPlaneBusArn: bus.eventBusArn },
});
app.synth();
console.log(tenant.tenantName);
`;

/** The same constructs as TypeScript sees them. */
export const typedApp = `
import { Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { ControlPlane, Tenant } from 'sluice/cdk';
import type { Alarms, ControlPlaneProps, Data, Functions, Machines, Queues, RestApi, SocketApi, TenantProps } from 'sluice/cdk';

/** The parts of a control plane can be handed on by the names of their types. */
type Parts = { readonly data: Data; readonly api: RestApi; readonly socket: SocketApi; readonly functions: Functions; readonly machines: Machines; readonly queues: Queues; readonly alarms: Alarms };

export class Ours extends Stack {
  readonly url: string;
  readonly events: IEventBus | undefined;
  readonly parts: Parts;

  constructor(props: ControlPlaneProps & Pick<TenantProps, 'operatorKeySecretArn'>) {
    super(undefined, 'ours');
    const controlPlane = new ControlPlane(this, 'Sluice', { ...props, removeDataWithStack: true });
    this.url = controlPlane.url;
    this.parts = controlPlane;
    this.events = new Tenant(this, 'Acme', { tenantName: 'acme', url: controlPlane.url, operatorKeySecretArn: props.operatorKeySecretArn }).eventBus;
  }
}
`;
