import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import { ControlPlane } from '../constructs/control-plane.ts';
import type { Data } from '../constructs/data.ts';
import type { Settings } from '../settings.ts';

/** The control plane, on the data of another stack. */
export class ControlPlaneStack extends Stack {
  readonly controlPlane: ControlPlane;

  constructor(scope: Construct, id: string, { settings, data, ...props }: StackProps & { readonly settings: Settings; readonly data: Data }) {
    super(scope, id, props);
    const { name, logRetentionDays, logLevel, tracing, alarmMail, encryptionKeyArn, domain, webAclArn, emulator } = settings;
    this.controlPlane = new ControlPlane(this, 'ControlPlane', {
      name, data, logRetention: logRetentionDays, logLevel, tracing, ...(alarmMail === undefined ? {} : { alarmMail }), ...(domain === undefined ? {} : { domain }), ...(webAclArn === undefined ? {} : { webAclArn }),
      ...(encryptionKeyArn === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKeyArn) }), ...(emulator === undefined ? {} : { emulator }),
    });
  }
}
