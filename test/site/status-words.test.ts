/** What a back office reads of a socket: fifty characters, whole words, no letter that an old system cannot print. */
import { describe, expect, it } from 'vitest';
import type { Reason, ReasonSource } from '#site/reason.ts';
import { ascii, STATUS_LENGTH, type StatusFacts, statusText } from '#site/status-words.ts';

const fuse: Reason = { source: 'fuse', id: 'main', row: 1, text: 'main fuse, L2' };

const facts = (over: Partial<StatusFacts> = {}, reason: Partial<Reason> = {}): StatusFacts => ({
  grant: '9 A',
  isPaused: false,
  target: '9 A',
  isMoving: false,
  least: '6 A',
  where: 'main fuse',
  takesLess: false,
  ...over,
  reason: { ...fuse, ...reason },
});

const moving = { target: '16 A', isMoving: true };
const paused = { grant: '0 A', target: '0 A', isPaused: true };

describe('a reason in a status notice', () => {
  const cases: readonly [Partial<Reason>, Partial<StatusFacts>, string][] = [
    [{}, {}, '9 A: main fuse L2'],
    [{ row: 3 }, {}, '9 A: main fuse power'],
    [{ source: 'contract', row: 3 }, {}, '9 A: contract, main fuse power'],
    [{ source: 'ems' }, {}, '9 A: energy manager, main fuse L2'],
    [{ source: 'grid', row: 3 }, {}, '9 A: grid operator, main fuse power'],
    [{ source: 'csms', row: null, text: '' }, {}, '9 A: limit of the back office'],
    [{ source: 'cap' }, {}, '9 A: cap, main fuse L2'],
    [{ source: 'schedule' }, {}, '9 A: schedule, main fuse L2'],
    [{ source: 'fallback', row: null, text: 'nobody asks, its fallback current stands ready' }, {}, '9 A: nobody asks'],
    [
      { source: 'fallback', row: null, id: 'check', text: 'a check of the allocation failed: the lower of two' },
      {},
      '9 A: a check of the allocation failed',
    ],
    [{ source: 'fallback', row: null, text: '' }, {}, '9 A: fallback current'],
    [{ source: 'meter' }, {}, '9 A: no meter reading, main fuse'],
    [{ source: 'charger', row: null, text: '' }, {}, '9 A: all that this charger gives'],
    [
      { source: 'charger', row: null, text: 'is being set up: counted at what it may still draw' },
      {},
      '9 A: is being set up',
    ],
    [{ source: 'charger' }, { where: 'Pillar 1' }, '9 A: Pillar 1 L2'],
    [{ source: 'cable', row: null, text: '' }, {}, '9 A: all that this cable carries'],
    [{ source: 'cable' }, { where: 'Pillar 1' }, '9 A: cable, Pillar 1 L2'],
    [{ source: 'car' }, {}, '9 A: the car takes less'],
    [{}, { takesLess: true }, '9 A: the car takes less'],
    [{ source: 'unauthorised', row: null }, paused, 'Paused: waits for a card or a release'],
    [{ source: 'operator', row: null }, {}, '9 A: set by a person'],
    [{ source: 'minimum', limit: 'fuse' }, paused, 'Paused: main fuse L2, needs 6 A'],
    [{ source: 'minimum', limit: 'contract', row: 3 }, paused, 'Paused: contract, main fuse power, needs 6 A'],
    [{ source: 'minimum', limit: 'ems' }, paused, 'Paused: energy manager, main fuse L2, needs 6 A'],
    [{ source: 'minimum' }, paused, 'Paused: main fuse L2, needs 6 A'],
    [{ source: 'turn', limit: 'fuse' }, paused, 'Paused: main fuse L2, others first'],
    [{ source: 'transit', limit: 'fuse' }, moving, '9 A, soon 16 A: main fuse L2'],
    [{ source: 'transit', limit: 'meter' }, moving, '9 A, soon 16 A: no meter reading, main fuse'],
    [{ source: 'transit', limit: 'fuse' }, { ...moving, grant: null }, '0 A, soon 16 A: main fuse L2'],
    [{}, { grant: null, target: '7 A' }, '7 A: main fuse L2'],
    [{ source: 'charger', row: null, text: '' }, moving, '9 A, soon 16 A: all that this charger gives'],
    [{}, { grant: '49.9 kW' }, '49.9 kW: main fuse L2'],
  ];
  it.each(cases)('%o %o', (reason, over, text) => {
    expect(statusText(facts(over, reason))).toBe(text);
  });
});

