/** Headers on every answer: the page loads nothing from elsewhere and nobody frames it. */
import type { RequestHandler } from 'express';

/** @param worldPort the page of a demo asks its world there, whatever name it was opened by */
const contentSecurityPolicy = (worldPort: number | null): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${worldPort === null ? '' : ` http://*:${worldPort}`}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

export function safeHeaders(worldPort: number | null): RequestHandler {
  const headers = { 'content-security-policy': contentSecurityPolicy(worldPort), ...HEADERS };
  return (_req, res, next) => {
    res.set(headers);
    next();
  };
}

/** Figures are of this instant only. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store');
  next();
};
