/**
 * What a station of OCPP 1.6 answers to commands <-> neutral replies. A status stays the version's own word.
 * Source: OCPP 1.6 clauses 6.8 to 6.56.
 */
import type {
  DataTransferResponse,
  GetCompositeScheduleResponse,
  GetConfigurationResponse,
  GetDiagnosticsResponse,
  GetLocalListVersionResponse,
  GetLogResponse,
  ResetResponse,
} from 'typed-ocpp/dist/ocpp16/types.js';
import { assert, unreachable } from '#base/assert.ts';
import { parseTime, printTime } from '#ocpp/time.ts';
import type { Command, CommandReply, Variable } from '#site/command.ts';
import { decodeSchedule, encodeSchedule } from './charging-profiles.ts';

type Is<K extends CommandReply['kind']> = Extract<CommandReply, { kind: K }>;
type RawVariable = NonNullable<GetConfigurationResponse['configurationKey']>[number];

/** The kind of reply that a command wants; where it is not named here, a status. */
function wanted(command: Command): CommandReply['kind'] {
  switch (command.kind) {
    case 'get-variables':
      return 'variables';
    case 'get-composite-schedule':
      return 'composite-schedule';
    case 'data-transfer':
      return 'data-transfer';
    case 'get-local-list-version':
      return 'local-list-version';
    case 'get-diagnostics':
    case 'get-log':
      return 'log';
    case 'update-firmware':
      return 'nothing';
    default:
      return 'status';
  }
}

/** Answers whose status is their one required field. */
const WITH_STATUS: readonly CommandReply['kind'][] = ['status', 'composite-schedule', 'data-transfer'];

/** A bare status also answers what has a status among other things. */
export function encodeCommandReply(command: Command, reply: CommandReply): object {
  const want = wanted(command);
  const fits = reply.kind === want || (reply.kind === 'status' && WITH_STATUS.includes(want));
  assert(fits, `a ${command.kind} is not answered by ${reply.kind}`);
  switch (reply.kind) {
    case 'status':
      return { status: reply.status };
    case 'variables':
      return encodeVariables(reply);
    case 'composite-schedule':
      return encodeComposite(reply);
    case 'data-transfer':
      return reply.data === null ? { status: reply.status } : { status: reply.status, data: reply.data };
    case 'local-list-version':
      return { listVersion: reply.version };
    case 'log':
      return encodeLog(command, reply);
    case 'nothing':
      return {};
    default:
      return unreachable(reply);
  }
}

export function decodeCommandReply(command: Command, payload: object): CommandReply {
  const kind = wanted(command);
  switch (kind) {
    case 'status':
      return { kind, status: (payload as ResetResponse).status };
    case 'variables':
      return decodeVariables(payload as GetConfigurationResponse);
    case 'composite-schedule':
      return decodeComposite(payload as GetCompositeScheduleResponse);
    case 'data-transfer':
      return decodeTransfer(payload as DataTransferResponse);
    case 'local-list-version':
      return { kind, version: (payload as GetLocalListVersionResponse).listVersion };
    case 'log':
      return decodeLog(payload);
    case 'nothing':
      return { kind };
    default:
      return unreachable(kind);
  }
}

/** Empty lists are left out (OCPP 1.6-J clause 4.1.1: no empty values). */
function encodeVariables(reply: Is<'variables'>): object {
  const raw: { configurationKey?: RawVariable[]; unknownKey?: readonly string[] } = {};
  if (reply.known.length > 0) raw.configurationKey = reply.known.map(encodeVariable);
  if (reply.unknown.length > 0) raw.unknownKey = reply.unknown;
  return raw;
}

function encodeVariable(variable: Variable): RawVariable {
  const raw: RawVariable = { key: variable.key, readonly: variable.readonly };
  if (variable.value !== null) raw.value = variable.value;
  return raw;
}

function decodeVariables(raw: GetConfigurationResponse): CommandReply {
  return {
    kind: 'variables',
    known: (raw.configurationKey ?? []).map(one => ({
      key: one.key,
      readonly: one.readonly,
      value: one.value ?? null,
    })),
    unknown: raw.unknownKey ?? [],
  };
}

/** The start stands beside the schedule, never inside it (OCPP 1.6 errata on GetCompositeSchedule). */
function encodeComposite(reply: Is<'composite-schedule'>): GetCompositeScheduleResponse {
  const raw: GetCompositeScheduleResponse = { status: reply.status as GetCompositeScheduleResponse['status'] };
  if (reply.connectorId !== null) raw.connectorId = reply.connectorId;
  if (reply.startWallMs !== null) raw.scheduleStart = printTime(reply.startWallMs);
  if (reply.schedule !== null) raw.chargingSchedule = encodeSchedule({ ...reply.schedule, startWallMs: null });
  return raw;
}

function decodeComposite(raw: GetCompositeScheduleResponse): CommandReply {
  return {
    kind: 'composite-schedule',
    status: raw.status,
    connectorId: raw.connectorId ?? null,
    startWallMs: raw.scheduleStart === undefined ? null : parseTime(raw.scheduleStart),
    schedule: raw.chargingSchedule === undefined ? null : decodeSchedule(raw.chargingSchedule),
  };
}

function decodeTransfer(raw: DataTransferResponse): CommandReply {
  return { kind: 'data-transfer', status: raw.status, data: raw.data ?? null };
}

/** The two actions spell the file's name apart, and only the newer one has a status. */
function encodeLog(command: Command, { status, fileName }: Is<'log'>): GetDiagnosticsResponse | GetLogResponse {
  if (command.kind === 'get-diagnostics') return fileName === null ? {} : { fileName };
  const raw: GetLogResponse = { status: (status ?? 'Rejected') as GetLogResponse['status'] };
  if (fileName !== null) raw.filename = fileName;
  return raw;
}

function decodeLog(raw: GetDiagnosticsResponse & Partial<GetLogResponse>): CommandReply {
  return { kind: 'log', status: raw.status ?? null, fileName: raw.fileName ?? raw.filename ?? null };
}
