/**
 * Headers of every answer of the HTTP API, whoever gives it: nothing is guessed, kept or shared. A policy of what a page may load comes on top.
 * Source: OWASP REST Security Cheat Sheet, "Security Headers".
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;
