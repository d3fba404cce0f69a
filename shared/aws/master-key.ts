import { GetParameterCommand } from '@aws-sdk/client-ssm';

import { Failure } from '#contracts/errors';
import { KEY_BYTES } from '#engine/sealing';

import { parametersClient } from './parameters.ts';

const HEXADECIMAL = /^[0-9a-f]{64}$/;

/** Reads the master key from an SSM SecureString: 64 hexadecimal digits. @throws Failure `conflict` when there is none or it is no key. */
export async function readMasterKey(parameter: string): Promise<Uint8Array> {
  const { Parameter } = await parametersClient().send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));
  const text = Parameter?.Value ?? '';
  if (!HEXADECIMAL.test(text)) throw new Failure('conflict', `The parameter ${parameter} holds no master key: it must have ${2 * KEY_BYTES} hexadecimal digits.`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}
