/** Dead-man tests in the API, as JSON Schema. */
import { flag, list, number, numberOrNull, oneOf, record, ref, type Schema, text, time } from './openapi-words.ts';

const LEGS = ['lease', 'cut', 'reboot'];
const LEASE_CLASS: Schema = {
  type: ['string', 'null'],
  enum: ['A', 'B', 'C', null],
  description: 'A falls by itself, B only while connected, C never; null: not shown.',
};
const flagOrNull = (description: string): Schema => ({ type: ['boolean', 'null'], description });
const FOUND: Schema = { oneOf: [ref('DeadmanFound'), { type: 'null' }] };
const fell = numberOrNull('From the raise to the fall, seconds.');
const leg: Schema = { type: ['string', 'null'], enum: ['fell', 'held', null] };

export const DEADMAN_SCHEMAS: Readonly<Record<string, Schema>> = {
  DeadmanOrder: record(
    {
      connectorId: { type: ['integer', 'null'], minimum: 1, description: 'Without it: where a car charges.' },
      legs: { type: ['array', 'null'], items: { enum: LEGS }, description: 'Without it: what is still to be shown.' },
    },
    'connectorId',
    'legs',
  ),
  DeadmanBegun: record({ id: text() }),
  DeadmanTests: record({
    running: list(ref('DeadmanTest')),
    ended: list(ref('DeadmanTest')),
    results: record({ models: list(ref('DeadmanModel')), sockets: list(ref('DeadmanSocket')) }),
  }),
  DeadmanTest: record({
    id: text(),
    charger: text(),
    connectorId: { type: 'integer' },
    state: oneOf(['running', 'ended'], 'Whether it is over.'),
    legs: list({ enum: LEGS }),
    leg: { type: ['string', 'null'], enum: [...LEGS, null] },
    step: text('What it waits for.'),
    seconds: number('Since it began.'),
    sentence: text('What goes on, or what came of it.'),
    done: list(ref('DeadmanLeg')),
    class: LEASE_CLASS,
    fellAfterS: fell,
    found: FOUND,
  }),
  DeadmanLeg: record({
    leg: oneOf(LEGS, 'Which.'),
    result: oneOf(['fell', 'held', 'unclear'], 'What was shown.'),
    evidence: { type: ['string', 'null'], enum: ['sample', 'meter', 'register', 'first-sample', null] },
    words: text(),
  }),
  DeadmanFound: record({
    phases: text('The phases of the charger that the car draws on.'),
    wiring: text('Which grid phases these are.'),
    rotationAgrees: flagOrNull('With the configuration.'),
    meter: text('What the guard meter showed.'),
    meterGood: flagOrNull('The right way round and within 10 %.'),
    meterRatio: numberOrNull('What the meter saw of what the car drew.'),
    meterDirection: { type: ['string', 'null'], enum: ['forward', 'reversed', 'mixed', 'unsigned', null] },
    raiseReactionS: numberOrNull('From the command to the car.'),
    fallReactionS: numberOrNull('From the end of the limit to the car.'),
  }),
  DeadmanModel: record({
    vendor: text(),
    model: text(),
    firmware: text(),
    class: LEASE_CLASS,
    legs: record({ lease: leg, cut: leg, reboot: leg }),
    charger: text('Where it was last shown.'),
    at: time('When.'),
  }),
  DeadmanSocket: record({
    charger: text(),
    connectorId: { type: 'integer' },
    firmware: text(),
    void: flag('The charger has another firmware by now.'),
    fellAfterS: fell,
    found: FOUND,
    at: time('When.'),
  }),
};
