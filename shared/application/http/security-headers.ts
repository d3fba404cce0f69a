import { DOCUMENTATION_POLICY } from '#application/http/documentation-page';
import type { Route } from '#contracts/http/route';
import { SECURITY_HEADERS } from '#contracts/http/security-headers';

/** Answers are for programs, so nothing is framed or loaded; only the documentation may bring its own style. */
const NOTHING_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The security headers of a route's answer, or of an answer without a route. */
export function securityHeaders(route: Route | undefined): { readonly [name: string]: string } {
  return { ...SECURITY_HEADERS, 'content-security-policy': route?.mediaType === 'text/html' ? DOCUMENTATION_POLICY : NOTHING_POLICY };
}
