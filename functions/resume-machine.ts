import { consumerFunction } from './runtime/consumer.ts';

export const handler = consumerFunction('resume-machine');
