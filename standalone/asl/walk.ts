import type { Path } from './diagnostics.ts';
import type { State, States } from './machine.ts';

/** A set of states that runs as one: the machine, a branch or an item processor. `around` is the block that holds it. */
export type Block = { readonly path: Path; readonly StartAt: string; readonly States: States; readonly around?: Block };

/** All blocks of a machine, each before those inside it. */
export function* blocksOf(block: Block): Generator<Block> {
  yield block;
  for (const { state, path } of statesOf(block)) {
    if (state.Type === 'Map') yield* blocksOf({ ...state.ItemProcessor, path: [...path, 'ItemProcessor'], around: block });
    if (state.Type !== 'Parallel') continue;
    for (const [index, branch] of state.Branches.entries()) {
      yield* blocksOf({ ...branch, path: [...path, 'Branches', index], around: block });
    }
  }
}

/** The states of a block, with their places. */
export function statesOf(block: Block): readonly { readonly name: string; readonly state: State; readonly path: Path }[] {
  return Object.entries(block.States).map(([name, state]) => ({ name, state, path: [...block.path, 'States', name] }));
}

/** Where a state can go, with the place of the field that says so. */
export function transitionsOf(state: State, path: Path): readonly { readonly target: string; readonly path: Path }[] {
  const found: { readonly target: string; readonly path: Path }[] = [];
  if ('Next' in state && state.Next !== undefined) found.push({ target: state.Next, path: [...path, 'Next'] });
  if (state.Type === 'Choice') {
    state.Choices.forEach((rule, index) => found.push({ target: rule.Next, path: [...path, 'Choices', index, 'Next'] }));
    if (state.Default !== undefined) found.push({ target: state.Default, path: [...path, 'Default'] });
  }
  if ('Catch' in state) {
    state.Catch?.forEach((catcher, index) => found.push({ target: catcher.Next, path: [...path, 'Catch', index, 'Next'] }));
  }
  return found;
}
