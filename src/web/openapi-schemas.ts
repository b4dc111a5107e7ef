/** What the API answers and takes, as JSON Schema 2020-12 (OpenAPI 3.1). Held true by `test/web/openapi.test.ts`. */
import { EXPOSURE_WORDS } from '#site/gate/exposure-words.ts';
import { ADOPTION_SCHEMAS } from './openapi-adoption.ts';
import { DEADMAN_SCHEMAS } from './openapi-deadman.ts';
import { SESSION_SCHEMAS } from './openapi-sessions.ts';
import {
  count,
  flag,
  list,
  number,
  numberOrNull,
  oneOf,
  record,
  ref,
  type Schema,
  text,
  time,
  timeOrNull,
} from './openapi-words.ts';

const amps = (description: string): Schema => ({ ...ref('PhaseAmps'), description });
const CURRENT: Schema = { oneOf: [{ type: 'number' }, ref('PhaseAmps'), { type: 'null' }] };

const circuit = record({
  id: text(),
  name: text(),
  parent: { type: ['string', 'null'] },
  hardLimitA: amps('Lowest limit that holds even when Busbar is dead.'),
  limitA: amps('Lowest limit in force, hard and live.'),
  limitBy: record({ l1: ref('SourceOrNull'), l2: ref('SourceOrNull'), l3: ref('SourceOrNull') }),
  limitW: numberOrNull('Lowest limit in force on the sum of phases.'),
  limitWBy: ref('SourceOrNull'),
  loadA: amps('Its guard meter; without one, added up.'),
  loadW: number('The same as power.'),
  loadSource: oneOf(['meter', 'sum'], 'Where the load comes from.'),
  meter: { type: ['string', 'null'], description: 'The meter that guards it.' },
  headroomA: amps('Limit less margin, building and all that cars might still obey; may be negative.'),
  headroomW: numberOrNull('The same on the sum of phases.'),
  buildingA: amps('What the building draws.'),
  buildingW: number('The same at nominal voltage.'),
  buildingSource: oneOf(['meter', 'assumed'], 'assumed: the design load stands in for a meter.'),
  carsA: amps('What the cars below draw.'),
  carsW: number('The same at nominal voltage.'),
});

const reason = record(
  {
    source: text('What binds, of the closed list in docs.'),
    id: text('The circuit or charger it stands at.'),
    phase: { type: ['string', 'null'], enum: ['l1', 'l2', 'l3', null] },
    text: text(),
    limit: text('With minimum and transit: whose limit leaves no room.'),
  },
  'limit',
);

const setUp = record({
  state: oneOf(['done', 'running', 'waiting'], 'How far it is.'),
  words: text('The same as sentences.'),
  cleared: { ...list(text()), description: 'Profiles of others that were found and cleared.' },
});

const STATUSES = [
  ...['Unknown', 'Available', 'Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing', 'Reserved'],
  ...['Unavailable', 'Faulted'],
];

const safety: Record<string, Schema> = {
  leaseClass: oneOf(
    ['A', 'B', 'C', 'unknown'],
    'A: proven to fall back by itself; B: obeys only while connected; C: never; unknown: nobody has tested it.',
  ),
  leaseMs: numberOrNull('How long the charger still keeps its grant by itself; null: without end; 0: it has lapsed.'),
  leaseUntil: timeOrNull('The same as an instant.'),
  lapseA: numberOrNull('What the grant falls or rises to by itself then.'),
  lapsedA: number('What counts for it on fuses once Busbar is dead and every charger has fallen back, or has not.'),
  exposureBy: oneOf(EXPOSURE_WORDS, 'Why exposureA is what it is.'),
  exposureWhy: text('The same as one sentence.'),
  switchedOff: flag('A person said that the charger has no power.'),
  setUp: ref('SetUp'),
  writesToday: count('Profiles sent to it in the day that runs.'),
  writesPerDay: { type: ['integer', 'null'], description: 'What its memory is made for; null where it does not wear.' },
  writesProjected: numberOrNull(
    "By the end of the day at today's pace, as far as the budget lets it; null while it is too young to tell.",
  ),
  writesSpared: flag("Refreshes come later and raises are spaced out, so that the day's writes last."),
};

