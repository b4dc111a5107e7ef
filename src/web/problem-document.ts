/** Errors as RFC 9457 problem documents: every answer of ours that is not a success is one. */
import type { Response } from 'express';
import type { Problem } from '#base/problem.ts';

/** Members beyond title and status, as RFC 9457 §3.2 allows. */
export type ProblemExtras = {
  /** Everything that is wrong with a body. */
  readonly problems?: readonly Problem[];
  /** Why the site is not ready. */
  readonly reasons?: readonly string[];
};

const TITLES = {
  400: 'Not understood',
  401: 'Token required',
  403: 'Refused',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Not now',
  413: 'Too large',
  415: 'Wrong media type',
  422: 'Problems in the body',
  500: 'Failure',
  503: 'Not available',
} as const;

export type ProblemStatus = keyof typeof TITLES;

export const isProblemStatus = (status: number): status is ProblemStatus => status in TITLES;

/** Ends the response with a problem document; `detail` is one sentence for the person at the other end. */
export function sendProblem(res: Response, status: ProblemStatus, detail: string, extras: ProblemExtras = {}): void {
  res.status(status);
  res.type('application/problem+json');
  res.send(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail, ...extras }));
}
