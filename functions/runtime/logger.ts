import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** One of each per function; level, service and namespace come from the environment, as Powertools defines it. */
export const logger = new Logger();
export const metrics = new Metrics();
export const tracer = new Tracer();