const connector = record({
  charger: text('Identity of the charger.'),
  evseId: count('Its number at the charger, OCPP 2.x.'),
  connectorId: count('Its number at the charger.'),
  upstreamId: { type: ['integer', 'null'], description: 'Its number at the back office.' },
  name: text(),
  circuit: text('The circuit that feeds it.'),
  status: oneOf(STATUSES, 'As the charger reports it.'),
  errorCode: text(),
  control: oneOf(['controlled', 'unproven', 'uncontrolled', 'offline'], 'Whether it does what it is told.'),
  phases: list({ type: 'integer', minimum: 1, maximum: 3 }),
  targetA: number('What the last pass wants, per active phase.'),
  grantA: numberOrNull('Last acknowledged limit, per active phase.'),
  fallbackA: number('What it stands at by itself.'),
  maxA: number('Its rating.'),
  exposureA: number('The most it might still obey: what is booked, per active phase.'),
  ...safety,
  drawA: amps('Newest sample; null before the first.'),
  powerW: number('Newest sample.'),
  drawAt: timeOrNull('When it was taken in.'),
  sessionWh: number('Since the session began.'),
  since: timeOrNull('When the session began.'),
  reason: ref('Reason'),
  why: text('The reason as one sentence.'),
});

const limit = record({
  source: text(),
  circuit: text(),
  kind: oneOf(['hard', 'live'], 'hard: holds even when Busbar is dead.'),
  limitA: CURRENT,
  limitW: numberOrNull('On the sum of phases.'),
  evOnly: flag('Counts the cars only.'),
  validUntil: timeOrNull('Its end.'),
  failSafeA: CURRENT,
  failSafe: flag('True once its end has passed and failSafeA stands in for it.'),
});

const limitWish: Schema = {
  ...record(
    {
      circuit: text(),
      limitA: CURRENT,
      limitW: numberOrNull('On the sum of phases.'),
      evOnly: flag('Counts the cars only.'),
      validUntil: timeOrNull('Its end; without one it stands until it is taken back.'),
      failSafeA: CURRENT,
    },
    ...['limitA', 'limitW', 'evOnly', 'validUntil', 'failSafeA'],
  ),
  description: 'Can only lower what the configuration allows.',
};

const site = record({
  at: time('The instant of all that follows.'),
  clock: oneOf(['synchronised', 'person', 'unknown'], 'How far its time is to be trusted.'),
  ready: flag('Passes complete, and every guard meter is fresh.'),
  notReady: { ...list(text()), description: 'Why not.' },
  limitsOnly: {
    oneOf: [
      record({ since: time('Its beginning.'), why: text('What the disk or the store said.'), words: text() }),
      { type: 'null' },
    ],
    description: 'Limits are kept, but sessions cannot be written down: chargers keep their starts and stops.',
  },
  site: record({
    name: text(),
    phases: { type: 'integer', enum: [1, 3] },
    nominalV: number('Nominal voltage.'),
    preset: oneOf(['standard', 'strict'], 'strict: chargers fall back within 60 s once nobody commands them.'),
    leaseTtlMs: number('How long a charger keeps a grant by itself.'),
    limitSources: { ...list(text()), description: 'Names that may set limits from outside.' },
  }),
  demo: {
    oneOf: [record({ worldPort: count('TCP port.') }), { type: 'null' }],
    description: 'Where the simulated world around a demo answers.',
  },
  commissioning: {
    oneOf: [record({ until: time('Its end.') }), { type: 'null' }],
    description: 'Open while connected chargers that are not proven count at their fallback current.',
  },
  status: record({
    level: oneOf(['calm', 'attention', 'alarm'], 'Whether anybody has to do anything.'),
    control: text(),
    load: text(),
  }),
  circuits: list(ref('Circuit')),
  connectors: list(ref('Connector')),
  meters: list(ref('Meter')),
  limits: list(ref('Limit')),
  upstream: list(ref('Upstream')),
  loop: ref('Loop'),
  refused: { ...list(ref('Refused')), description: 'Chargers that were not let in, newest first.' },
  adoption: ref('Adoption'),
});

