/**
 * Error codes of OCPP-J. Inside they have the 2.0.1 spelling; each version prints its own. Sources:
 * OCPP 1.6-J clause 4.2.3 (whose spelling of "Occurence" is official), OCPP 2.0.1 Part 4 clause 4.3.
 */
import type { Failure } from '#base/outcome.ts';

export type Version = '1.6' | '2.0.1' | '2.1';

export type ErrorCode =
  | 'NotImplemented'
  | 'NotSupported'
  | 'InternalError'
  | 'ProtocolError'
  | 'SecurityError'
  | 'FormatViolation'
  | 'PropertyConstraintViolation'
  | 'OccurrenceConstraintViolation'
  | 'TypeConstraintViolation'
  | 'GenericError'
  | 'MessageTypeNotSupported'
  | 'RpcFrameworkError';

/** How 1.6 spells it; where 1.6 has no such word, the nearest it has. 2.0.1 and 2.1 spell it as we do. */
const SPELLING_16: Readonly<Record<ErrorCode, string>> = {
  NotImplemented: 'NotImplemented',
  NotSupported: 'NotSupported',
  InternalError: 'InternalError',
  ProtocolError: 'ProtocolError',
  SecurityError: 'SecurityError',
  FormatViolation: 'FormationViolation',
  PropertyConstraintViolation: 'PropertyConstraintViolation',
  OccurrenceConstraintViolation: 'OccurenceConstraintViolation',
  TypeConstraintViolation: 'TypeConstraintViolation',
  GenericError: 'GenericError',
  MessageTypeNotSupported: 'GenericError',
  RpcFrameworkError: 'FormationViolation',
};

/** Every spelling that is seen in the field, whatever the version of its sender. */
const READ: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ...(Object.keys(SPELLING_16) as ErrorCode[]).map((code): [string, ErrorCode] => [code, code]),
  ['FormationViolation', 'FormatViolation'],
  ['OccurenceConstraintViolation', 'OccurrenceConstraintViolation'],
]);

/** The word for the wire. */
export function printErrorCode(code: ErrorCode, version: Version): string {
  return version === '1.6' ? SPELLING_16[code] : code;
}

/** The meaning of a received word; a word of nobody's is a GenericError. */
export function readErrorCode(word: string): ErrorCode {
  return READ.get(word) ?? 'GenericError';
}

/** What a received CALLERROR comes to. */
export function failureOf(code: ErrorCode): Failure {
  return code === 'NotImplemented' || code === 'NotSupported' ? 'not-supported' : 'call-error';
}

/** What we answer when a command could not be carried out. */
const CODE_OF_FAILURE: Readonly<Record<Failure, ErrorCode>> = {
  rejected: 'GenericError',
  'not-supported': 'NotSupported',
  'call-error': 'GenericError',
  timeout: 'GenericError',
  offline: 'GenericError',
  exception: 'InternalError',
  malformed: 'PropertyConstraintViolation',
  cancelled: 'GenericError',
  unstored: 'GenericError',
  withdrawn: 'GenericError',
};

export function codeOf(failure: Failure): ErrorCode {
  return CODE_OF_FAILURE[failure];
}

/**
 * JSON Schema keyword -> error code. Enumerations, lengths, formats and steps are "invalid value" (1.6 errata
 * names the enumeration); a missing field or a wrong count is an occurrence; a field that does not exist is a form.
 */
const CODE_OF_KEYWORD: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['type', 'TypeConstraintViolation'],
  ['required', 'OccurrenceConstraintViolation'],
  ['minItems', 'OccurrenceConstraintViolation'],
  ['maxItems', 'OccurrenceConstraintViolation'],
  ['additionalItems', 'OccurrenceConstraintViolation'],
  ['additionalProperties', 'FormatViolation'],
  ['enum', 'PropertyConstraintViolation'],
  ['maxLength', 'PropertyConstraintViolation'],
  ['minLength', 'PropertyConstraintViolation'],
  ['minimum', 'PropertyConstraintViolation'],
  ['maximum', 'PropertyConstraintViolation'],
  ['multipleOf', 'PropertyConstraintViolation'],
  ['format', 'PropertyConstraintViolation'],
  ['pattern', 'PropertyConstraintViolation'],
]);

export function codeOfKeyword(keyword: string): ErrorCode {
  return CODE_OF_KEYWORD.get(keyword) ?? 'FormatViolation';
}
