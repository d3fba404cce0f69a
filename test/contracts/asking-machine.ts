import { functionReference } from '#stepfunctions/fragments';
import type { State, StateMachine } from '#stepfunctions/language';

/** How long the second question waits for its answer: short, because some services really wait. */
export const BRIEF_SECONDS = 3;

/**
 * The machine that the suite of workflows runs. It asks, by the function `start-wait` with the step `ask` and a token; an answer with the
 * outcome `retry` lets it ask once more (step `ask-again`), for a few seconds only, and any other answer ends it.
 */
export const askingMachine: StateMachine = {
  Comment: 'Asks, and ends with the answer.',
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: ask('ask', 600),
    Answered: { Type: 'Choice', Choices: [{ Condition: "{% $states.input.outcome = 'retry' %}", Next: 'Ask again' }], Default: 'Done' },
    'Ask again': ask('ask-again', BRIEF_SECONDS),
    Done: { Type: 'Succeed' },
  },
};

function ask(step: string, seconds: number): State {
  const { tenant, deployment, token } = { tenant: '{% $states.context.Execution.Input.tenant %}', deployment: '{% $states.context.Execution.Input.deployment %}', token: '{% $states.context.Task.Token %}' };
  return {
    Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', TimeoutSeconds: seconds,
    Arguments: { FunctionName: functionReference('start-wait'), Payload: { tenant, deployment, step, token } }, Next: 'Answered',
  };
}
