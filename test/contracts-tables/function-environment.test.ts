import { describe, expect, it } from 'vitest';

import { functionEnvironment, serviceEnvironment, tracingEnvironment } from '#contracts/function-environment';

import { projectFiles, readProjectFile } from '../architecture/project.ts';

const environment = {
  SLUICE_VERSION: '0.1.0', SLUICE_EVENTS_TABLE: 'events', SLUICE_STATE_TABLE: 'state', SLUICE_BUS: 'sluice', SLUICE_BLOBS_BUCKET: 'blobs', SLUICE_MASTER_KEY_PARAMETER: '/sluice/master-key',
  SLUICE_MACHINE_ARN_PREFIX: 'arn:aws:states:eu-central-1:123456789012:stateMachine:sluice-', SLUICE_TIMERS_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/sluice-timers',
  SLUICE_TIMERS_QUEUE_ARN: 'arn:aws:sqs:eu-central-1:123456789012:sluice-timers', SLUICE_SCHEDULE_GROUP: 'sluice', SLUICE_SCHEDULER_ROLE_ARN: 'arn:aws:iam::123456789012:role/scheduler',
  SLUICE_STREAM_URL: 'wss://abc.execute-api.eu-central-1.amazonaws.com/stream', SLUICE_CONNECTIONS_ENDPOINT: 'https://abc.execute-api.eu-central-1.amazonaws.com/stream',
};

describe('the environment of functions', () => {
  it('names an emulator only where there is one', () => {
    expect(functionEnvironment.parse(environment).AWS_ENDPOINT_URL).toBeUndefined();
    expect(functionEnvironment.parse({ ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }).AWS_ENDPOINT_URL).toBe('http://127.0.0.1:4566');
    expect(serviceEnvironment.safeParse({ AWS_ENDPOINT_URL: 'somewhere' }).success).toBe(false);
  });

  it('has calls traced unless it says that they are not', () => {
    expect(['true', 'false', undefined].map((given) => tracingEnvironment.parse({ POWERTOOLS_TRACE_ENABLED: given }).POWERTOOLS_TRACE_ENABLED)).toEqual(['true', 'false', 'true']);
    expect(tracingEnvironment.safeParse({ POWERTOOLS_TRACE_ENABLED: 'perhaps' }).success).toBe(false);
  });

  it('is read by its schemas alone', () => {
    const sources = projectFiles().filter((path) => /^(functions|shared)\/.*\.ts$/.test(path));
    expect(sources.length).toBeGreaterThan(100);
    const beside = sources.flatMap((path) => readProjectFile(path).split('\n').filter((line) => line.includes('process.env') && !/\w\.parse\(process\.env\)/.test(line)).map((line) => `${path}: ${line.trim()}`));
    expect(beside).toEqual([]);
  });
});
