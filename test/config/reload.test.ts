import { describe, expect, test } from 'vitest';
import { compareConfigs } from '#config/reload.ts';
import { charger, examined, fuse, type RawEntry, site } from './sites.ts';

const circuits = [{ id: 'main', name: 'Main', designLoadA: 10, meter: 'grid', limits: [fuse(63)] }];
const meter = { id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '192.0.2.9:502' } };
const chargers = [charger('CP01', 'main'), charger('CP02', 'main', { auth: 'basic', password: '1234567890123456' })];
const base = (rest: RawEntry = {}) => site(circuits, chargers, { meters: [meter], ...rest });

const from = (before: RawEntry, after: RawEntry) => compareConfigs(examined(before).config, examined(after).config);

test('the same file changes nothing', () => {
  expect(from(base(), base())).toEqual({ live: [], restart: [] });
});

describe('applies at once', () => {
  test.each<[string, RawEntry]>([
    ['site.name', base({ site: { name: 'Other yard' } })],
    ['limits.sources', base({ limits: { sources: ['ems'] } })],
    ['web.token', base({ web: { token: 'sesame' } })],
    ['commissioning.until', base({ commissioning: { until: '2026-03-20' } })],
    ['name of circuit main', base({ circuits: [{ ...circuits[0], name: 'Cellar' }] })],
    [
      'password or address of charger CP02',
      base({ chargers: [chargers[0], { ...chargers[1], password: '6543210987654321' }] }),
    ],
  ])('%s', (words, after) => {
    expect(from(base(), after)).toEqual({ live: [words], restart: [] });
  });

  test('names of chargers and their sockets', () => {
    const after = base({ chargers: [{ ...chargers[0], name: 'Bay 1' }, chargers[1]] });
    expect(from(base(), after)).toEqual({
      live: ['name of charger CP01', 'name of socket 1 of CP01'],
      restart: [],
    });
  });
});

describe('waits for a restart', () => {
  test.each<[string, RawEntry]>([
    ['supply', base({ supply: { nominalV: 240 } })],
    ['site.timezone', base({ site: { name: 'Yard', timezone: 'Europe/Berlin' } })],
    ['lease.ttlS or site.preset', base({ lease: { ttlS: 60 } })],
    ['lease.ttlS or site.preset', base({ site: { name: 'Yard', preset: 'strict' } })],
    ['charger CP01 changed', base({ chargers: [{ ...chargers[0], writesPerDay: 100 }, chargers[1]] })],
    ['history', base({ history: { keepDays: 7 } })],
    ['circuit main changed', base({ circuits: [{ ...circuits[0], limits: [fuse(80)] }] })],
    ['meter grid changed', base({ meters: [{ ...meter, unit: 2 }] })],
    ['charger CP01 changed', base({ chargers: [{ ...chargers[0], ratingA: 16 }, chargers[1]] })],
    ['charger CP01 changed', base({ chargers: [{ ...chargers[0], phases: 1, rotation: 'S' }, chargers[1]] })],
    ['charger CP01 changed', base({ chargers: [{ ...chargers[0], profile: 'tested-a' }, chargers[1]] })],
    ['charger CP01 changed', base({ chargers: [{ ...chargers[0], fallbackA: 0 }, chargers[1]] })],
    ['ocpp.host or ocpp.port', base({ ocpp: { port: 9000 } })],
    ['web.host or web.port', base({ web: { port: 9001 } })],
  ])('%s', (words, after) => {
    expect(from(base(), after)).toEqual({ live: [], restart: [words] });
  });

  test('a charger more or less', () => {
    const more = base({ chargers: [...chargers, charger('CP03', 'main')] });
    expect(from(base(), more).restart).toContain('charger CP03 added');
    expect(from(more, base()).restart).toContain('charger CP03 removed');
  });
});
