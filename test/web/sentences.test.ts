import { describe, expect, it } from 'vitest';
import { age, amps, kilowatts, type Why, whySentence } from '#web/sentences.ts';

const charging: Why = {
  status: 'Charging',
  control: 'controlled',
  switchedOff: false,
  errorCode: 'NoError',
  source: 'fuse',
  limit: null,
  text: '',
  where: 'Main fuse',
  row: 2,
  limitFigure: '63 A',
  targetA: 11,
  grantA: 11,
  exposureA: 11,
  fallbackA: 6,
  minA: 6,
  drawA: 10.8,
  settled: true,
};

describe('why a connector has what it has', () => {
  const cases: readonly (readonly [Partial<Why>, string])[] = [
    [{}, '11 A: Main fuse, L2 is full.'],
    [{ row: 'sum' }, '11 A: all of the power on Main fuse is shared out.'],
    [{ source: 'contract', row: 'sum', limitFigure: '80 kW' }, "11 A: its share of the contract's 80 kW."],
    [{ source: 'contract' }, "11 A: its share of the contract's 63 A on L2."],
    [{ source: 'contract', limitFigure: null }, '11 A: its share of the contract on L2.'],
    [{ source: 'ems' }, '11 A: limit of the energy manager on Main fuse.'],
    [{ source: 'grid' }, '11 A: limit of the grid operator on Main fuse.'],
    [{ source: 'csms' }, '11 A: the back office allows no more.'],
    [{ source: 'cap' }, '11 A: cap on Main fuse.'],
    [{ source: 'schedule' }, '11 A: the schedule for Main fuse.'],
    [{ source: 'fallback' }, '11 A: its fallback current, 6 A.'],
    [{ source: 'meter' }, '11 A: no fresh meter reading at Main fuse, so nothing is raised.'],
    [{ source: 'charger', row: null, text: 'it does not answer' }, '11 A: it does not answer.'],
    [{ source: 'charger', row: null }, '11 A: the most this charger gives.'],
    [{ source: 'charger', where: 'Pillar 1' }, '11 A: Pillar 1, L2 is full.'],
    [{ source: 'cable', where: 'Pillar 1' }, '11 A: Pillar 1, L2 is full.'],
    [{ source: 'cable', row: null }, '11 A: the most this cable carries.'],
    [{ source: 'operator' }, '11 A: set by a person.'],
    [{ source: 'unauthorised' }, 'Plugged in, waiting for a card or a release.'],
    [{ source: 'car', grantA: 16, drawA: 7.2 }, 'May draw 16 A, takes 7.2 A: its own limit.'],
    [{ source: 'car', grantA: 16, drawA: 0 }, 'May draw 16 A, the car takes nothing for now.'],
    [
      { source: 'minimum', targetA: 0, grantA: 0, drawA: 0 },
      'Paused: Main fuse, L2 is full, and the car needs at least 6 A.',
    ],
    [
      { source: 'minimum', limit: 'ems', targetA: 0, grantA: 0, drawA: 0 },
      'Paused: limit of the energy manager on Main fuse, and the car needs at least 6 A.',
    ],
    [
      { source: 'minimum', limit: 'contract', row: 'sum', limitFigure: '80 kW', targetA: 0, grantA: 0, drawA: 0 },
      "Paused: all of the contract's 80 kW is shared out, and the car needs at least 6 A.",
    ],
    [
      { source: 'minimum', limit: 'meter', targetA: 0, grantA: 0, drawA: 0 },
      'Paused: no fresh meter reading at Main fuse, so nothing is raised, and the car needs at least 6 A.',
    ],
    [
      { source: 'fallback', text: 'nobody asks for current', targetA: 0, grantA: 0, drawA: 0 },
      'Nobody asks for current.',
    ],
    [{ source: 'turn', targetA: 0, grantA: 0, drawA: 0 }, 'Paused: other cars came first, Main fuse, L2 is full.'],
    [{ source: 'transit', targetA: 16 }, '11 A, going to 16 A as soon as other chargers have come down.'],
    [
      { source: 'transit', limit: 'cap', targetA: 16 },
      '11 A, going to 16 A as soon as others have given way: cap on Main fuse.',
    ],
    [
      { source: 'transit', limit: 'meter', targetA: 16 },
      '11 A, going to 16 A: no fresh meter reading at Main fuse, so nothing is raised.',
    ],
    [{ targetA: 8 }, '11 A, going to 8 A: Main fuse, L2 is full.'],
    [{ grantA: null }, 'Not told yet, going to 11 A: Main fuse, L2 is full.'],
    [{ control: 'offline', exposureA: 6 }, 'Offline: 6 A stay reserved for it until it is back.'],
    [
      { control: 'offline', switchedOff: true, exposureA: 0 },
      'Has no power, a person said: nothing is reserved for it until it is back.',
    ],
    [
      { control: 'uncontrolled', exposureA: 16 },
      'Draws more than it was told: 16 A are reserved for it. Switch it off at the charger.',
    ],
    [{ status: 'Available' }, 'No car plugged in.'],
    [{ status: 'Faulted', errorCode: 'GroundFailure' }, 'The charger reports a fault: GroundFailure.'],
    [{ status: 'Faulted' }, 'The charger reports a fault.'],
    [{ status: 'Finishing' }, 'Charging has ended, the cable is still in.'],
  ];
  it.each(cases)('%j', (changed, sentence) => {
    expect(whySentence({ ...charging, ...changed })).toBe(sentence);
  });

  it('blames the car only once its sample is younger than the grant', () => {
    const slow = { ...charging, targetA: 16, grantA: 16, drawA: 7.2 };
    expect(whySentence(slow)).toBe('May draw 16 A, takes 7.2 A: its own limit.');
    expect(whySentence({ ...slow, settled: false })).toBe('16 A: Main fuse, L2 is full.');
  });
});

describe('figures for people', () => {
  it.each([
    [0.04, '0 A'],
    [-0.04, '0 A'],
    [7.24, '7.2 A'],
    [16, '16 A'],
    [131.4, '131 A'],
  ])('%d amperes are %s', (valueA, text) => expect(amps(valueA)).toBe(text));

  it.each([
    [70_460, '70.5 kW'],
    [80_000, '80 kW'],
    [-20, '0 kW'],
  ])('%d watts are %s', (powerW, text) => expect(kilowatts(powerW)).toBe(text));

  it.each([
    [400, '0.4 s'],
    [12_400, '12 s'],
    [95_000, '2 min'],
    [7_200_000, '2 h'],
  ])('%d milliseconds are %s', (ageMs, text) => expect(age(ageMs)).toBe(text));
});
