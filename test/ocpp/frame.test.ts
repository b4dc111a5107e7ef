import { describe, expect, test } from 'vitest';
import { printErrorCode, readErrorCode } from '#ocpp/errors.ts';
import {
  ACCEPTED_FRAME_BYTES,
  FRAME_DEPTH,
  isDeeperThan,
  isLongerThan,
  parseFrame,
  printCall,
  printError,
  printResult,
  UNACCEPTED_FRAME_BYTES,
} from '#ocpp/frame.ts';

describe('a frame is read for what it is', () => {
  const table: [string, object][] = [
    ['[2,"7","Heartbeat",{}]', { kind: 'call', id: '7', action: 'Heartbeat', payload: {} }],
    ['[2,"","Heartbeat",{}]', { kind: 'call', id: '', action: 'Heartbeat', payload: {} }],
    [' [ 3 , "7" , {"status":"Accepted"} ] ', { kind: 'result', id: '7', payload: { status: 'Accepted' } }],
    ['[3,"7",{},"vendor"]', { kind: 'result', id: '7', payload: {} }],
    ['[4,"7","NotSupported","no",{}]', { kind: 'error', id: '7', code: 'NotSupported', description: 'no' }],
    ['[4,"7","NotSupported"]', { kind: 'error', id: '7', code: 'NotSupported', description: '' }],
    ['[4,"7","NotSupported",null,null]', { kind: 'error', id: '7', code: 'NotSupported', description: '' }],
    ['[5,"7","FormatViolation","x",{}]', { kind: 'result-error', id: '7', code: 'FormatViolation', description: 'x' }],
    ['[6,"7","NotifyPeriodicEventStream",{"id":1}]', { kind: 'send', id: '7', payload: { id: 1 } }],
    ['[0]', { kind: 'unknown-type' }],
    ['[7,"a",{}]', { kind: 'unknown-type' }],
    ['[2.5,"a","Heartbeat",{}]', { kind: 'unknown-type' }],
    ['', { kind: 'malformed', id: null }],
    ['nonsense', { kind: 'malformed', id: null }],
    ['[2,"7","Heartbeat",{}', { kind: 'malformed', id: null }],
    ['{"a":1}', { kind: 'malformed', id: null }],
    ['null', { kind: 'malformed', id: null }],
    ['"[2]"', { kind: 'malformed', id: null }],
    ['[]', { kind: 'malformed', id: null }],
    ['["2","7","Heartbeat",{}]', { kind: 'malformed', id: null }],
    ['[2]', { kind: 'malformed', id: null }],
    ['[2,7,"Heartbeat",{}]', { kind: 'malformed', id: null }],
    ['[2,null,"Heartbeat",{}]', { kind: 'malformed', id: null }],
    ['[2,"7"]', { kind: 'malformed', id: '7' }],
    ['[2,"7",5,{}]', { kind: 'malformed', id: '7' }],
    ['[2,"7","Heartbeat"]', { kind: 'malformed', id: '7' }],
    ['[2,"7","Heartbeat",null]', { kind: 'malformed', id: '7' }],
    ['[2,"7","Heartbeat",[]]', { kind: 'malformed', id: '7' }],
    ['[2,"7","Heartbeat","{}"]', { kind: 'malformed', id: '7' }],
    ['[2,"7","Heartbeat",{},1]', { kind: 'malformed', id: '7' }],
    ['[3,7,{}]', { kind: 'malformed-mute', id: null }],
    ['[3,"7"]', { kind: 'malformed-mute', id: '7' }],
    ['[3,"7",null]', { kind: 'malformed-mute', id: '7' }],
    ['[4,"7"]', { kind: 'malformed-mute', id: '7' }],
    ['[6,"7","X"]', { kind: 'malformed-mute', id: null }],
  ];
  test.each(table)('%s', (text, frame) => {
    expect(parseFrame(text)).toMatchObject(frame);
  });
});

