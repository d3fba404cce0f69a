import * as z from 'zod';

/** How much functions log. */
export const logLevel = z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be one of DEBUG, INFO, WARN, ERROR');
export type LogLevel = z.infer<typeof logLevel>;

const name = z.string().min(1).max(256);
const arn = z.string().regex(/^arn:[a-z-]+:[a-z0-9-]+:/, 'must be an ARN');

/** Where the SDK finds all services, if not at AWS: the address of an emulator. The SDK reads it too. */
export const serviceEnvironment = z.object({ AWS_ENDPOINT_URL: z.url().optional() });

/** Whether calls are traced, which they are unless it is said that they are not; Powertools reads it too, and by the same default. */
export const tracingEnvironment = z.object({ POWERTOOLS_TRACE_ENABLED: z.enum(['true', 'false']).default('true') });

/**
 * The environment of every function on AWS, parsed once at its start. It names resources and holds no secret; which of them a function may use is
 * told by its grants.
 */
export const functionEnvironment = z.object({
  /** The version of this software. */
  SLUICE_VERSION: name,
  SLUICE_EVENTS_TABLE: name,
  SLUICE_STATE_TABLE: name,
  SLUICE_BUS: name,
  SLUICE_BLOBS_BUCKET: name,
  SLUICE_MASTER_KEY_PARAMETER: name,
  /** What the ARN of each state machine begins with; its name in our table follows. */
  SLUICE_MACHINE_ARN_PREFIX: arn,
  SLUICE_TIMERS_QUEUE_URL: z.url(),
  SLUICE_TIMERS_QUEUE_ARN: arn,
  SLUICE_SCHEDULE_GROUP: name,
  SLUICE_SCHEDULER_ROLE_ARN: arn,
  /** Where clients open WebSockets. */
  SLUICE_STREAM_URL: z.url(),
  /** Where messages to open WebSockets are posted. */
  SLUICE_CONNECTIONS_ENDPOINT: z.url(),
  SLUICE_LOG_LEVEL: logLevel.default('INFO'),
  ...serviceEnvironment.shape,
});

export type FunctionEnvironment = z.infer<typeof functionEnvironment>;

/** The environment of the function that makes the first keys, beside that of every function. */
export const firstKeysEnvironment = z.object({
  SLUICE_OPERATOR_KEY_PARAMETER: name,
  /** The customer key that encrypts both parameters; without one the account's own key for parameters does. */
  SLUICE_ENCRYPTION_KEY_ARN: arn.optional(),
});

/** What usage keys begin with; not given where the gateway cannot throttle by them. Also the authorizer's, beside that of every function. */
export const usageKeyEnvironment = z.object({ SLUICE_USAGE_KEY_PREFIX: name.optional() });

/** The environment of the function that gives tenants throttles of their own. */
export const throttleEnvironment = functionEnvironment.pick({ SLUICE_STATE_TABLE: true }).extend({ SLUICE_USAGE_KEY_PREFIX: name, SLUICE_USAGE_PLAN: name, SLUICE_USAGE_API: name });

/** All of them: together they name every variable that some function reads. */
export const functionEnvironments = [functionEnvironment, firstKeysEnvironment, usageKeyEnvironment, throttleEnvironment, tracingEnvironment] as const;
