/** A codec from a version's schemas and its translation: schema first, mended where that is allowed, then words. */
import type { Outcome } from '#base/outcome.ts';
import type { Codec, Decoded, Encoded, Manner } from '#ocpp/dialect.ts';
import { type Mending, mend } from '#ocpp/mend.ts';
import type { ActionSchemas, Schema } from '#ocpp/schema.ts';

/** The translation alone; payloads have passed their schema. */
export type Translation<Request, Answer> = {
  actionOf(request: Request): string;
  encode(request: Request): Outcome<Encoded>;
  decode(action: string, payload: object): Request;
  encodeReply(request: Request, answer: Answer): object;
  decodeReply(request: Request, payload: object): Answer;
};

export function schemaCodec<Request, Answer>(
  actions: ReadonlyMap<string, ActionSchemas>,
  mending: Mending,
  translation: Translation<Request, Answer>,
): Codec<Request, Answer> {
  return {
    knows: action => actions.has(action),
    encode: translation.encode,
    encodeReply: translation.encodeReply,
    decode(action, payload, manner) {
      const schemas = actions.get(action);
      if (schemas === undefined) return { ok: false, code: 'NotImplemented', detail: `no action ${action}` };
      const checked = admit(schemas.request, payload, manner, mending);
      if (typeof checked !== 'number') return checked;
      return { ok: true, value: translation.decode(action, payload), mended: checked };
    },
    decodeReply(request, payload, manner) {
      const schemas = actions.get(translation.actionOf(request));
      if (schemas === undefined) return { ok: false, code: 'NotImplemented', detail: 'no such action' };
      const checked = admit(schemas.response, payload, manner, mending);
      if (typeof checked !== 'number') return checked;
      return { ok: true, value: translation.decodeReply(request, payload), mended: checked };
    },
  };
}

/** The number of mended fields of a payload that now matches its schema, or why it is refused. */
function admit(schema: Schema, payload: object, manner: Manner, mending: Mending): number | Decoded<never> {
  const violation = schema.check(payload);
  if (violation === null) return 0;
  if (manner === 'strict') return { ok: false, code: violation.code, detail: violation.detail };
  const mended = mend(schema.raw, payload, mending);
  const left = schema.check(payload);
  return left === null ? mended : { ok: false, code: left.code, detail: left.detail };
}
