/** What the schema refuses, in words: every ajv error becomes a finding with a hint, no value of a secret in it. */
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { dotted, type Finding } from './finding.ts';
import { nearestHint } from './near.ts';
import { type Schema, siteFileSchema } from './schema.ts';

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, verbose: true }).compile(
  siteFileSchema,
);

export type Refused = {
  readonly findings: readonly Finding[];
  /** Values that may not be looked at further. */
  readonly badPaths: readonly string[];
};

/** Everything in a parsed site file that its schema refuses. */
export function schemaFindings(value: unknown): Refused {
  if (value === null || value === undefined) {
    return {
      findings: [{ path: '', message: 'the file is empty', hint: 'see config/site.example.yaml' }],
      badPaths: [''],
    };
  }
  validate(value);
  // The branch that did not fit tells its own errors; that one was chosen is none.
  const errors = (validate.errors ?? []).filter(error => error.keyword !== 'if');
  const choices = errors.filter(error => error.keyword === 'oneOf' || error.keyword === 'anyOf');
  const plain = errors.filter(error => !choices.some(choice => choice === error || isUnder(error, choice)));
  const chosen = choices.map(choice => choiceFindings(choice, errors));
  return {
    findings: withoutMisspelt([...plain.map(findingOf), ...chosen.flatMap(one => one.findings)]),
    badPaths: [...plain.flatMap(badPath), ...chosen.flatMap(one => one.badPaths)],
  };
}

/** A misspelt key is one mistake: it is not told a second time as the missing one. */
function withoutMisspelt(findings: readonly Finding[]): readonly Finding[] {
  const meant = findings.flatMap(finding => {
    const name = finding.atKey === true ? /^did you mean "(.*)"/.exec(finding.hint ?? '')?.[1] : undefined;
    return name === undefined ? [] : [dotted(...finding.path.split('.').slice(0, -1), name)];
  });
  return findings.filter(finding => finding.message !== MISSING || !meant.includes(finding.path));
}

const MISSING = 'missing';

const isUnder = (error: ErrorObject, choice: ErrorObject): boolean =>
  error.schemaPath.startsWith(`${choice.schemaPath}/`) && error.instancePath.startsWith(choice.instancePath);

const pathOf = (error: ErrorObject): string =>
  error.instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

function badPath(error: ErrorObject): readonly string[] {
  if (error.keyword === 'required') return [];
  if (error.keyword === 'additionalProperties') return [dotted(pathOf(error), String(error.params.additionalProperty))];
  return [pathOf(error)];
}

/** A value that may take several forms: told from the form it is nearest to, or all of them when near none. */
function choiceFindings(choice: ErrorObject, errors: readonly ErrorObject[]): Refused {
  const forms = (choice.schema as readonly Schema[]).map((form, index) => ({
    form,
    errors: errors.filter(
      error =>
        error.schemaPath.startsWith(`${choice.schemaPath}/${index}/`) &&
        error.instancePath.startsWith(choice.instancePath),
    ),
  }));
  const atTop = (error: ErrorObject) => error.instancePath === choice.instancePath;
  const wrongKind = (error: ErrorObject) => atTop(error) && ['type', 'const', 'enum'].includes(error.keyword);
  const near = forms.filter(one => !one.errors.some(wrongKind));
  const path = pathOf(choice);
  if (near.length === 0) {
    const wanted = forms.map(one => formWords(one.form)).join(', or ');
    return { findings: [{ path, message: `must be ${wanted}, not ${shown(choice)}` }], badPaths: [path] };
  }
  const lacking = near.map(one => one.errors.find(error => atTop(error) && error.keyword === 'required'));
  if (lacking.every(error => error !== undefined)) {
    const names = lacking.map(error => String(error?.params.missingProperty)).join(' or ');
    return {
      findings: [{ path, message: `needs ${names}` }, ...unknownInAll(near)],
      badPaths: choice.keyword === 'oneOf' ? [path] : [],
    };
  }
  const best = near.reduce((a, b) => (b.errors.length < a.errors.length ? b : a));
  return { findings: best.errors.map(findingOf), badPaths: [path] };
}

const formWords = (form: Schema): string =>
  form.description ??
  (form.required === undefined ? (form.type ?? 'a value') : `a block with ${form.required.join(', ')}`);

