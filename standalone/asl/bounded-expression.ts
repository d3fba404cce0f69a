import * as z from 'zod';

/** What is known of an expression that ends by itself. */
export type BoundedExpression = {
  /** The variables that it reads, without their dollar sign: it sees nothing else. */
  readonly variables: readonly string[];
};

// All strict: what hangs on a node beside these, as a predicate or a grouping, holds expressions of its own.
const binary = z.strictObject({ type: z.literal('binary'), value: z.enum(['=', '!=', '<', '<=', '>', '>=', 'and', 'or', '+', '-', '*', '/', '%', '&']), position: z.number(), lhs: z.unknown(), rhs: z.unknown() });
const name = z.strictObject({ type: z.literal('name'), value: z.string(), position: z.number() });
const variable = z.strictObject({ type: z.literal('variable'), value: z.string(), position: z.number() });
const literal = z.strictObject({ type: z.enum(['string', 'number', 'value']), value: z.unknown(), position: z.number() });
const path = z.strictObject({ type: z.literal('path'), steps: z.tuple([variable], name) });

const node = z.union([binary, variable, literal, path]);

/**
 * What is known of an expression by its syntax tree, if it can be told that it ends: it is made of nothing but literals, comparisons, arithmetic,
 * and paths that begin at a variable and go on by names. Each step of such a path looks at each value of the data once, so its time is that of its
 * length by the size of its data, which have their bounds. Of whatever else the tree holds nothing is known, and the answer is `undefined`.
 */
export function boundedExpression(tree: unknown): BoundedExpression | undefined {
  const variables = new Set<string>();
  const left: unknown[] = [tree];
  while (left.length > 0) {
    const { success, data } = node.safeParse(left.pop());
    if (!success) return undefined;
    switch (data.type) {
      case 'binary':
        left.push(data.lhs, data.rhs);
        break;
      case 'variable':
        variables.add(data.value);
        break;
      case 'path':
        variables.add(data.steps[0].value);
        break;
      case 'string':
      case 'number':
      case 'value':
        break;
    }
  }
  return { variables: [...variables] };
}
