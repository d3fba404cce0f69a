import type { Catcher, State, StateMachine } from '#stepfunctions/language';

type Edge = { readonly from: string; readonly to: string; readonly label: string };

/** From so many states on that fail over to the same one, a note replaces the arrows, which would hide the way of the strategy. */
const NOTE_INSTEAD_OF_ARROWS = 3;

/** Draws a machine as a Mermaid state diagram: choices as diamonds, conditions on the arrows, common ways out as a note. */
export function mermaid(machine: StateMachine): string {
  const names = Object.keys(machine.States);
  const states = names.map((name) => {
    const isChoice = machine.States[name]?.Type === 'Choice';
    return isChoice ? `  state ${id(name)} <<choice>>` : `  state "${name}" as ${id(name)}`;
  });
  const failures = catchEdges(machine);
  const isCommon = (to: string) => failures.filter((edge) => edge.to === to).length >= NOTE_INSTEAD_OF_ARROWS;
  const arrows = [...nextEdges(machine), ...failures.filter((edge) => !isCommon(edge.to))];
  return [
    'stateDiagram-v2',
    ...states,
    `  [*] --> ${id(machine.StartAt)}`,
    ...arrows.map((edge) => `  ${id(edge.from)} --> ${id(edge.to)}${edge.label === '' ? '' : ` : ${edge.label}`}`),
    ...ends(machine).map((name) => `  ${id(name)} --> [*]`),
    ...names.filter(isCommon).flatMap((to) => [`  note right of ${id(to)}`, ...note(failures.filter((edge) => edge.to === to)), '  end note']),
  ].join('\n');
}

/** Mermaid's names of states have no spaces. */
function id(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}

/** A condition as people read it: without the marks of the expression language. */
export function readableCondition(condition: string | boolean): string {
  if (typeof condition === 'boolean') return String(condition);
  return condition.replace(/^\{%\s*|\s*%\}$/g, '').replace(/\$states\.input\./g, '').replace(/[$'"]/g, '').replace(/!=/g, 'is not').replace(/=/g, 'is');
}

function nextEdges(machine: StateMachine): readonly Edge[] {
  return Object.entries(machine.States).flatMap(([from, state]) => nextOf(state).map(({ to, label }) => ({ from, to, label })));
}

function nextOf(state: State): readonly Omit<Edge, 'from'>[] {
  if (state.Type === 'Succeed' || state.Type === 'Fail') return [];
  if (state.Type !== 'Choice') return 'Next' in state ? [{ to: state.Next, label: '' }] : [];
  const choices = state.Choices.map((choice) => ({ to: choice.Next, label: readableCondition(choice.Condition) }));
  return state.Default === undefined ? choices : [...choices, { to: state.Default, label: 'otherwise' }];
}

function catchEdges(machine: StateMachine): readonly Edge[] {
  return Object.entries(machine.States).flatMap(([from, state]) => catchersOf(state).map((one) => ({ from, to: one.Next, label: one.ErrorEquals.includes('States.ALL') ? 'any failure' : one.ErrorEquals.join(', ') })));
}

function catchersOf(state: State): readonly Catcher[] {
  return 'Catch' in state ? (state.Catch ?? []) : [];
}

function ends(machine: StateMachine): readonly string[] {
  return Object.entries(machine.States).filter(([, state]) => state.Type === 'Succeed' || state.Type === 'Fail' || 'End' in state).map(([name]) => name);
}

function note(edges: readonly Edge[]): readonly string[] {
  return ['    also after any failure of', ...edges.map((edge) => `    ${edge.from}`)];
}
