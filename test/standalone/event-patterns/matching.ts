import { compilePattern } from '#standalone/event-patterns/compile-pattern';

/** Compiles a pattern that must be valid and matches one event with it. */
export function matches(pattern: unknown, event: unknown): boolean {
  const compiled = compilePattern(pattern);
  if (compiled.outcome === 'invalid') throw new Error(compiled.reason);
  return compiled.matches(event);
}

/** The reason for which a pattern is refused, without its preamble; undefined when it is valid. */
export function refusal(pattern: unknown): string | undefined {
  const compiled = compilePattern(pattern);
  return compiled.outcome === 'invalid' ? compiled.reason.replace('Event pattern is not valid. Reason: ', '') : undefined;
}
