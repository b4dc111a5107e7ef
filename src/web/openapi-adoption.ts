/** Adoption in the API, as JSON Schema. */
import { flag, list, number, record, ref, type Schema, text, time, timeOrNull } from './openapi-words.ts';

const textOrNull = (description?: string): Schema => ({
  type: ['string', 'null'],
  ...(description === undefined ? {} : { description }),
});
const phases: Schema = { type: 'integer', enum: [1, 3] };

export const ADOPTION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Adoption: record({
    until: timeOrNull('When the window closes by itself; null while it is closed.'),
    waiting: list(ref('AdoptionWaiting')),
    adopted: list(
      record({
        charger: text(),
        since: time('When it was adopted.'),
        removed: flag('Taken out again: it gets nothing and keeps its booking.'),
      }),
    ),
    leftOut: {
      ...list(record({ charger: text(), problems: list(text()) })),
      description: 'Adopted once, but the site file has no place for it any more, or names it itself.',
    },
  }),
  AdoptionWaiting: record({
    identity: text(),
    remoteAddress: text(),
    since: time('When it came.'),
    ocppVersion: text(),
    hasPassword: flag('It came with a password of its own.'),
    vendor: textOrNull('Null until it has said it.'),
    model: textOrNull(),
    serial: textOrNull(),
    firmware: textOrNull(),
    sockets: { type: ['integer', 'null'], description: 'How many it says it has.' },
    keys: list(record({ key: text(), value: textOrNull() })),
    proposal: record({
      name: text(),
      circuit: textOrNull('Null where there is a choice.'),
      ratingA: number('What most have at most.'),
      phases,
      rotation: text(),
    }),
  }),
  AdoptionEntry: {
    type: 'object',
    properties: {
      name: text(),
      circuit: text('The circuit that feeds it.'),
      ratingA: number('Rating of its feed, A per phase.'),
      phases,
      rotation: text('As in the site file: RST, STR, …'),
    },
    description: 'A charger of the site file without its identity; every key of one is taken.',
  },
  AdoptionDone: record({ notes: { ...list(text()), description: 'What it costs the others, in sentences.' } }),
};
