import { readFileSync } from 'node:fs';

import * as z from 'zod';

const interval = z.union([z.literal('unchecked'), z.tuple([z.number().nullable(), z.number().nullable()])]);
const numbers = z.record(z.string(), z.number());
const expected = z.object({
  verdict: z.string(), look: z.int(),
  looks: z.array(z.object({ look: z.int(), logEvidence: z.object({ fail: z.number(), pass: numbers, metrics: numbers }), ratio: z.record(z.string(), interval) })),
});
const golden = z.object({ madeBy: z.string(), cases: z.array(z.object({ name: z.string(), file: z.unknown(), expected })) });

/** The golden values of the judge, which `judge.py` beside this file has written: another language, another arithmetic, another way of summing. */
export function readGolden(): z.infer<typeof golden> {
  return golden.parse(JSON.parse(readFileSync(new URL('judge.json', import.meta.url), 'utf8')));
}
