/**
 * JSON Schemas of the OCPP messages, taken from the package `typed-ocpp` and compiled by our own ajv when an
 * action is first seen: compiling all of them at once costs a second that a start does not have.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
// The deep path holds the schemas alone; the package's root compiles every schema at import.
import * as schemas16 from 'typed-ocpp/dist/ocpp16/schemas.js';
import { codeOfKeyword, type ErrorCode } from '#ocpp/errors.ts';
import { isTime } from '#ocpp/time.ts';

/** The part of JSON Schema that the OCPP schemas use. */
export type RawSchema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, RawSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: RawSchema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly definitions?: Readonly<Record<string, RawSchema>>;
};

export type Violation = { readonly code: ErrorCode; readonly detail: string };

export type Schema = {
  readonly raw: RawSchema;
  /** The first thing wrong with the payload, or null. Changes nothing in it. */
  check(payload: object): Violation | null;
};

/** One action of a version. */
export type ActionSchemas = { readonly request: Schema; readonly response: Schema };

// Without multipleOfPrecision a third of all limits with one decimal fails multipleOf 0.1 by floating point.
const ajv = new Ajv({ strict: false, allErrors: false, multipleOfPrecision: 3 });
ajvFormats.default(ajv, ['uri']);
// The package's own date-time passes hours of 24 by its rule for leap seconds, which no Date reads.
ajv.addFormat('date-time', isTime);

function lazySchema(raw: RawSchema): Schema {
  let validate: ValidateFunction | null = null;
  return {
    raw,
    check(payload) {
      validate ??= ajv.compile(raw);
      return validate(payload) ? null : violationOf(validate.errors?.[0]);
    },
  };
}

function violationOf(error: ErrorObject | undefined): Violation {
  if (error === undefined) return { code: 'FormatViolation', detail: 'does not match its schema' };
  const extra = typeof error.params.additionalProperty === 'string' ? `: ${error.params.additionalProperty}` : '';
  const where = error.instancePath === '' ? 'payload' : error.instancePath.slice(1).replaceAll('/', '.');
  return { code: codeOfKeyword(error.keyword), detail: `${where} ${error.message ?? 'is wrong'}${extra}` };
}

function actionsOf(named: Readonly<Record<string, RawSchema>>): ReadonlyMap<string, ActionSchemas> {
  const actions = new Map<string, ActionSchemas>();
  for (const [name, request] of Object.entries(named)) {
    const action = name.endsWith('Request') ? name.slice(0, -'Request'.length) : '';
    const response = named[`${action}Response`];
    if (action === '' || response === undefined) continue;
    actions.set(action, { request: lazySchema(request), response: lazySchema(response) });
  }
  return actions;
}

/** Every action of OCPP 1.6 with the security extensions, 39 in all. */
export const ACTIONS_16: ReadonlyMap<string, ActionSchemas> = actionsOf(schemas16);
