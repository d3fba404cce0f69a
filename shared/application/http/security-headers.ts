import { DOCUMENTATION_POLICY } from '#application/http/documentation-page';
import type { Route } from '#contracts/http/route';

/**
 * Headers of every answer: nothing is guessed, kept, framed or loaded. Answers are for programs; only the documentation may bring its
 * own style. Source: OWASP REST Security Cheat Sheet, "Security Headers".
 */
const always = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

const NOTHING_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The security headers of a route's answer, or of an answer without a route. */
export function securityHeaders(route: Route | undefined): { readonly [name: string]: string } {
  return { ...always, 'content-security-policy': route?.mediaType === 'text/html' ? DOCUMENTATION_POLICY : NOTHING_POLICY };
}
