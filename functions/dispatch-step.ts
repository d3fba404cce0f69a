import { taskFunction } from './runtime/task.ts';

export const handler = taskFunction('dispatch-step');