describe('what is printed is read back', () => {
  test('a call, a result and an error', () => {
    const id = 'a"\\\n';
    expect(parseFrame(printCall(id, 'Reset', { type: 'Hard' }))).toMatchObject({ kind: 'call', id, action: 'Reset' });
    expect(parseFrame(printResult(id, { a: [1] }))).toMatchObject({ kind: 'result', id, payload: { a: [1] } });
    expect(parseFrame(printError(id, 'GenericError', 'x'.repeat(300)))).toMatchObject({
      kind: 'error',
      code: 'GenericError',
      description: 'x'.repeat(255),
    });
  });
});

describe('the length of a frame is its length in UTF-8', () => {
  const texts = ['a', 'é', '€', '😀', '\ud800', 'a€😀é', '\ud83d'];
  test.each(texts)('%j repeated up to and over the bound', one => {
    for (const times of [1, 3, 20]) {
      const text = one.repeat(times);
      // The lone half of a pair is three bytes to a Buffer; two are counted here, and such a frame is no JSON we want.
      const bytes = /[\ud800-\udfff]/u.test(text) ? times * 2 : Buffer.byteLength(text);
      expect(isLongerThan(text, bytes)).toBe(false);
      expect(isLongerThan(text, bytes - 1)).toBe(true);
    }
  });

  test('64 KiB and 256 KiB to the byte', () => {
    for (const max of [UNACCEPTED_FRAME_BYTES, ACCEPTED_FRAME_BYTES]) {
      expect(isLongerThan('a'.repeat(max), max)).toBe(false);
      expect(isLongerThan('a'.repeat(max + 1), max)).toBe(true);
      expect(isLongerThan('€'.repeat(Math.floor(max / 3)), max)).toBe(false);
      expect(isLongerThan('€'.repeat(Math.floor(max / 3) + 1), max)).toBe(true);
    }
  });
});

describe('the depth of a frame is told without reading it', () => {
  const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const table: [string, boolean][] = [
    [nest(FRAME_DEPTH), false],
    [nest(FRAME_DEPTH + 1), true],
    ['['.repeat(100_000), true],
    ['{"a":'.repeat(17), true],
    ['{"a":'.repeat(16), false],
    [`["${'['.repeat(50)}"]`, false],
    [`["${'\\"['.repeat(50)}"]`, false],
    [`["\\\\",${nest(16)}]`, true],
    [`["\\\\",${nest(15)}]`, false],
    [`[${'[],'.repeat(1000)}[]]`, false],
    ['"never closed [[[[[[[[[[[[[[[[[[[[', false],
    ['', false],
  ];
  test.each(table)('%#', (text, deeper) => {
    expect(isDeeperThan(text, FRAME_DEPTH)).toBe(deeper);
  });
});

describe('error codes', () => {
  test('each version spells its own', () => {
    expect(printErrorCode('FormatViolation', '1.6')).toBe('FormationViolation');
    expect(printErrorCode('OccurrenceConstraintViolation', '1.6')).toBe('OccurenceConstraintViolation');
    expect(printErrorCode('RpcFrameworkError', '1.6')).toBe('FormationViolation');
    expect(printErrorCode('MessageTypeNotSupported', '1.6')).toBe('GenericError');
    expect(printErrorCode('FormatViolation', '2.0.1')).toBe('FormatViolation');
    expect(printErrorCode('OccurrenceConstraintViolation', '2.1')).toBe('OccurrenceConstraintViolation');
  });

  test('every spelling is read', () => {
    expect(readErrorCode('FormationViolation')).toBe('FormatViolation');
    expect(readErrorCode('FormatViolation')).toBe('FormatViolation');
    expect(readErrorCode('OccurenceConstraintViolation')).toBe('OccurrenceConstraintViolation');
    expect(readErrorCode('OccurrenceConstraintViolation')).toBe('OccurrenceConstraintViolation');
    expect(readErrorCode('SecurityError')).toBe('SecurityError');
    expect(readErrorCode('toString')).toBe('GenericError');
    expect(readErrorCode('')).toBe('GenericError');
  });
});
