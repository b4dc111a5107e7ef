/**
 * Every file of test/cases/charging-profile/v16 is one case: what a back office of OCPP 1.6 sets at the one station
 * that it sees, what it then asks, and the answer that the clause wants; from the text on the wire to the text on the wire.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CaseStep, type Socket, Station } from './profile-station.ts';

type Case = {
  /** Section of OCPP 1.6 edition 2, or of its errata sheet. */
  readonly clause: string;
  readonly title: string;
  readonly at: string;
  /** Connectors 1..N; two of 32 A and three phases where it is not said. */
  readonly sockets?: readonly Socket[];
  readonly transactions?: readonly {
    readonly connectorId: number;
    /** The back office's own number; null before its answer to the start. */
    readonly transactionId: number | null;
    readonly startedAt: string;
  }[];
  /** Payloads of SetChargingProfile.req, all of them Accepted. */
  readonly profiles: readonly object[];
  /** When they come; `at` where it is not said. */
  readonly installedAt?: string;
  readonly request: Pick<CaseStep, 'action' | 'payload'>;
  readonly answer: CaseStep['answer'];
  readonly then?: readonly CaseStep[];
};

function play(one: Case): void {
  const station = new Station(one.sockets ?? [{}, {}], Date.parse(one.installedAt ?? one.at));
  for (const { connectorId, transactionId, startedAt } of one.transactions ?? [])
    station.begin(connectorId, transactionId, Date.parse(startedAt));
  for (const payload of one.profiles)
    expect(station.ask('SetChargingProfile', payload), 'a profile of the case').toEqual({ status: 'Accepted' });
  station.passTo(Date.parse(one.at));
  for (const step of [{ ...one.request, answer: one.answer }, ...(one.then ?? [])]) {
    if ('ends' in step) station.end(step.ends);
    if ('restarts' in step) station.restart();
    expect(station.ask(step.action, step.payload), JSON.stringify(step.payload)).toEqual(step.answer);
  }
}

const folder = new URL('../cases/charging-profile/v16/', import.meta.url);
const cases = readdirSync(folder)
  .filter(name => name.endsWith('.json'))
  .map(name => ({ name, case: JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Case }));

describe('a back office of OCPP 1.6 and its charging profiles', () => {
  test.each(cases)('$case.clause: $case.title ($name)', ({ case: one }) => play(one));

  test('each case says which clause it shows', () => {
    const unnamed = cases.filter(
      ({ case: { clause } }) => !/^(OCPP 1\.6 ed\. 2|errata sheet) \d+(\.\d+)+$/.test(clause),
    );
    expect(unnamed.map(({ name }) => name)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });
});
