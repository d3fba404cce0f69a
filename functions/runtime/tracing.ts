import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';

/** The middleware that puts a trace around a handler. Answers are never part of it: they may hold what no trace may have. */
export const tracing = () => captureLambdaHandler(new Tracer(), { captureResponse: false });
