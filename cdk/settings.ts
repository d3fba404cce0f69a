import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as z from 'zod';

/** What `sluice.config.json`, or the file that SLUICE_CDK_SETTINGS names, chooses. */
const settings = z.strictObject({
  /** What names begin with. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be 1 to 20 lower-case letters, digits and dashes, beginning with a letter').default('sluice'),
  logRetentionDays: z.union([z.literal(1), z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)]).default(30),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** Where alarms are mailed. */
  alarmMail: z.email().optional(),
  /** The ARN of a customer key; without one AWS-owned keys are used. */
  encryptionKeyArn: z.string().startsWith('arn:').optional(),
  removeDataWithStack: z.boolean().default(false),
  /** The address of an emulator that it goes onto. */
  emulator: z.url().optional(),
});

export type Settings = z.output<typeof settings> & { readonly version: string };

/** Reads the settings. @throws with field and rule when they do not fit */
export function readSettings(): Settings {
  const root = join(import.meta.dirname, '..');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const file = process.env['SLUICE_CDK_SETTINGS'];
  const parsed = settings.safeParse(file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`the settings do not fit: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
  return { ...parsed.data, version };
}
