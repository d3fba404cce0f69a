import { locationOf, schemaDiagnostic, type Diagnostic } from './diagnostics.ts';
import type { State } from './machine.ts';
import { blocksOf, statesOf, transitionsOf, type Block } from './walk.ts';

/**
 * Checks where states lead: every target exists in the same block, every state can be reached, every state has a way on,
 * and the machine has an end. A machine without an end is not searched for states out of reach, as AWS does not.
 */
export function checkGraph(machine: Block): readonly Diagnostic[] {
  const blocks = [...blocksOf(machine)];
  const endless = !statesOf(machine).some(({ state }) => isTerminal(state));
  return [
    ...blocks.flatMap(checkFlow),
    ...blocks.flatMap(checkTargets),
    ...(endless ? [{ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state' }] : blocks.flatMap(checkReachable)),
  ];
}

function isTerminal(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);
}

/** A state that is no Choice, Succeed or Fail says exactly one of Next and End. */
function checkFlow(block: Block): readonly Diagnostic[] {
  return statesOf(block).flatMap(({ state, path }) => {
    if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return [];
    const ends = state.End === true;
    if (ends && state.Next !== undefined) return [schemaDiagnostic("The fields 'Next' and 'End' exclude each other", path)];
    return ends || state.Next !== undefined ? [] : [schemaDiagnostic('One of these fields is required: [Next, End]', path)];
  });
}

function checkTargets(block: Block): readonly Diagnostic[] {
  const start = { target: block.StartAt, path: [...block.path, 'StartAt'] };
  return [start, ...statesOf(block).flatMap(({ state, path }) => transitionsOf(state, path))]
    .filter(({ target }) => !Object.hasOwn(block.States, target))
    .map(({ target, path }) => ({ code: 'MISSING_TRANSITION_TARGET', message: `Missing 'Next' target: ${target}`, location: locationOf(path) }));
}

function checkReachable(block: Block): readonly Diagnostic[] {
  const reached = new Set<string>();
  const open = [block.StartAt];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const state = Object.hasOwn(block.States, next) ? block.States[next] : undefined;
    if (state === undefined || reached.has(next)) continue;
    reached.add(next);
    open.push(...transitionsOf(state, []).map(({ target }) => target));
  }
  return statesOf(block)
    .filter(({ name }) => !reached.has(name))
    .map(({ name, path }) => ({ code: 'MISSING_TRANSITION_TARGET', message: `State "${name}" is not reachable.`, location: locationOf(path) }));
}
