/**
 * Sluice for apps of the AWS CDK, `sluice/cdk`: the control plane, and tenants of one that runs already. The functions come bundled.
 *
 * ```ts
 * import { ControlPlane } from 'sluice/cdk';
 *
 * const { bus } = new ControlPlane(this, 'Sluice', { alarmMail: 'on-call@example.com' });
 * ```
 */
export { ControlPlane } from '#cdk/constructs/control-plane';
export type { ControlPlaneProps } from '#cdk/constructs/control-plane';
export type { Alarms } from '#cdk/constructs/alarms';
export type { Data } from '#cdk/constructs/data';
export type { Functions } from '#cdk/constructs/functions';
export type { Machines } from '#cdk/constructs/machines';
export type { Queues } from '#cdk/constructs/queues';
export type { RestApi } from '#cdk/constructs/rest-api';
export type { SocketApi } from '#cdk/constructs/socket-api';
export { Tenant } from '#cdk/constructs/tenant';
export type { TenantEventsProps, TenantProps } from '#cdk/constructs/tenant';
