/** OCPP 1.6J: Core, Smart Charging and Remote Trigger, in both directions and for both sides. */
import { assert } from '#base/assert.ts';
import { schemaCodec } from '#ocpp/codec.ts';
import type { Dialect } from '#ocpp/dialect.ts';
import { ACTIONS_16, type ActionSchemas } from '#ocpp/schema.ts';
import { COMMAND_ACTIONS, commands16 } from './commands.ts';
import { REPORT_ACTIONS, reports16 } from './reports.ts';
import { MENDING_16 } from './words.ts';

export const dialect16: Dialect = {
  subprotocol: 'ocpp1.6',
  version: '1.6',
  // Safety rule 6: a limit does not wait for the answer to a set-up step.
  controlMayOvertake: true,
  reports: schemaCodec(only(REPORT_ACTIONS), MENDING_16, reports16),
  commands: schemaCodec(only(COMMAND_ACTIONS), MENDING_16, commands16),
  hasAction: action => ACTIONS_16.has(action),
};

function only(actions: readonly string[]): ReadonlyMap<string, ActionSchemas> {
  const chosen = new Map<string, ActionSchemas>();
  for (const action of actions) {
    const schemas = ACTIONS_16.get(action);
    assert(schemas !== undefined, `no schema for ${action}`);
    chosen.set(action, schemas);
  }
  return chosen;
}
