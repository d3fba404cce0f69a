/**
 * What runs inside the sandbox, beside the JSONata library: the clock and the chance of the host, the functions that
 * Step Functions adds, and one entry point. It is text because it must belong to the sandbox's own realm: only promises
 * made there are drained before the sandbox's time is up. User text never becomes part of it.
 *
 * `host` is { now, random, functions: { name: { signature, call } } }; `evaluate` leaves its answer in `job`.
 */
export const SANDBOX_SCRIPT = `'use strict';
(() => {
  const SystemDate = Date;
  globalThis.Date = class extends SystemDate {
    constructor(...parts) { if (parts.length === 0) super(host.now); else super(...parts); }
    static now() { return host.now; }
  };
  Math.random = () => host.random();

  const compiled = new Map();
  const compile = (text, limits) => {
    let expression = compiled.get(text);
    if (expression === undefined) {
      expression = jsonata(text, limits);
      expression.assign('eval', undefined);
      for (const [name, { signature, call }] of Object.entries(host.functions)) {
        expression.registerFunction(name, (...parts) => call(...parts), signature);
      }
      if (compiled.size >= 1000) compiled.clear();
      compiled.set(text, expression);
    }
    return expression;
  };
  const isFunction = (value) => typeof value === 'function'
    || (typeof value === 'object' && value !== null && (value._jsonata_function === true || value._jsonata_lambda === true));
  const toText = (value) => JSON.stringify(value, (key, item) => {
    if (isFunction(item)) throw { unsupported: true };
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  });
  const refuse = (job, error) => {
    if (error && error.unsupported) { job.outcome = 'unsupported'; return; }
    job.outcome = 'failed';
    job.code = typeof error?.code === 'string' ? error.code : undefined;
    job.message = typeof error?.message === 'string' ? error.message : String(error);
  };
  const settle = (job, value) => {
    try {
      job.text = value === undefined ? undefined : toText(value);
      job.outcome = 'value';
    } catch (error) { refuse(job, error); }
  };

  globalThis.evaluate = () => {
    const current = job;
    try {
      compile(current.expression, current.limits).evaluate(undefined, current.bindings)
        .then((value) => settle(current, value), (error) => refuse(current, error));
    } catch (error) { refuse(current, error); }
  };

  const WITHOUT = new Set(['ancestor', 'seekingParent', 'slot', 'signature', 'tuple', 'focus', 'index', 'environment']);
  globalThis.parse = () => {
    const current = job;
    try {
      current.text = JSON.stringify(jsonata(current.expression).ast(), (key, item) => WITHOUT.has(key) ? undefined : item);
      current.outcome = 'value';
    } catch (error) { refuse(current, error); }
  };
})();
`;
