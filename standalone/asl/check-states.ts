import { locationOf, schemaDiagnostic, type Diagnostic, type Path } from './diagnostics.ts';
import type { Catcher, MapState, Retrier, State, TaskState, WaitState } from './machine.ts';
import { isWaitForCallback, isWaitForJob } from './resources.ts';

/** STANDARD machines run up to a year and can wait for callbacks, EXPRESS ones cannot. */
export type MachineType = 'STANDARD' | 'EXPRESS';

/** The calls of the services that Step Functions serves in a way of its own, for those that we know whole. */
const SERVICE_CALLS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['dynamodb', new Set(['getItem', 'putItem', 'deleteItem', 'updateItem'])],
  ['events', new Set(['putEvents'])],
  ['lambda', new Set(['invoke'])],
  ['sns', new Set(['publish'])],
  ['sqs', new Set(['sendMessage'])],
  ['states', new Set(['startExecution'])],
]);

/** Checks what the fields of one state must have to do with each other. */
export function checkState(state: State, path: Path, type: MachineType): readonly Diagnostic[] {
  switch (state.Type) {
    case 'Task':
      return [...checkTask(state, path, type), ...checkGuards(state, path)];
    case 'Wait':
      return checkWait(state, path);
    case 'Map':
      return [...checkMap(state, path), ...checkGuards(state, path)];
    case 'Parallel':
      return checkGuards(state, path);
    case 'Choice':
    case 'Pass':
    case 'Succeed':
    case 'Fail':
      return [];
  }
}

function checkTask(state: TaskState, path: Path, type: MachineType): readonly Diagnostic[] {
  const found = [...checkResource(state.Resource, path, type)];
  if (state.Credentials !== undefined && state.Credentials.RoleArn === undefined) {
    found.push(schemaDiagnostic("The field 'RoleArn' is required but was missing", [...path, 'Credentials']));
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    found.push(schemaDiagnostic('HeartbeatSeconds must be smaller than TimeoutSeconds', [...path, 'HeartbeatSeconds']));
  }
  return found;
}

function checkResource(resource: string, path: Path, type: MachineType): readonly Diagnostic[] {
  const here = [...path, 'Resource'];
  const [, service = '', call = ''] = /^arn:[^:]*:states:::([a-z0-9-]+):([A-Za-z]+)(?:[.:].*)?$/.exec(resource) ?? [];
  if (!resource.startsWith('arn:') || SERVICE_CALLS.get(service)?.has(call) === false) {
    const advice = 'The value is not a valid resource ARN, or the resource is not available in this region.';
    return [schemaDiagnostic(`The resource provided ${resource} is not recognized. ${advice}`, here)];
  }
  if (type === 'STANDARD') return [];
  if (isWaitForJob(resource)) return [schemaDiagnostic("Express state machine does not support '.sync' service integration", here)];
  if (isWaitForCallback(resource)) return [schemaDiagnostic("Express state machine does not support '.waitForTaskToken' service integration", here)];
  return [];
}

function checkWait(state: WaitState, path: Path): readonly Diagnostic[] {
  const given = [state.Seconds, state.Timestamp].filter((value) => value !== undefined).length;
  if (given === 1) return [];
  return [schemaDiagnostic(`A Wait state must have exactly one of [Seconds, Timestamp], but has ${given}`, path)];
}

function checkMap(state: MapState, path: Path): readonly Diagnostic[] {
  if (state.ItemProcessor.ProcessorConfig?.Mode !== 'DISTRIBUTED') return [];
  return [{ code: 'UNSUPPORTED_MAP_MODE', message: 'A Map in the mode DISTRIBUTED is not supported here, only INLINE', location: locationOf([...path, 'ItemProcessor', 'ProcessorConfig', 'Mode']) }];
}

type Guarded = { readonly Retry?: readonly Retrier[] | undefined; readonly Catch?: readonly Catcher[] | undefined };

/** States.ALL stands alone, and at the end, as nothing after it could ever answer. */
function checkGuards(state: Guarded, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const lists = [['Retry', state.Retry ?? []], ['Catch', state.Catch ?? []]] as const;
  for (const [field, list] of lists) {
    list.forEach(({ ErrorEquals }, index) => {
      if (!ErrorEquals.includes('States.ALL') || (ErrorEquals.length === 1 && index === list.length - 1)) return;
      found.push(schemaDiagnostic('States.ALL must appear alone and at end of list', [...path, field, index, 'ErrorEquals']));
    });
  }
  state.Retry?.forEach((retrier, index) => {
    if (retrier.MaxDelaySeconds === undefined || retrier.MaxDelaySeconds > (retrier.IntervalSeconds ?? 1)) return;
    found.push(schemaDiagnostic('MaxDelaySeconds must be greater than IntervalSeconds', [...path, 'Retry', index, 'MaxDelaySeconds']));
  });
  return found;
}
