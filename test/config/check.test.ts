import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readChargerProfiles } from '#chargers/quirks.ts';
import { checkText } from '#config/check.ts';
import { loadConfig } from '#config/load.ts';
import { siteFileSchema } from '#config/schema.ts';
import { readerBeside, readProfileFolder } from '../../src/real/files.ts';
import { devices } from './devices.ts';

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
});

describe('the sites that come with Busbar', () => {
  test.each(['config/site.example.yaml', 'config/demo.yaml'])('%s is proven', path => {
    const result = checkText(input(path, readFileSync(tree(path), 'utf8'), shippedDevices()));
    expect(result.text).toContain(`${path}: no problems`);
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
    expect(text).toBe(`Hard limits without Busbar, in A: every charger at its fallback, the building at designLoadA
  circuit  limit  row  fallbacks  building  reserved   sum    of         with unproven at rating
  main     fuse   L1        14.0      20.0       0.0  34.0  63.0  holds  58.0
  main     fuse   L2        14.0      20.0       0.0  34.0  63.0  holds  58.0
  main     fuse   L3        14.0      20.0       0.0  34.0  63.0  holds  58.0

Not yet proven, counted at their rating outside a commissioning window:
  CP01: generic, class unknown; fallback 8 A, rating 32 A

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
