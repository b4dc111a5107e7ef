import { describe, expect, it } from 'vitest';
import { initialState } from '#site/initial.ts';
import { marksOf, NO_MARKS, withMarks } from '#site/marks.ts';
import { decodeMarks, encodeMarks } from '#store/marks.ts';
import { topologyOf } from '../site/site.ts';

const site = () => initialState(topologyOf({ bays: [{}, {}, {}] }), 0);
const marks = { uncontrolled: [{ charger: 'CP2', connectorId: 1, brokenMa: 6_000 }], switchedOff: ['CP3'] };

describe('marks outlive a process', () => {
  it('who did not obey is booked at its rating again, and who has no power at nothing', () => {
    const state = withMarks(site(), marks);
    expect(state.connectors.map(({ ledger }) => ledger.uncontrolled)).toEqual([false, true, false]);
    expect(state.chargers.map(({ switchedOff }) => switchedOff)).toEqual([false, false, true]);
    expect(marksOf(state)).toEqual(marks);
    expect(decodeMarks(encodeMarks(marks))).toEqual(marks);
  });

  it('a charger that the site no longer has is passed over', () => {
    const gone = { uncontrolled: [{ charger: 'CP9', connectorId: 1, brokenMa: 0 }], switchedOff: ['CP8'] };
    expect(marksOf(withMarks(site(), gone))).toEqual(NO_MARKS);
  });

  it.each(['', '{}', 'null', '{"uncontrolled":[1],"switchedOff":[]}', '{"uncontrolled":[],"switchedOff":[3]}'])(
    'damaged text %j is no mark',
    json => expect(decodeMarks(json)).toBeNull(),
  );
});
