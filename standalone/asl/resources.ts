/** How AWS's history names what happens to a task, which depends on what it calls. */
export type TaskFamily = 'Task' | 'LambdaFunction' | 'Activity';

/** The family of a resource: a Lambda function by its own ARN, an activity, or a call of a service. */
export function taskFamilyOf(resource: string): TaskFamily {
  if (/^arn:[^:]*:lambda:/.test(resource)) return 'LambdaFunction';
  return /^arn:[^:]*:states:[^:]*:[^:]*:activity:/.test(resource) ? 'Activity' : 'Task';
}

/** Whether a task ends when its token is given back, and not when the call returns. */
export function isWaitForCallback(resource: string): boolean {
  return resource.endsWith('.waitForTaskToken');
}

/** Whether a task ends when the job that it started ends. */
export function isWaitForJob(resource: string): boolean {
  return /\.sync(?::2)?$/.test(resource);
}

/** What AWS calls a task when its result is too large: the service, or the ARN of a function or an activity. */
export function subjectOf(resource: string): string {
  const [, service] = /^arn:[^:]*:states:::(?:aws-sdk:)?([a-z0-9-]+):/.exec(resource) ?? [];
  return service ?? resource;
}