function unknownInAll(forms: readonly { readonly errors: readonly ErrorObject[] }[]): readonly Finding[] {
  const unknown = (errors: readonly ErrorObject[]) => errors.filter(error => error.keyword === 'additionalProperties');
  const known = forms.flatMap(one => unknown(one.errors).flatMap(knownKeys));
  const [first, ...others] = forms.map(one => unknown(one.errors));
  const inAll = (first ?? []).filter(error =>
    others.every(list => list.some(other => other.params.additionalProperty === error.params.additionalProperty)),
  );
  return inAll.map(error => unknownKey(error, known));
}

const knownKeys = (error: ErrorObject): readonly string[] =>
  Object.keys((error.parentSchema as Schema | undefined)?.properties ?? {});

function unknownKey(error: ErrorObject, known: readonly string[]): Finding {
  const key = String(error.params.additionalProperty);
  return { path: dotted(pathOf(error), key), message: 'unknown key', hint: nearestHint(key, known), atKey: true };
}

function findingOf(error: ErrorObject): Finding {
  const schema = (error.parentSchema ?? {}) as Schema;
  const path = pathOf(error);
  const { hint, message } = WORDS[error.keyword]?.(error, schema) ?? { message: error.message ?? 'not allowed' };
  if (error.keyword === 'additionalProperties') return unknownKey(error, knownKeys(error));
  if (error.keyword === 'required') {
    const key = String(error.params.missingProperty);
    const about = schema.properties?.[key]?.description;
    return { path: dotted(path, key), message: MISSING, ...(about === undefined ? {} : { hint: about }) };
  }
  const about = hint ?? schema.description;
  return { path, message, ...(about === undefined ? {} : { hint: about }) };
}

type Words = { readonly message: string; readonly hint?: string };

const WORDS: Readonly<Record<string, (error: ErrorObject, schema: Schema) => Words>> = {
  type: error => typeWords(error),
  enum: error => ({
    message: `must be one of ${(error.params.allowedValues as unknown[]).join(', ')}, not ${shown(error)}`,
  }),
  const: error => ({ message: `must be ${String(error.params.allowedValue)}, not ${shown(error)}` }),
  minimum: error => ({ message: `must be at least ${error.params.limit}, not ${shown(error)}` }),
  maximum: error => ({ message: `must be at most ${error.params.limit}, not ${shown(error)}` }),
  exclusiveMinimum: error => ({ message: `must be more than ${error.params.limit}, not ${shown(error)}` }),
  minLength: () => ({ message: 'must not be empty' }),
  maxLength: error => ({ message: `must be at most ${error.params.limit} characters` }),
  minItems: error => ({ message: `needs at least ${error.params.limit}` }),
  maxItems: error => ({ message: `takes at most ${error.params.limit}` }),
  uniqueItems: error => ({ message: `entries ${error.params.j} and ${error.params.i} are the same` }),
  pattern: error => ({ message: `${shown(error)} does not have the form expected here` }),
  not: (error, schema) => notWords(error, schema),
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
};

function typeWords(error: ErrorObject): Words {
  const wanted = String(error.params.type);
  const message = `must be ${TYPE_WORDS[wanted] ?? wanted}, not ${shown(error)}`;
  if (error.data === null) return { message, hint: 'give it a value, or remove the line' };
  if (wanted === 'string' && typeof error.data !== 'object') return { message, hint: 'put it in quotes' };
  if (wanted === 'array') return { message, hint: 'begin each entry with "- "' };
  const bare = wanted === 'number' || wanted === 'integer' ? numberIn(error.data) : null;
  return bare === null ? { message } : { message, hint: `write the bare number: ${bare}` };
}

const numberIn = (value: unknown): string | null =>
  typeof value === 'string' ? (/^\s*(-?\d+(?:\.\d+)?)/.exec(value)?.[1] ?? null) : null;

function notWords(error: ErrorObject, schema: Schema): Words {
  const taken = (schema as { readonly not?: Schema }).not?.enum;
  const hint = taken === undefined ? 'choose another' : `${taken.join(', ')} have owners already: choose another name`;
  return { message: `${shown(error)} is not allowed here`, hint };
}

/** Longest piece of a value that is repeated to its writer. */
const SHOWN_CHARS = 40;

function shown(error: ErrorObject): string {
  const { data } = error;
  if (data === null) return 'nothing';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'a block of keys';
  if (/\/(password|token)$/.test(error.instancePath)) return `this ${typeof data === 'string' ? 'text' : typeof data}`;
  const text = String(data);
  const cut = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
  return typeof data === 'string' ? `"${cut}"` : cut;
}
