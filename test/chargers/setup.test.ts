import { describe, expect, it } from 'vitest';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { runScript, type ScriptEnd, setupScript } from '#chargers/setup.ts';
import type { Command, CommandReply } from '#site/command.ts';

const status = (word: string): Outcome<CommandReply> => ok({ kind: 'status', status: word });

/** Runs a script against a charger that answers by the given rule; tells what was asked, in short. */
function run(toLearn: Parameters<typeof setupScript>[0], answer: (command: Command) => Outcome<CommandReply>) {
  const asked: string[] = [];
  const ends: ScriptEnd[] = [];
  runScript(
    setupScript(toLearn),
    (command, settled) => {
      if (command.kind === 'set-variable') asked.push(`${command.key}=${command.value}`);
      if (command.kind === 'trigger') asked.push(`${command.message} ${command.connectorId}`);
      settled(answer(command));
    },
    end => ends.push(end),
  );
  expect(ends).toHaveLength(1);
  return { asked, end: ends[0]! };
}

const afterBoot = { model: false, samples: true, former: false, connectors: [] };
const all = 'MeterValuesSampledData=Current.Import,Power.Active.Import,Energy.Active.Import.Register';

describe('setting up a charger', () => {
  it('asks a booted charger for samples every 10 s', () => {
    const { asked, end } = run(afterBoot, () => status('Accepted'));
    expect(asked).toEqual(['MeterValueSampleInterval=10', all]);
    expect(end).toEqual({ reached: ['sample interval', 'measurands'], refused: [], stopped: null });
  });

  it('asks a charger that merely reconnected for what is not known, status first', () => {
    const { asked } = run({ model: true, samples: false, former: false, connectors: [1, 2] }, () => status('Accepted'));
    expect(asked).toEqual(['BootNotification null', 'StatusNotification 1', 'StatusNotification 2']);
  });

  it('asks one that was never here what it is set to before it changes that, and tells what it said', () => {
    const settings = [{ key: 'MeterValueSampleInterval', readonly: false, value: '900' }];
    const asked: string[] = [];
    const told: unknown[] = [];
    const answer = ({ kind }: Command): Outcome<CommandReply> =>
      kind === 'get-variables' ? ok({ kind: 'variables', known: settings, unknown: [] }) : status('Accepted');
    runScript(
      setupScript({ ...afterBoot, former: true }),
      (command, settled) => {
        asked.push(command.kind);
        settled(answer(command));
      },
      (_end, former) => told.push(former),
    );
    expect(asked).toEqual(['get-variables', 'set-variable', 'set-variable']);
    expect(told).toEqual([settings]);
  });

  it('takes fewer measurands from a charger that refuses the list', () => {
    const { asked, end } = run(afterBoot, command =>
      status(command.kind === 'set-variable' && command.value.includes('Power') ? 'Rejected' : 'Accepted'),
    );
    expect(asked).toHaveLength(3);
    expect(end.reached).toEqual(['sample interval', 'measurands (attempt 2)']);
  });

  it('goes on past a charger that knows none of it', () => {
    const { asked, end } = run({ model: true, samples: true, former: false, connectors: [1] }, () =>
      failed('call-error', 'NotImplemented'),
    );
    expect(asked).toHaveLength(7);
    expect(end).toEqual({
      reached: [],
      refused: ['model', 'status of connector 1', 'sample interval', 'measurands'],
      stopped: null,
    });
  });

  it('stops at the first silence', () => {
    const { asked, end } = run(afterBoot, () => failed('timeout', ''));
    expect(asked).toEqual(['MeterValueSampleInterval=10']);
    expect(end.stopped).toBe('sample interval: timeout');
  });

  it('asks no charger for more than eight connectors', () => {
    const connectors = Array.from({ length: 50 }, (_, index) => index + 1);
    expect(
      run({ model: false, samples: false, former: false, connectors }, () => status('Accepted')).asked,
    ).toHaveLength(8);
  });
});
