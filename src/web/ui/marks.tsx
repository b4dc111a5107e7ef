/** What a person may say of a charger: that it has no power, or that it may be trusted again. Asked twice. */
import { useState } from 'preact/hooks';
import type { ConnectorView } from '../site-view.ts';
import { token, type Written, write } from './writing.ts';

type Offer = {
  readonly path: 'switched-off' | 'trusted';
  readonly open: string;
  readonly question: string;
  readonly yes: string;
};

const NO_POWER: Offer = {
  path: 'switched-off',
  open: 'It has no power …',
  question:
    'Is its breaker off? Then nothing is reserved for this charger until it connects again. If it does have power, a fuse may blow.',
  yes: 'Yes, its breaker is off',
};

const TRUST: Offer = {
  path: 'trusted',
  open: 'It obeys again …',
  question:
    'Was it mended or restarted? Then this charger counts at what it is told. If it still does not obey, a fuse may blow.',
  yes: 'Yes, trust it again',
};

/** What a person could tell us of it; null where there is nothing to tell. */
const offerFor = ({ control, switchedOff }: ConnectorView): Offer | null => {
  if (control === 'uncontrolled') return TRUST;
  return control === 'offline' && !switchedOff ? NO_POWER : null;
};

type Step = 'closed' | 'asking' | 'sending';

export function Marks({ connector }: { readonly connector: ConnectorView }) {
  const [step, go] = useState<Step>('closed');
  const [answer, heard] = useState<Written>({ kind: 'done' });
  const offer = offerFor(connector);
  const send = async (method: 'PUT' | 'DELETE', path: Offer['path']) => {
    go('sending');
    const written = await write(method, `/api/v1/chargers/${encodeURIComponent(connector.charger)}/${path}`);
    heard(written);
    go(written.kind === 'done' ? 'closed' : 'asking');
  };
  const close = () => {
    heard({ kind: 'done' });
    go('closed');
  };
  if (connector.switchedOff) return <Undo step={step} answer={answer} undo={() => send('DELETE', 'switched-off')} />;
  if (offer === null) return null;
  if (step === 'closed') {
    return (
      <p class="marks">
        <button type="button" onClick={() => go('asking')}>
          {offer.open}
        </button>
      </p>
    );
  }
  return <Question offer={offer} step={step} answer={answer} yes={() => send('PUT', offer.path)} no={close} />;
}

type QuestionProps = {
  readonly offer: Offer;
  readonly step: Step;
  readonly answer: Written;
  yes(): void;
  no(): void;
};

const Question = ({ offer, step, answer, yes, no }: QuestionProps) => (
  <fieldset class="question">
    <p>{offer.question}</p>
    <Answer answer={answer} />
    <p class="marks">
      <button type="button" class="strong" disabled={step === 'sending'} onClick={yes}>
        {offer.yes}
      </button>
      <button type="button" onClick={no}>
        Cancel
      </button>
    </p>
  </fieldset>
);

type UndoProps = { readonly step: Step; readonly answer: Written; undo(): void };

/** Booking it again is always safe, so it is not asked twice. */
const Undo = ({ step, answer, undo }: UndoProps) => (
  <div>
    {step !== 'closed' && <Answer answer={answer} />}
    <p class="marks">
      <button type="button" disabled={step === 'sending'} onClick={undo}>
        Undo this
      </button>
    </p>
  </div>
);

/** What the gateway said to the last try, and the field for the token where it wants one. */
export function Answer({ answer }: { readonly answer: Written }) {
  if (answer.kind === 'done') return null;
  if (answer.kind === 'refused') {
    return (
      <p class="alarm-text" role="alert">
        {answer.detail}
      </p>
    );
  }
  return (
    <label class="token">
      <span>{answer.detail === '' ? 'Token of this gateway' : answer.detail}</span>
      <input
        type="password"
        autocomplete="off"
        value={token.value}
        onInput={event => {
          token.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}
