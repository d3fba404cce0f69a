import * as z from 'zod';

/** Calls an action of a service that speaks JSON, without its SDK: an emulator asks for no signature that is right. */
export async function callAws(emulator: string, target: string, input: object): Promise<unknown> {
  const service = target.split('.')[0] ?? '';
  const scope = service.startsWith('AWSStepFunctions') ? 'states' : 'logs';
  const answer = await fetch(emulator, {
    method: 'POST', body: JSON.stringify(input), signal: AbortSignal.timeout(30_000),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target, authorization: `AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/${scope}/aws4_request, SignedHeaders=host, Signature=0` },
  });
  if (!answer.ok) throw new Error(`${target} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}

const functions = z.object({ Functions: z.array(z.looseObject({ FunctionName: z.string(), LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).optional(), Environment: z.looseObject({ Variables: z.record(z.string(), z.string()) }).optional() })), NextMarker: z.string().nullish() });

/** A function on the emulator: its name, its environment, and where it logs. */
export type DeployedFunction = { readonly name: string; readonly variables: { readonly [name: string]: string }; readonly logGroup: string };

/** All functions whose names begin with a prefix. */
export async function deployedFunctions(emulator: string, prefix: string): Promise<readonly DeployedFunction[]> {
  const found: DeployedFunction[] = [];
  let marker = '';
  do {
    const { Functions, NextMarker } = functions.parse(await (await fetch(`${emulator}/2015-03-31/functions/?MaxItems=50${marker}`)).json());
    found.push(...Functions.filter((one) => one.FunctionName.startsWith(prefix)).map((one) => ({ name: one.FunctionName.slice(prefix.length), variables: one.Environment?.Variables ?? {}, logGroup: one.LoggingConfig?.LogGroup ?? `/aws/lambda/${one.FunctionName}` })));
    marker = typeof NextMarker === 'string' && NextMarker !== '' ? `&Marker=${encodeURIComponent(NextMarker)}` : '';
  } while (marker !== '');
  return found;
}

/** Gives a function other variables. */
export async function setVariables(emulator: string, functionName: string, variables: { readonly [name: string]: string }): Promise<void> {
  const answer = await fetch(`${emulator}/2015-03-31/functions/${functionName}/configuration`, { method: 'PUT', body: JSON.stringify({ Environment: { Variables: variables } }) });
  if (!answer.ok) throw new Error(`${functionName} was not changed: ${answer.status} ${await answer.text()}`);
}

const events = z.object({ events: z.array(z.looseObject({ message: z.string() })), nextToken: z.string().nullish() });

/** What a function did according to its log: how often it was called, for how long on this machine, what it wrote itself, and its metrics. */
export type LoggedCalls = { readonly calls: number; readonly milliseconds: number; readonly ownBytes: number; readonly metrics: readonly string[] };

const embedded = z.looseObject({ _aws: z.looseObject({ CloudWatchMetrics: z.array(z.looseObject({ Metrics: z.array(z.looseObject({ Name: z.string() })) })) }), service: z.string() });

/** Reads a log from a time on (milliseconds since 1970). */
export async function loggedCalls(emulator: string, logGroupName: string, startTime: number, endTime: number): Promise<LoggedCalls> {
  const lines: string[] = [];
  let token: string | undefined;
  do {
    const page = events.parse(await callAws(emulator, 'Logs_20140328.FilterLogEvents', { logGroupName, startTime, endTime, ...(token === undefined ? {} : { nextToken: token }) }));
    lines.push(...page.events.map(({ message }) => message));
    token = page.nextToken ?? undefined;
  } while (token !== undefined);
  const durations = lines.flatMap((line) => /^REPORT .*Billed Duration: (\d+(?:\.\d+)?) ms/.exec(line)?.[1] ?? []);
  const own = lines.filter((line) => !/^(START|END|REPORT|INIT_START) /.test(line));
  const metrics = own.flatMap((line) => {
    const parsed = line.startsWith('{') ? embedded.safeParse(JSON.parse(line)).data : undefined;
    if (parsed === undefined) return [];
    const { _aws: { CloudWatchMetrics }, service } = parsed;
    return CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => `${service}/${Name}`));
  });
  return { calls: durations.length, milliseconds: durations.reduce((total, one) => total + Math.ceil(Number(one)), 0), ownBytes: own.reduce((total, line) => total + Buffer.byteLength(line), 0), metrics: [...new Set(metrics)] };
}

const machinesOf = z.object({ stateMachines: z.array(z.looseObject({ name: z.string(), stateMachineArn: z.string() })) });
const executionsOf = z.object({ executions: z.array(z.looseObject({ executionArn: z.string(), name: z.string(), status: z.string() })) });
const historyOf = z.object({ events: z.array(z.looseObject({ type: z.string() })), nextToken: z.string().nullish() });

/** The state transitions of the executions whose name ends like this: every state that was entered. */
export async function transitionsOf(emulator: string, execution: string): Promise<number> {
  const { stateMachines } = machinesOf.parse(await callAws(emulator, 'AWSStepFunctions.ListStateMachines', {}));
  let transitions = 0;
  for (const { stateMachineArn } of stateMachines) {
    const { executions } = executionsOf.parse(await callAws(emulator, 'AWSStepFunctions.ListExecutions', { stateMachineArn }));
    for (const { executionArn } of executions.filter(({ name }) => name.endsWith(execution))) {
      let token: string | undefined;
      do {
        const page = historyOf.parse(await callAws(emulator, 'AWSStepFunctions.GetExecutionHistory', { executionArn, maxResults: 1000, ...(token === undefined ? {} : { nextToken: token }) }));
        transitions += page.events.filter(({ type }) => type.endsWith('StateEntered')).length;
        token = page.nextToken ?? undefined;
      } while (token !== undefined);
    }
  }
  return transitions;
}
