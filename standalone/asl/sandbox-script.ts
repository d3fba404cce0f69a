/**
 * What runs inside the sandbox, beside the JSONata library: the clock and the chance of the host, the functions that
 * Step Functions adds, and two entry points. It is text because it must belong to the sandbox's own realm: only promises
 * made there are drained before the sandbox's time is up. User text never becomes part of it.
 *
 * Nothing but text and numbers crosses its border, in either direction: an object of the process could be changed by an
 * expression (JSONata's transform operator changes what it finds), and its prototypes lead to all the process can do. So
 * `job` and `answer` are JSON texts, and `call(name, arguments)` takes and gives such. The script's value is the function
 * that is handed `call`, `random` and, as JSON text, the signatures of the host's functions by name.
 */
export const SANDBOX_SCRIPT = `'use strict';
((call, random, signatures) => {
  let now = 0;
  const SystemDate = Date;
  globalThis.Date = class extends SystemDate {
    constructor(...parts) { if (parts.length === 0) super(now); else super(...parts); }
    static now() { return now; }
  };
  Math.random = () => random();

  const isFunction = (value) => typeof value === 'function'
    || (typeof value === 'object' && value !== null && (value._jsonata_function === true || value._jsonata_lambda === true));
  const toText = (value) => JSON.stringify(value, (key, item) => {
    if (isFunction(item)) throw { unsupported: true };
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  });
  const askHost = (name, parts) => {
    const { value, fault } = JSON.parse(call(name, toText(parts)));
    if (fault === undefined) return value;
    throw Object.assign(new Error(fault.message), fault.code === undefined ? {} : { code: fault.code });
  };

  const compiled = new Map();
  const compile = (text, limits) => {
    let expression = compiled.get(text);
    if (expression === undefined) {
      expression = jsonata(text, limits);
      expression.assign('eval', undefined);
      for (const [name, signature] of Object.entries(JSON.parse(signatures))) {
        expression.registerFunction(name, (...parts) => askHost(name, parts), signature);
      }
      if (compiled.size >= 1000) compiled.clear();
      compiled.set(text, expression);
    }
    return expression;
  };
  const give = (text) => { globalThis.answer = text; };
  const refusal = (error) => {
    if (error && error.unsupported) return '{"outcome":"unsupported"}';
    const code = typeof error?.code === 'string' ? error.code : undefined;
    return JSON.stringify({ outcome: 'failed', code, message: typeof error?.message === 'string' ? error.message : String(error) });
  };
  const outcome = (value) => (value === undefined ? '{"outcome":"undefined"}' : '{"outcome":"value","value":' + toText(value) + '}');
  const evaluateOne = async (text, job) => {
    try {
      return outcome(await compile(text, job.limits).evaluate(undefined, job.bindings));
    } catch (error) {
      return refusal(error);
    }
  };

  globalThis.evaluate = async () => {
    const job = JSON.parse(globalThis.job);
    now = job.now;
    const answers = [];
    for (const text of job.expressions) answers.push(await evaluateOne(text, job));
    give('[' + answers.join(',') + ']');
  };

  const WITHOUT = new Set(['ancestor', 'seekingParent', 'slot', 'signature', 'tuple', 'focus', 'index', 'environment']);
  globalThis.parse = () => {
    try {
      const tree = JSON.stringify(jsonata(JSON.parse(globalThis.job).expressions[0]).ast(), (key, item) => WITHOUT.has(key) ? undefined : item);
      give('[{"outcome":"value","value":' + tree + '}]');
    } catch (error) { give('[' + refusal(error) + ']'); }
  };
});
`;
