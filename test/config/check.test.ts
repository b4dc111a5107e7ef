import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readChargerProfiles } from '#chargers/quirks.ts';
import { checkText } from '#config/check.ts';
import { loadConfig } from '#config/load.ts';
import { siteFileSchema } from '#config/schema.ts';
import { readerBeside, readProfileFolder } from '../../src/real/files.ts';
import { devices, NOW_WALL_MS } from './devices.ts';

const tree = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function shippedDevices() {
  const texts = readProfileFolder(tree('profiles/chargers'));
  const meters = readProfileFolder(tree('profiles/meters'));
  if (!texts.ok || !meters.ok) throw new Error('the profile folders must be readable');
  const chargers = readChargerProfiles(texts.value);
  if (!chargers.ok) throw new Error(JSON.stringify(chargers.problems));
  return { chargers: chargers.value, meterIds: meters.value.map(meter => meter.name.replace('.json', '')) };
}

const input = (file: string, text: string, known = devices) => ({
  file,
  text,
  environment: {},
  readFile: readerBeside(file),
  devices: known,
  nowWallMs: NOW_WALL_MS,
});

describe('the sites that come with Busbar', () => {
  test.each(['config/site.example.yaml', 'config/demo.yaml'])('%s is proven', path => {
    const result = checkText(input(path, readFileSync(tree(path), 'utf8'), shippedDevices()));
    expect(result.text).toContain(`${path}: no problems`);
    expect(result.exitCode).toBe(0);
  });

  test('a fail-safe current above what the design load leaves is told: the lower one counts', () => {
    const text = readFileSync(tree('config/site.example.yaml'), 'utf8');
    const withFailSafe = text.replace('failSafeA: 36', 'failSafeA: 400');
    expect(withFailSafe).not.toBe(text);
    const result = checkText(input('site.yaml', withFailSafe, shippedDevices()));
    expect(result.text).toMatch(
      /failSafeA: 400 A on l1 is more than the [\d.]+ A that its \S+ leaves beside designLoadA/,
    );
    expect(result.exitCode).toBe(0);
  });

  test('the demo is a garage of 34 bays in four rows, all pinned to this machine', () => {
    const { config } = loadConfig(input('demo', readFileSync(tree('config/demo.yaml'), 'utf8'), shippedDevices()));
    expect(config?.topology.connectors).toHaveLength(34);
    expect(new Set(config?.topology.connectors.map(connector => connector.name)).size).toBe(34);
    expect(config?.topology.chargers).toHaveLength(33);
    expect(config?.topology.circuits.map(circuit => circuit.id)).toEqual([
      'main',
      'row-a',
      'row-b',
      'row-c',
      'row-d',
      'CP33',
    ]);
    expect(config?.chargers.chargers.map(door => door.auth)).toEqual(
      Array(33).fill({ kind: 'none', address: '127.0.0.1' }),
    );
    expect(new Set(config?.topology.chargers.map(charger => charger.traits.profileId)).size).toBe(3);
    expect([config?.chargers.host, config?.web.host]).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

test('the generated schema in the tree is the one the rooms’ parts come to', () => {
  expect(JSON.parse(readFileSync(tree('config/site.schema.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(siteFileSchema)),
  );
});

describe('what check prints', () => {
  const site = `site: { name: Yard }
circuits:
  - { id: main, designLoadA: 20, limits: [{ source: fuse, kind: hard, limitA: 63 }] }
chargers:
  - { identity: CP01, circuit: main, ratingA: 32, fallbackA: FALLBACK, auth: none, address: 192.0.2.1 }
  - { identity: CP02, circuit: main, ratingA: 16, profile: tested-a, auth: none, address: 192.0.2.2 }
`;

  test('sums, chargers that are not proven, and a verdict', () => {
    const { exitCode, text } = checkText(input('yard.yaml', site.replace('FALLBACK', '8')));
    expect(exitCode).toBe(0);
    expect(text).toBe(`Yard
  preset         standard
  lease          300 s after it last heard from Busbar, a charger is at its fallback by itself
  commissioning  no window open

Hard limits when Busbar is dead, in A: every charger at its fallback, taken as proven; the building at designLoadA
  circuit  limit  row   fallbacks  building  reserved   sum    of         unproven at rating
  main     fuse   each       14.0      20.0       0.0  34.0  63.0  holds  58.0

While Busbar runs, the two largest fallbacks stay free for cars that plug in: 14 A on main.

Proven (class A), as long as its firmware is one that was tested
  profile   firmware  tested  chargers
  tested-a  any       bench   CP02

Not proven yet: counts at its rating, not at its fallback, outside a commissioning window
  charger  profile  class    fallback  rating  why
  CP01     generic  unknown  8 A       32 A    no profile named: model and firmware are unknown until it boots

yard.yaml: no problems
`);
  });

  test('a limit that does not hold is a problem by line and column, and its sums are shown', () => {
    const { exitCode, text } = checkText(
      input('yard.yaml', site.replace('FALLBACK', '32').replace('limitA: 63', 'limitA: 50')),
    );
    expect(exitCode).toBe(2);
    expect(text).toMatch(
      /^yard\.yaml:3:43 circuits\.0\.limits\.0: does not hold without Busbar: L1 of main: .*= \d+ A, above 50 A/,
    );
    expect(text).toContain('DOES NOT HOLD');
    expect(text).toMatch(/yard\.yaml: 1 problem\n$/);
  });

  test('a file that cannot be understood shows its problems and no sums', () => {
    const { exitCode, text } = checkText(
      input('yard.yaml', site.replace('FALLBACK', 'never').replace('name: Yard', 'nam: Yard')),
    );
    expect(exitCode).toBe(2);
    expect(text.split('\n').filter(line => line.startsWith('yard.yaml:'))).toHaveLength(3);
    expect(text).not.toContain('Hard limits');
  });

  test('secrets stay out of it', () => {
    const secret = `site: { name: Yard }
circuits: [{ id: main, limits: [{ source: fuse, kind: hard, limitA: 63, evOnly: true }] }]
chargers: [{ identity: CP01, circuit: main, ratingA: 16, password: hunter2 }]
web: { token: [sesame] }
`;
    const { text } = checkText(input('yard.yaml', secret));
    expect(text).not.toMatch(/hunter2|sesame/);
    expect(text).toContain('chargers.0.password: 7 bytes long');
  });
});

describe('chargers that nobody has proven', () => {
  // 20 A building + 32 A + 32 A at their ratings are above 63 A; with either of them at 6 A they are not.
  const yard = (rest = '', more = '') => `site: { name: Yard }
${rest}
circuits:
  - { id: main, name: Main fuse, designLoadA: 20, limits: [{ source: fuse, kind: hard, limitA: 63 }] }
chargers:
  - { identity: CP01, circuit: main, ratingA: 32, auth: none, address: 192.0.2.1 }
  - { identity: CP02, circuit: main, ratingA: 32, profile: untested, auth: none, address: 192.0.2.2 }
${more}`;
  const says = (text: string) => checkText(input('yard.yaml', text)).text;

  test('leave no room for raises, and it is said for whose sake', () => {
    const text = says(yard());
    expect(text).toContain('84.0, no room for raises');
    expect(text).toContain(
      'No raise on Main fuse until enough of CP01 and CP02 are proven, or a commissioning window is open.',
    );
    expect(text).toMatch(/CP02 +untested +unknown +6 A +32 A +nobody has tested this model/);
  });

  test('must all be proven where one of them alone is too much', () => {
    const more = ['CP03', 'CP04', 'CP05'].map(
      id => `  - { identity: ${id}, circuit: main, ratingA: 32, profile: tested-a, auth: none, address: 192.0.2.3 }`,
    );
    // 20 A building, four fallbacks of 6 A, one rating of 32 A.
    expect(says(yard('', more.join('\n')))).toContain('No raise on Main fuse until CP01 and CP02 are proven, or');
  });

  test('wait for the end of an open window, which is told with its date', () => {
    const text = says(yard('commissioning: { until: 2026-03-12 }'));
    expect(text).toContain('commissioning  window open until 2026-03-13 00:00 (UTC), 2 days from now');
    expect(text).toMatch(/Once it closes:\n {2}No raise on Main fuse until enough of CP01 and CP02 are proven\.\n/);
  });

  test('are not named where no proof of theirs would help: not even the fallbacks fit', () => {
    const tight = yard('commissioning: { until: 2026-03-12 }').replace('limitA: 63', 'limitA: 31');
    const text = says(tight.replaceAll('ratingA: 32,', 'ratingA: 32, fallbackA: 6,'));
    expect(text).toContain(
      "No raise on Main fuse: its fallbacks and the building's design load do not fit; lower fallbackA or designLoadA.",
    );
    expect(text).not.toMatch(/are proven|Once it closes/);
  });

  test('say nothing of raises where their ratings fit', () => {
    expect(says(yard().replace('limitA: 63', 'limitA: 84'))).not.toContain('raise');
  });
});

describe('a fuse that its chargers, all proven, would overload without Busbar', () => {
  const yard = (main: string, fallbackA: number) => `site: { name: Yard }
circuits: [{ id: main, name: Main fuse, ${main} }]
chargers:
  - { identity: CP01, circuit: main, ratingA: 32, fallbackA: ${fallbackA}, profile: tested-a, auth: none, address: 192.0.2.1 }
`;

  test.each([
    [
      "its fallbacks and the building's design load do not fit; lower fallbackA or designLoadA",
      'designLoadA: 20, limits: [{ source: fuse, kind: hard, limitA: 25 }]',
      6,
    ],
    [
      'its fallbacks do not fit; lower fallbackA',
      'limits: [{ source: fuse, kind: hard, limitA: 10, evOnly: true }]',
      16,
    ],
    [
      "the building's design load does not fit; lower designLoadA",
      'designLoadA: 30, limits: [{ source: fuse, kind: hard, limitA: 25 }]',
      0,
    ],
    [
      "its fallbacks, the building's design load and what is reserved do not fit; lower fallbackA or designLoadA or reservedA",
      'designLoadA: 10, reservedA: 10, limits: [{ source: fuse, kind: hard, limitA: 25 }]',
      6,
    ],
  ])('is told with what to lower: %s', (words, main, fallbackA) => {
    const { text, exitCode } = checkText(input('yard.yaml', yard(main, fallbackA)));
    expect(exitCode).toBe(2);
    expect(text).toContain(`\nNo raise on Main fuse: ${words}.\n`);
    expect(text).not.toMatch(/until|proven,|window is open/);
  });
});

test('sockets that stand at 0 are told, and how many of them keep their minimum when Busbar falls silent', () => {
  const chargers = (profile: string) =>
    ['A', 'B', 'C'].map(
      id => `  - { identity: ${id}, circuit: main, ratingA: 16, profile: ${profile}, auth: none, address: 192.0.2.1 }`,
    );
  // 45 A carry the building, its margin and two minimums of 6 A, not three.
  const text = `site: { name: Yard, preset: strict }
circuits: [{ id: main, designLoadA: 30, limits: [{ source: fuse, kind: hard, limitA: 45 }] }]
chargers:
${chargers('tested-a').join('\n')}
`;
  const result = checkText(input('yard.yaml', text));
  expect(result.exitCode).toBe(0);
  expect(result.text).toContain('lease          60 s after');
  expect(result.text).toContain('3 of 3 sockets have a fallback of 0 A.');
  expect(result.text).toContain('at most 2 that charge keep their minimum (2 of 3 on main), the others pause.');
  expect(result.text).not.toContain('stay free for cars that plug in');
});

describe('a model whose flash cannot bear its leases', () => {
  const example = readFileSync(tree('config/site.example.yaml'), 'utf8');
  const checked = (text: string) => checkText(input('site.yaml', text, shippedDevices())).text;

  test('is told under preset: strict, with what to do', () => {
    const strict = `${example.replace(/^lease:\n(?: .*\n)*/m, '').replace(/^ *preset:.*\n/m, '')}`.replace(
      /^site:\n/m,
      'site:\n  preset: strict\n',
    );
    expect(checked(strict)).toMatch(
      /A lease of 60 s is written 2880 times a day .*\n {2}CP06: made for 200 a day, .*\n {2}CP01, .* made for 500 a day, .*\n {2}Those made for 500 and more a day bear leases of 231 s and more \(lease\.ttlS\), where no rule wants preset: strict\.\n {2}For any other set writesPerDay/,
    );
  });

  test('is not told of a model that bears the standard lease', () => {
    expect(checked(example)).toMatch(/written 384 times a day .*\n {2}CP06: made for 200 a day, .*\n {2}For any other/);
    expect(checked(example)).not.toContain('500 a day');
  });
});
