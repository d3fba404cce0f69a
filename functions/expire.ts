import { scheduleFunction } from './runtime/schedule.ts';

export const handler = scheduleFunction('expire');
