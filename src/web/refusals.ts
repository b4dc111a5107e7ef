/** What stands before an answer: a method that a path does not know, a write that nobody may make. */
import type { RequestHandler } from 'express';
import { sendProblem } from './problem-document.ts';
import { judgeWrite, type WriteRules } from './write-rules.ts';

export const only =
  (allowed: string): RequestHandler =>
  (_req, res) => {
    res.set('allow', allowed);
    sendProblem(res, 405, `Only ${allowed} is answered here.`);
  };

/** Lets the writer pass, and leaves in `res.locals.by` for the log who it was. */
export const mayWrite =
  (rules: WriteRules): RequestHandler =>
  (req, res, next) => {
    const { authorization, host, origin } = req.headers;
    const remoteAddress = req.socket.remoteAddress ?? '';
    const verdict = judgeWrite({ authorization, host, origin, remoteAddress }, rules);
    if (verdict.allowed) {
      res.locals.by = `${verdict.by}, ${remoteAddress}`;
      next();
      return;
    }
    if (verdict.status === 401) res.set('www-authenticate', 'Bearer realm="busbar"');
    sendProblem(res, verdict.status, verdict.detail);
  };
