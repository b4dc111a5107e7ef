/** The paths of adoption: the window, who waits, and a charger that becomes part of the site or leaves it. */
import express, { type Express, type Request, type Response } from 'express';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Problem } from '#base/problem.ts';
import type { AdoptionShown } from './adoption-view.ts';
import { sendProblem } from './problem-document.ts';
import { mayWrite, only } from './refusals.ts';
import type { AdoptionView, SiteView } from './site-view.ts';
import type { WriteRules } from './write-rules.ts';

/** What came of adopting one, or of taking it out. */
export type AdoptionAnswer =
  | { readonly kind: 'done'; readonly notes: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | { readonly kind: 'conflict' | 'unknown'; readonly why: string }
  | { readonly kind: 'unstored'; readonly detail: string };

/** What the room needs of adoption; the gateway hands it in. */
export type AdoptionDesk = {
  openWindow(): void;
  closeWindow(): void;
  shown(): AdoptionShown;
  adopt(identity: string, body: unknown): Promise<AdoptionAnswer>;
  remove(identity: string): Promise<AdoptionAnswer>;
};

export type AdoptionRoutes = {
  readonly log: Log;
  readonly clock: Clock;
  readonly rules: WriteRules;
  readonly adoption: AdoptionDesk;
  view(): SiteView;
};

/** An entry of the site file with eight named sockets is a tenth of it. */
const MAX_BODY_BYTES = 16 * 1024;

const ADOPTION = '/api/v1/adoption';
const WINDOW = `${ADOPTION}/window`;
const CHARGER = `${ADOPTION}/chargers/:identity`;

export function adoptionRoutes(app: Express, routes: AdoptionRoutes): void {
  const guard = mayWrite(routes.rules);
  const seen = (): AdoptionView => routes.view().adoption;
  app.get(ADOPTION, (_req, res) => void res.json(seen()));
  app.all(ADOPTION, only('GET, HEAD'));
  app.put(WINDOW, guard, (_req, res) => {
    routes.adoption.openWindow();
    told(routes, res, 'a person opened the adoption window', {});
    res.json(seen());
  });
  app.delete(WINDOW, guard, (_req, res) => {
    routes.adoption.closeWindow();
    told(routes, res, 'a person closed the adoption window', {});
    res.status(204).end();
  });
  app.all(WINDOW, only('PUT, DELETE'));
  app.put(CHARGER, guard, express.json({ limit: MAX_BODY_BYTES, strict: false }), (req, res) =>
    adopt(routes, req, res),
  );
  app.delete(CHARGER, guard, (req, res) => remove(routes, req, res));
  app.all(CHARGER, only('PUT, DELETE'));
}

/** Everybody who changes what is part of the site stands in the log. */
function told({ log, clock }: AdoptionRoutes, res: Response, what: string, fields: Record<string, unknown>): void {
  log.warn(what, { ...fields, by: String(res.locals.by), at: new Date(clock.wallMs()).toISOString() });
}

const identityOf = (req: Request): string => String(req.params.identity);

async function adopt(routes: AdoptionRoutes, req: Request, res: Response): Promise<void> {
  if (!req.is('application/json')) {
    sendProblem(res, 415, 'Send what is known of the charger as application/json.');
    return;
  }
  const charger = identityOf(req);
  const answer = await routes.adoption.adopt(charger, req.body);
  if (answer.kind === 'done') {
    told(routes, res, 'a person adopted a charger', { charger });
    res.json({ notes: answer.notes });
  } else refuse(answer, res);
}

async function remove(routes: AdoptionRoutes, req: Request, res: Response): Promise<void> {
  const charger = identityOf(req);
  const answer = await routes.adoption.remove(charger);
  if (answer.kind === 'done') {
    told(routes, res, 'a person took a charger out', { charger });
    res.status(204).end();
  } else refuse(answer, res);
}

function refuse(answer: Exclude<AdoptionAnswer, { kind: 'done' }>, res: Response): void {
  switch (answer.kind) {
    case 'problems': {
      const { problems } = answer;
      sendProblem(res, 422, `${problems.length} to mend; nothing was changed.`, { problems });
      break;
    }
    case 'conflict':
      sendProblem(res, 409, answer.why);
      break;
    case 'unknown':
      sendProblem(res, 404, answer.why);
      break;
    case 'unstored':
      sendProblem(res, 503, `It could not be written down, so nothing was changed: ${answer.detail}`);
  }
}
