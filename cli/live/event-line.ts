import * as z from 'zod';

import { harmless } from '../paint.ts';
import type { Paint } from '../paint.ts';

/** What is shown of an event; the fields that most payloads have. A newer server's event may have none of them. */
type ShownEvent = { readonly type: string; readonly at: string; readonly payload?: unknown };

const usual = z.object({
  application: z.string().optional(),
  release: z.string().optional(),
  environment: z.string().optional(),
  step: z.string().nullish(),
  verdict: z.string().optional(),
  command: z.string().optional(),
  target: z.string().optional(),
  name: z.string().optional(),
  outcome: z.string().optional(),
  passed: z.boolean().optional(),
  reason: z.string().optional(),
}).catch({});

const TYPE_WIDTH = 20;

/** One event in one line: when, what, of what, why. */
export function eventLine(event: ShownEvent, paint: Paint, subject = ''): string {
  const { application, release, environment, step, verdict, command, target, name, outcome, passed, reason } = usual.parse(event.payload ?? {});
  const about = [subject, application, release, environment, step, command?.replace(/^dep-[0-9a-z]+\//, ''), name, target, verdict, outcome, passed === undefined ? undefined : passed ? 'passed' : 'failed'].filter((one) => one !== undefined && one !== null && one !== '').join(' ');
  return harmless(`${paint('dim', event.at.slice(11, 19))}  ${paint(colourOf(event.type), event.type.padEnd(TYPE_WIDTH))}  ${about}${reason === undefined || reason === '' ? '' : `${about === '' ? '' : ': '}${reason}`}`).replaceAll('\n', ' ').trimEnd();
}

function colourOf(type: string): 'red' | 'green' | 'yellow' | 'cyan' {
  if (/Failed|Denied|Lost|Abandoned|RolledBack/.test(type)) return 'red';
  if (/Rollback|Abort|Paused/.test(type)) return 'yellow';
  return /Succeeded|Given/.test(type) ? 'green' : 'cyan';
}
