import { Duration } from 'aws-cdk-lib';
import { Architecture, Code, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';

import type { FunctionDescription, FunctionName, TenantFunctionName } from '#contracts/function-table';

import { bundleOf } from './bundles.ts';

/** What differs between functions beside what their table says. */
type Differing = { readonly namespace: string; readonly tracing: boolean; readonly environment?: { readonly [variable: string]: string } };

/** How every function of ours is run by Lambda: its bundle, on one runtime and architecture, within the bounds of its table, with logs as JSON. */
export function functionSettings(name: FunctionName | TenantFunctionName, { memoryMebibytes, timeoutSeconds }: Pick<FunctionDescription, 'memoryMebibytes' | 'timeoutSeconds'>, { namespace, tracing, environment }: Differing) {
  return {
    code: Code.fromAsset(bundleOf(name)), handler: 'index.handler', runtime: Runtime.NODEJS_24_X, architecture: Architecture.ARM_64,
    memorySize: memoryMebibytes, timeout: Duration.seconds(timeoutSeconds), loggingFormat: LoggingFormat.JSON,
    environment: { ...environment, NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: namespace, POWERTOOLS_TRACE_ENABLED: String(tracing) },
  } satisfies FunctionProps;
}
