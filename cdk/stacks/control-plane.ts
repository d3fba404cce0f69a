import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import { ControlPlane } from '../constructs/control-plane.ts';
import type { Settings } from '../settings.ts';

/** The one stack of the app: the control plane with its data, as the settings choose it. */
export class ControlPlaneStack extends Stack {
  readonly controlPlane: ControlPlane;

  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const { name, logRetentionDays, logLevel, tracing, alarmMail, encryptionKeyArn, domain, webAclArn, apiConcurrency, requestsPerSecond, removeDataWithStack, emulator } = settings;
    this.controlPlane = new ControlPlane(this, 'ControlPlane', {
      name, removeDataWithStack, logRetention: logRetentionDays, logLevel, tracing, ...(alarmMail === undefined ? {} : { alarmMail }), ...(domain === undefined ? {} : { domain }), ...(webAclArn === undefined ? {} : { webAclArn }),
      ...(encryptionKeyArn === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKeyArn) }), ...(emulator === undefined ? {} : { emulator }), ...(apiConcurrency === undefined ? {} : { apiConcurrency }), ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    });
  }
}
