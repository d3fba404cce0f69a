import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';

import { tracingEnvironment } from '#contracts/function-environment';

import { logger, metrics } from './logger.ts';

/** A function's entry as Lambda calls it. */
export type Handler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

/** What traces calls is loaded only where calls are traced: it is a quarter of a cold start. */
const tracing = tracingEnvironment.parse(process.env).POWERTOOLS_TRACE_ENABLED === 'false' ? [] : [(await import('./tracing.ts')).tracing()];

/** Puts log context, metrics and a trace around a handler. Events are never logged: they may hold what no log may have. */
export function around<Event, Answer>(handler: (event: Event) => Promise<Answer>) {
  return middy<Event, Answer>()
    .use([injectLambdaContext(logger, { clearState: true, logEvent: false }), logMetrics(metrics), ...tracing])
    .handler(async (event: Event) => await handler(event));
}

/** Puts what lines of this call have in common into the log: which tenant and which trace. */
export function logAbout(about: { readonly tenant: string | undefined; readonly traceId?: string; readonly deployment?: string }): void {
  logger.appendKeys({ ...about });
}
