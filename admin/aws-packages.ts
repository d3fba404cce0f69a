import { Failure } from '#contracts/errors';

/** What commands on AWS load and who only runs Sluice need not have: optional peer dependencies of the package. */
export const awsPackages = {
  tables: ['@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb', '@aws-sdk/client-s3'],
  queues: ['@aws-sdk/client-sqs', '@aws-sdk/client-lambda'],
  functions: ['@aws-sdk/client-lambda'],
} as const;

/**
 * Loads what needs packages of AWS.
 * @throws Failure `rule-broken` that says what to install when one is missing
 */
export async function withAwsPackages<Loaded>(use: keyof typeof awsPackages, load: () => Promise<Loaded>): Promise<Loaded> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes('@aws-sdk/'))) throw error;
    throw new Failure('rule-broken', { detail: `This needs packages that are not installed. Install them beside sluice: npm install ${awsPackages[use].join(' ')}`, cause: error });
  }
}
