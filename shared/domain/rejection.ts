/** Why a command was refused, as a value: `conflict` is a state that forbids (409), `invalid` breaks a rule (422). */
export type Rejection = { readonly kind: 'conflict' | 'invalid'; readonly code: string; readonly reason: string; readonly field?: string; readonly value?: unknown };

/** What `decide` answers: the events that follow, or why nothing follows. */
export type Decision<Event> = { readonly accepted: true; readonly events: readonly Event[] } | { readonly accepted: false; readonly rejection: Rejection };

/** Accepts with the events that follow; none means it had been done before. */
export function accept<Event>(...events: readonly Event[]): Decision<Event> {
  return { accepted: true, events };
}

/** Refuses because of the present state. */
export function conflict(code: string, reason: string): Decision<never> {
  return { accepted: false, rejection: { kind: 'conflict', code, reason } };
}

/** Refuses because a rule is broken; names the field and the value. */
export function invalid(code: string, reason: string, at: { readonly field: string; readonly value: unknown }): Decision<never> {
  return { accepted: false, rejection: { kind: 'invalid', code, reason, field: at.field, value: at.value } };
}
