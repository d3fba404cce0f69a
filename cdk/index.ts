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
export { Data } from '#cdk/constructs/data';
export type { DataProps } from '#cdk/constructs/data';
export { Tenant } from '#cdk/constructs/tenant';
export type { TenantEventsProps, TenantProps } from '#cdk/constructs/tenant';
