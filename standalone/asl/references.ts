import { isJsonObject } from './json.ts';
import { parseExpression } from './sandbox.ts';

/**
 * What an expression says of the world around it: names read from a context item that does not exist, and the fields of
 * `$states` that it reads by name.
 */
export type References = { readonly contextNames: readonly string[]; readonly statesFields: readonly string[] };

/** A node of JSONata's syntax tree. Its form is the library's own and not documented, so nothing of it is taken for granted. */
type Node = { readonly [field: string]: unknown };

/** The fields of a node whose parts are evaluated in the context of the node itself. */
const PARTS = ['lhs', 'rhs', 'expression', 'expressions', 'arguments', 'procedure', 'body', 'condition', 'then', 'else'] as const;

/**
 * Parses an expression and finds its references. Only the first step of a path is read against the context around the
 * expression: later steps, predicates, sort terms and groupings have the values before them as their context.
 */
export function referencesOf(expression: string): { readonly references: References } | { readonly message: string } {
  const parsed = parseExpression(expression);
  if (parsed.outcome !== 'value') return { message: parsed.outcome === 'failed' ? parsed.message : 'The expression has no syntax tree' };
  const operator = laterOperator(expression, parsed.value);
  if (operator !== undefined) return { message: `The symbol "${operator}" cannot be used as a unary operator` };
  const contextNames = new Set<string>();
  const statesFields = new Set<string>();
  for (const node of nodesIn(parsed.value, partsOf)) {
    readName(node, contextNames);
    readStatesField(node, statesFields);
  }
  return { references: { contextNames: [...contextNames], statesFields: [...statesFields] } };
}

/** A node and all below it that `parts` leads to. It needs no more stack for a deep tree than for a flat one. */
function* nodesIn(root: unknown, parts: (node: Node) => readonly unknown[]): Generator<Node> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) open.push(...next);
    if (!isJsonObject(next)) continue;
    yield next;
    open.push(...parts(next));
  }
}

/**
 * The operators ?? and ?: came after the version of JSONata that Step Functions has, 2.0.6, to which they are a question
 * mark and a second symbol that means nothing there. A node's position is the end of its operator.
 */
function laterOperator(expression: string, root: unknown): string | undefined {
  for (const { type, position } of nodesIn(root, Object.values)) {
    const end = Number(position);
    const operator = type === 'condition' ? expression.slice(end - 2, end) : '';
    if (operator === '??' || operator === '?:') return operator.charAt(1);
  }
  return undefined;
}

function readName(node: Node, names: Set<string>): void {
  if (node.type === 'name') names.add(String(node.value));
  if (node.type === 'variable' && (node.value === '' || node.value === '$')) names.add(`$${node.value}`);
}

function readStatesField(node: Node, fields: Set<string>): void {
  const [first, second] = stepsOf(node);
  if (!isJsonObject(first) || !isJsonObject(second)) return;
  if (first.type === 'variable' && first.value === 'states' && second.type === 'name') fields.add(String(second.value));
}

function partsOf(node: Node): readonly unknown[] {
  if (node.type === 'path') return stepsOf(node).slice(0, 1);
  return PARTS.filter((field) => !isDefinition(node, field)).map((field) => node[field]);
}

/** A name on the left of := is being defined, and so is every parameter of a function. */
function isDefinition(node: Node, field: (typeof PARTS)[number]): boolean {
  return (node.type === 'bind' && field === 'lhs') || (node.type === 'lambda' && field === 'arguments');
}

function stepsOf(node: Node): readonly unknown[] {
  return node.type === 'path' && Array.isArray(node.steps) ? node.steps : [];
}
