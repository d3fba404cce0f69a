import { readFileSync } from 'node:fs';

import * as z from 'zod';

import { logLevel } from '#contracts/function-environment';

import { DEFAULT_NAME, installationName } from './installation-name.ts';
import { perSecond } from './per-second.ts';

/** How long CloudWatch can be told to keep logs, in days; of these, what makes sense here. */
const LOG_RETENTION_DAYS = [1, 7, 14, 30, 90, 180, 365, 731] as const;

/** What comes behind region and account in the ARNs of other people's resources. */
const arn = (service: string, rest: string) => z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${rest}$`), `must be an ARN as arn:aws:${service}:REGION:ACCOUNT:${rest.replaceAll(/\[.*?\]\+/g, '…')}`);

const host = z.string().regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'must be a host name, as sluice.example.com');

const settings = z.strictObject({
  /** What the names of the stack and of all that is in it begin with. */
  name: installationName.default(DEFAULT_NAME),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS, `must be one of ${LOG_RETENTION_DAYS.join(', ')}`).default(30),
  logLevel: logLevel.default('INFO'),
  /** Whether each call is traced by X-Ray, which takes 5 USD for a million calls beyond the first hundred thousand of a month. */
  tracing: z.boolean('must be true or false').default(false),
  /** Where alarms are mailed. */
  alarmMail: z.email('must be a mail address').optional(),
  /** The ARN of a customer key, which costs 1 USD a month; without one AWS-owned keys are used. */
  encryptionKeyArn: arn('kms', 'key/[a-z0-9-]+').optional(),
  /** The hosts under which the HTTP API and the WebSocket API are reached, and the ARN of a certificate for both. */
  domain: z.strictObject({
    host,
    streamHost: host.optional(),
    certificateArn: arn('acm', 'certificate/[a-z0-9-]+'),
  }).optional(),
  /** The ARN of a regional WAF web ACL that stands before the HTTP API. */
  webAclArn: arn('wafv2', 'regional/webacl/[A-Za-z0-9_-]+/[a-z0-9-]+').optional(),
  /** How many calls of the API's function are reserved for it, out of those that the account may have at once. */
  apiConcurrency: z.int('must be a whole number').min(1, 'must be at least 1').optional(),
  /** How many requests a second, and how many messages on WebSockets, are let in for all tenants together. */
  requestsPerSecond: perSecond.optional(),
  /** Whether tables and bucket go when the stack goes. */
  removeDataWithStack: z.boolean('must be true or false').default(false),
  /** The address of an emulator that it goes onto, which lacks some resource types. */
  emulator: z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' }).optional(),
});

/** What the settings file chooses; docs/aws.md lists it. */
export type Settings = z.output<typeof settings>;

/** The context under which the settings' file can be given: `-c sluice:settings=FILE`. The variable SLUICE_CDK_SETTINGS does the same. */
export const SETTINGS_CONTEXT = 'sluice:settings';

/** Reads the settings of a file; without one everything has its default. @throws Error that names each field, the rule that it breaks, and its value */
export function readSettings(file: string | undefined): Settings {
  return parseSettings(file === undefined ? {} : parseFile(file), file ?? 'the defaults');
}

/** Checks settings. `from` is where they stand, for the error. @throws Error that names each field, the rule that it breaks, and its value */
export function parseSettings(given: unknown, from: string): Settings {
  const parsed = settings.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new Error(`the settings in ${from} do not fit:\n${parsed.error.issues.flatMap(problems).map((problem) => `  ${problem}`).join('\n')}`);
}

function parseFile(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the settings in ${file} are not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function problems(issue: z.core.$ZodIssue): readonly string[] {
  const path = issue.path.join('.');
  const below = path === '' ? '' : `${path}.`;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${below}${key}: must not be there; known are ${known(path)}`);
  return [`${path === '' ? 'the whole' : path}: ${issue.input === undefined ? 'must be there' : issue.message}${issue.input === undefined ? '' : `, not ${JSON.stringify(issue.input)}`}`];
}

function known(path: string): string {
  return Object.keys(path === 'domain' ? settings.shape.domain.unwrap().shape : settings.shape).join(', ');
}
