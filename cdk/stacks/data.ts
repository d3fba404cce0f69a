import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import { Data } from '../constructs/data.ts';
import type { Settings } from '../settings.ts';

/** What stays: the tables and the bucket, apart from what is replaced with each version. */
export class DataStack extends Stack {
  readonly data: Data;

  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const { encryptionKeyArn, removeDataWithStack } = settings;
    this.data = new Data(this, 'Data', { removeDataWithStack, ...(encryptionKeyArn === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKeyArn) }) });
  }
}
