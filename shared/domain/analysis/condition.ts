/** A bound for one number, as `{op: '<', value: 1}`. */
export type Comparison = { readonly op: '<' | '<=' | '>' | '>='; readonly value: number };

/** What a metric's value must be. At least one of both; failure goes before success. */
export type Conditions = { readonly success?: Comparison | undefined; readonly failure?: Comparison | undefined };

/** What one look at a metric gave: a number, or why there is none that can be judged. */
export type Measurement =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'inconclusive'; readonly reason: string }
  | { readonly kind: 'error'; readonly reason: string };

/** What one measurement is worth. */
export type MeasurementPhase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

/** A measurement's worth with its reason in words and numbers. */
export type ClassifiedMeasurement = { readonly phase: MeasurementPhase; readonly reason: string };

/**
 * Classifies one measurement, as Argo's AnalysisRun does (`EvaluateResult` of Argo Rollouts):
 * a failure condition that holds is Failed, whatever the success condition says; a success condition that holds is Successful; where
 * both are given and neither holds, it is Inconclusive. Where only one is given, its opposite is what it does not hold for. Without
 * conditions every value is Successful. NaN holds for no condition: it fails a success condition alone, passes a failure condition
 * alone, and is Inconclusive before both.
 */
export function classifyMeasurement(measurement: Measurement, conditions: Conditions): ClassifiedMeasurement {
  if (measurement.kind === 'error') return { phase: 'Error', reason: measurement.reason };
  if (measurement.kind === 'inconclusive') return { phase: 'Inconclusive', reason: measurement.reason };
  const { value } = measurement;
  const { success, failure } = conditions;
  const said = `${inWords(value)} is`;
  if (failure !== undefined && holds(failure, value)) return { phase: 'Failed', reason: `${said} ${bound(failure)}, which is the failure condition` };
  if (success !== undefined && holds(success, value)) return { phase: 'Successful', reason: `${said} ${bound(success)}, which is the success condition` };
  if (success === undefined && failure === undefined) return { phase: 'Successful', reason: `${said} measured, and no condition is given` };
  if (success === undefined) return { phase: 'Successful', reason: `${said} not ${bound(failure)}, which would be the failure condition` };
  if (failure === undefined) return { phase: 'Failed', reason: `${said} not ${bound(success)}, which is the success condition` };
  return { phase: 'Inconclusive', reason: `${said} neither ${bound(success)} (success) nor ${bound(failure)} (failure)` };
}

/** Whether a condition holds for a value; for NaN none does. */
export function holds(condition: Comparison, value: number): boolean {
  switch (condition.op) {
    case '<': return value < condition.value;
    case '<=': return value <= condition.value;
    case '>': return value > condition.value;
    case '>=': return value >= condition.value;
  }
}

function bound(condition: Comparison | undefined): string {
  return condition === undefined ? 'bounded' : `${condition.op} ${condition.value}`;
}

/** Up to six significant digits, so that a reason stays readable. */
function inWords(value: number): string {
  return Number.isNaN(value) ? 'NaN (no number)' : String(Number(value.toPrecision(6)));
}
