import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** One of each per function; level, service and namespace come from the environment, as Powertools defines it. */
export const logger = new Logger();
export const metrics = new Metrics();