const demo = record({
  busbar: oneOf(['alive', 'dead'], 'dead: killed by the trouble that runs or stands.'),
  troubles: list(
    record({
      action: text(),
      title: text(),
      does: text('What it does, and what to watch.'),
      undo: text('What takes it back.'),
      state: oneOf(['ready', 'running', 'stands', 'over'], 'stands: measured to its end, not yet taken back.'),
      elapsedMs: numberOrNull('Of the stopwatch.'),
      now: { type: ['string', 'null'], description: 'What is true while it runs.' },
      sentence: { type: ['string', 'null'], description: 'How it ended.' },
      well: { type: ['boolean', 'null'], description: 'Whether its end condition held.' },
    }),
  ),
});

const upstream: Readonly<Record<string, Schema>> = {
  identity: text(),
  state: oneOf(['connected', 'offline', 'pending', 'none'], 'Of the line to the back office.'),
  queued: count('Messages that wait.'),
  oldestMs: number('Age of the oldest of them.'),
  etaMs: numberOrNull('How long they take at the pace in force, once the line stands; null where nothing waits.'),
  setAside: count('Messages that it refused, or alone never answered.'),
  since: time('Since when it is so.'),
  cause: text('Why it is not connected, in one word; empty when it is.'),
  why: text('The same in words.'),
  whatToDo: text('What people can do about it; empty where waiting is all.'),
};

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  PhaseAmps: {
    ...record({ l1: { type: ['number', 'null'] }, l2: { type: ['number', 'null'] }, l3: { type: ['number', 'null'] } }),
    description: 'A on each phase; null where the supply has no such phase, or no limit stands.',
  },
  SourceOrNull: { type: ['string', 'null'], description: 'Who set it.' },
  Site: site,
  Event: {
    ...record({ at: time('When it was noted.'), what: text('Its kind; further members depend on it.') }),
    description: 'A line of the diary of the site. No card numbers.',
  },
  Circuit: circuit,
  Connector: connector,
  Reason: reason,
  SetUp: setUp,
  Limit: limit,
  LimitWish: limitWish,
  Meter: record({
    id: text(),
    role: oneOf(['guard', 'info'], 'A guard meter keeps a limit.'),
    circuit: text(),
    ageMs: numberOrNull('Of the newest reading.'),
    quality: oneOf(['good', 'stale', 'implausible'], 'Of the newest reading.'),
    error: text(),
  }),
  Upstream: record(upstream),
  UpstreamDetail: record({ ...upstream, connectors: list(ref('UpstreamConnector')) }),
  UpstreamConnector: record({
    number: count('Its number at the back office.'),
    charger: text(),
    connectorId: count('Its number at the charger.'),
    proposed: flag('No boot was accepted under this number yet: the site file may still correct it.'),
    removed: { type: 'boolean', description: 'The site file has it no more; its number is given to nobody else.' },
    outOfService: { type: 'boolean', description: 'The back office wants nobody to charge there.' },
    reserved: { type: 'boolean', description: 'The back office keeps it for somebody.' },
  }),
  Loop: record({
    passes: count('Since the start.'),
    lastPassMs: number('Duration of the last one.'),
    p99PassMs: number('99th percentile.'),
    p99ReactionMs: numberOrNull('From a meter sample to the last reduction, over 15 minutes.'),
    blockedReductions: count('Reductions that a charger could not be told.'),
    failedChecks: count('Passes whose own check failed.'),
  }),
  Refused: record({
    identity: text(),
    remoteAddress: text(),
    cause: text(),
    meaning: text('What that means for the site.'),
    at: time('When it last tried.'),
  }),
  ...SESSION_SCHEMAS,
  ...DEADMAN_SCHEMAS,
  Demo: demo,
  ...ADOPTION_SCHEMAS,
  Ready: record({ ready: flag('Always true here.'), reasons: list(text()) }),
  Problem: {
    ...record(
      {
        type: text(),
        title: text(),
        status: { type: 'integer' },
        detail: text('One sentence.'),
        problems: { ...list(ref('BodyProblem')), description: 'Everything that is wrong with a body.' },
        reasons: { ...list(text()), description: 'Why the site is not ready.' },
      },
      'problems',
      'reasons',
    ),
    description: 'RFC 9457.',
  },
  BodyProblem: record({ path: text(), message: text(), hint: text() }, 'hint'),
};
