/** What a person says of a charger: that it has no power (safety rule 9), that it may be trusted again (rule 8). */
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';
import { sendProblem } from './problem-document.ts';
import { mayWrite, only } from './refusals.ts';
import type { WriteRules } from './write-rules.ts';

export type Mark = Extract<SiteEvent, { type: 'charger-marked' }>['mark'];

export type ChargerRoutes = {
  readonly log: Log;
  readonly clock: Clock;
  readonly rules: WriteRules;
  state(): SiteState;
  mark(charger: number, mark: Mark): void;
};

const SWITCHED_OFF = '/api/v1/chargers/:identity/switched-off';
const TRUSTED = '/api/v1/chargers/:identity/trusted';

export function chargerRoutes(app: Express, routes: ChargerRoutes): void {
  const guard = mayWrite(routes.rules);
  app.put(SWITCHED_OFF, guard, withCharger(routes, switchOff));
  app.delete(SWITCHED_OFF, guard, withCharger(routes, switchOn));
  app.all(SWITCHED_OFF, only('PUT, DELETE'));
  app.put(TRUSTED, guard, withCharger(routes, trust));
  app.all(TRUSTED, only('PUT'));
}

type Asked = {
  readonly routes: ChargerRoutes;
  readonly charger: number;
  readonly req: Request;
  readonly res: Response;
};

/** Answers 404 for a charger that the configuration does not name. */
const withCharger =
  (routes: ChargerRoutes, then: (asked: Asked) => void): RequestHandler =>
  (req, res) => {
    const charger = routes.state().topology.chargers.findIndex(spec => spec.identity === req.params.identity);
    if (charger < 0) sendProblem(res, 404, 'No charger of this name is configured.');
    else then({ routes, charger, req, res });
  };

/** A charger that speaks has power: booking nothing for it would be wrong. */
function switchOff(asked: Asked): void {
  const { routes, charger, res } = asked;
  if (routes.state().chargers[charger]?.link === 'online') {
    sendProblem(res, 409, 'This charger is connected, so it has power. Switch it off at its breaker first.');
    return;
  }
  mark(asked, 'switched-off');
}

const switchOn = (asked: Asked): void => mark(asked, 'switched-on');

const trust = (asked: Asked): void => mark(asked, 'trusted');

/** Everybody who takes current out of the books, or puts it back, stands in the log. */
function mark({ routes, charger, req, res }: Asked, word: Mark): void {
  routes.mark(charger, word);
  routes.log.warn('a person marked a charger', {
    charger: req.params.identity,
    mark: word,
    by: String(res.locals.by),
    at: new Date(routes.clock.wallMs()).toISOString(),
  });
  res.status(204).end();
}