describe('a long name', () => {
  const SOURCES: readonly ReasonSource[] = [
    'fuse',
    'contract',
    'ems',
    'grid',
    'csms',
    'cap',
    'schedule',
    'fallback',
    'meter',
    'charger',
    'cable',
    'car',
    'minimum',
    'turn',
    'unauthorised',
    'transit',
    'operator',
  ];
  const NAMES: readonly string[] = [
    'Sub-distribution of the second underground car park, north wing',
    'Unterverteilungsabgangssicherungskastenbeschriftungsfeld',
    'a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f',
    'Hauptsicherung (Keller, rechts) – Süd',
    '配電盤',
    '',
    'x',
  ];
  const LEADS: readonly Partial<StatusFacts>[] = [
    {},
    paused,
    { grant: '149.9 kW', target: '149.8 kW', least: '149.9 kW', isMoving: true },
  ];
  const rows = [null, 0, 1, 2, 3] as const;
  const limits: readonly (ReasonSource | undefined)[] = [
    undefined,
    ...SOURCES.filter(s => !['minimum', 'turn', 'transit'].includes(s)),
  ];

  it('never makes the text longer than fifty characters, cuts a word, or hides the phase', () => {
    const wrong: string[] = [];
    let seen = 0;
    const text = 'did not take its last command: counted at what it may still draw';
    for (const source of SOURCES)
      for (const where of NAMES)
        for (const row of rows)
          for (const limit of limits)
            for (const lead of LEADS) {
              const of = limit === undefined ? {} : { limit };
              const found = statusText(facts({ ...lead, where }, { source, row, text, ...of }));
              seen++;
              if (!isFit(found, ascii(`${where} ${text}`))) wrong.push(found);
              if (source === 'fuse' && row !== null && !found.endsWith(row === 3 ? ' power' : ` L${row + 1}`))
                wrong.push(found);
            }
    expect(wrong).toEqual([]);
    expect(seen).toBe(SOURCES.length * NAMES.length * rows.length * limits.length * LEADS.length);
  });

  /** Short, printable, single spaces, something after the figure, no loose end, and no word that is only part of one. */
  const isFit = (found: string, source: string): boolean => {
    const words = new Set(source.split(/[ ,:]+/));
    return (
      found.length <= STATUS_LENGTH &&
      /^[\x21-\x7e]+( [\x21-\x7e]+)*: [\x21-\x7e]+( [\x21-\x7e]+)*$/.test(found) &&
      !/[,;:(-]$/.test(found) &&
      found.split(/[ ,:]+/).every(word => words.has(word) || OURS.has(word))
    );
  };

  const OURS = new Set(
    `9 A 0 6 149.9 149.8 kW Paused soon L1 L2 L3 power fuse contract energy manager grid operator cap schedule no meter
     reading limit of the back office all that this charger gives cable carries fallback current car takes less waits
     for a card or release set by person needs others first room`.split(/\s+/),
  );

  it('loses its last words first', () => {
    const where = NAMES[0] ?? '';
    expect(statusText(facts({ where }))).toBe('9 A: Sub-distribution of the second underground L2');
    expect(statusText(facts({ ...paused, where }, { source: 'minimum', limit: 'fuse' }))).toBe(
      'Paused: Sub-distribution of the L2, needs 6 A',
    );
    expect(statusText(facts({ where: NAMES[1] ?? '' }))).toBe('9 A: fuse L2');
    expect(statusText(facts({ where: NAMES[1] ?? '' }, { source: 'ems' }))).toBe('9 A: energy manager L2');
  });
});

describe('letters that are not plain', () => {
  it.each([
    ['Süd-Verteilung', 'Sud-Verteilung'],
    ['Straße 7 – Ålesund', 'Strasse 7 - Alesund'],
    ['Łódź  «główny»', 'Lodz glowny'],
    ['tab\tand\nline', 'tab and line'],
    ['配電盤 2', '2'],
    ['plain', 'plain'],
  ])('%s', (name, text) => {
    expect(ascii(name)).toBe(text);
  });
});
