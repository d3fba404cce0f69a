import type * as z from 'zod';

/** Holds a prop to its rule. @throws Error with the prop, the rule and the value */
export function refuseUnfit(rule: z.ZodType, prop: string, value: unknown): void {
  const { error } = rule.safeParse(value);
  if (error !== undefined) throw new Error(`${prop} ${error.issues.map(({ message }) => message).join(', ')}, not ${JSON.stringify(value)}`);
}
