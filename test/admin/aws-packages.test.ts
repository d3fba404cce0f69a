import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';
import * as z from 'zod';

import { awsPackages, withAwsPackages } from '#admin/aws-packages';

const manifest = z.object({ peerDependencies: z.record(z.string(), z.string()), peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })) })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

it('package.json has the packages of commands on AWS as peers that nobody must install', () => {
  const named = [...new Set(Object.values(awsPackages).flat())];
  expect(Object.keys(manifest.peerDependencies).filter((name) => name.startsWith('@aws-sdk/')).toSorted()).toEqual(named.toSorted());
  for (const name of named) expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
});

it('a command says what to install when a package is missing, and lets any other error pass', async () => {
  const missing = Object.assign(new Error('Cannot find package \'@aws-sdk/client-sqs\' imported from x'), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(withAwsPackages('queues', async () => await Promise.reject(missing))).rejects.toThrow('npm install @aws-sdk/client-sqs @aws-sdk/client-lambda');
  await expect(withAwsPackages('queues', async () => await Promise.reject(new Error('else')))).rejects.toThrow('else');
});
