/** Sessions in `GET /api/openapi.json`. */
import { count, flag, list, number, oneOf, record, ref, type Schema, text, time, timeOrNull } from './openapi-words.ts';

const DELIVERY = oneOf(
  ['none', 'waiting', 'sent', 'acknowledged', 'set aside'],
  'How far the message to the back office is; none: nobody is to be told.',
);

const moment: Readonly<Record<string, Schema>> = {
  at: time('What is billed.'),
  saidAt: timeOrNull('By the charger’s own clock.'),
  registerWh: number('What is billed.'),
  delivery: DELIVERY,
  acknowledgedAt: timeOrNull('When the back office took it.'),
};

const stop = record({
  ...moment,
  saidWh: number('The register as the charger said it.'),
  reason: text('What is billed: Remote and DeAuthorized where the end was asked for from above.'),
  saidReason: text('As the charger said.'),
});

const FLAGS = [
  ...['stop-missing', 'stop-late', 'start-time', 'stop-time', 'register-held', 'register-leap', 'reason-ours'],
];

export const SESSION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Session: record({
    id: count('Minted here; what the charger knows it by.'),
    charger: text('Identity of the charger.'),
    evseId: { type: ['integer', 'null'], description: 'Null where the site file has the socket no more.' },
    connectorId: count('Its number at the charger.'),
    upstreamId: { type: ['integer', 'null'], description: 'The number of its socket at the back office.' },
    transactionId: { type: ['integer', 'null'], description: 'The back office’s own id; null until it has answered.' },
    idToken: { type: ['string', 'null'], description: 'The card; null for readers who may not write.' },
    start: record(moment),
    stop: { oneOf: [stop, { type: 'null' }], description: 'Null while it runs.' },
    energyWh: number('What is billed, or what is known so far.'),
    flags: {
      ...list({ type: 'string', enum: FLAGS }),
      description:
        'stop-missing: its charger never told its end, and it was closed at its last register; stop-late: it did after all, see correction; start-time, stop-time: the charger’s clock was off; register-held: its register ran back; register-leap: it leapt by more than the socket can give; reason-ours: see stop.reason.',
    },
    correction: {
      oneOf: [
        record({ at: time('By the charger’s own clock.'), registerWh: number('As it said.'), reason: text() }),
        { type: 'null' },
      ],
      description: 'The end that its charger told after it had been closed. The back office is not told.',
    },
    delivered: flag('The back office has acknowledged all that there is to tell.'),
  }),
};

const query = (name: string, schema: Schema, description: string): Schema => ({
  name,
  in: 'query',
  description,
  schema,
});

/** @param json a JSON answer. @param csv a table. @param refused problem documents */
export const sessionPaths = (json: Schema, csv: Schema, refused: Schema) => ({
  '/api/v1/sessions': {
    get: {
      summary: 'Sessions that run and the newest that ended, newest first.',
      parameters: [
        query('delivered', { type: 'boolean' }, 'false: those of which the back office has yet to hear.'),
        query('limit', { type: 'integer', minimum: 1, maximum: 500, default: 100 }, 'So many at once.'),
        query('before', { type: 'integer' }, 'Only what comes after this session in the list; see the header Link.'),
      ],
      responses: { ...json, ...refused },
    },
  },
  '/api/v1/upstream/reconciliation.csv': {
    get: {
      summary: 'Sessions that ended on a day of the site, and on the day that runs those that run, one row each.',
      parameters: [{ ...query('day', { type: 'string', format: 'date' }, 'In the site’s time zone.'), required: true }],
      responses: { ...csv, ...refused },
    },
  },
});

export const SESSION_LIST: Schema = list(ref('Session'));
