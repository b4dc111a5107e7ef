/** One charger that waits: what it said of itself, and what a person has to say of it before it is adopted. */
import { useState } from 'preact/hooks';
import { age } from '../sentences.ts';
import type { SiteView, WaitingView } from '../site-view.ts';
import { Icon } from './icons.tsx';
import { siteNowMs } from './live.ts';
import { Answer } from './marks.tsx';
import { type Written, write } from './writing.ts';

type Props = {
  readonly guest: WaitingView;
  readonly view: SiteView;
  /** @param notes what it costs the others, in sentences */
  adopted(notes: readonly string[]): void;
};

export function Guest(props: Props) {
  const { guest } = props;
  const [isOpen, open] = useState(false);
  return (
    <li class="guest" data-guest={guest.identity}>
      <p>
        <Icon shape="clock" /> <b>{guest.identity}</b>{' '}
        <span class="muted">
          from {guest.remoteAddress}, {age(siteNowMs.value - Date.parse(guest.since))} ago
        </span>
      </p>
      <p>{itself(guest)}</p>
      <p class="attention-text">Waits to be adopted: not under control, may draw its full rating.</p>
      {isOpen ? (
        <Form {...props} cancel={() => open(false)} />
      ) : (
        <p class="marks">
          <button type="button" disabled={guest.model === null} onClick={() => open(true)}>
            Adopt …
          </button>
        </p>
      )}
    </li>
  );
}

/** "Alder Wallbox 11, firmware 2.1, 1 socket." */
function itself({ vendor, model, firmware, serial, sockets }: WaitingView): string {
  if (model === null) return 'Has not said yet what it is.';
  const said = [
    `${vendor} ${model}`,
    firmware === '' ? null : `firmware ${firmware}`,
    serial === '' ? null : `serial ${serial}`,
    sockets === null ? null : sockets === 1 ? '1 socket' : `${sockets} sockets`,
  ];
  return `${said.filter(part => part !== null).join(', ')}.`;
}

const THREE: Readonly<Record<string, string>> = {
  RST: 'L1 L2 L3',
  STR: 'L2 L3 L1',
  TRS: 'L3 L1 L2',
  RTS: 'L1 L3 L2',
  SRT: 'L2 L1 L3',
  TSR: 'L3 L2 L1',
};
const ONE: Readonly<Record<string, string>> = { R: 'L1', S: 'L2', T: 'L3' };

/** As typed. */
type Draft = {
  readonly name: string;
  readonly circuit: string;
  readonly rating: string;
  readonly cable: string;
  readonly rotation: string;
};

const draftOf = ({ proposal }: WaitingView): Draft => ({
  name: proposal.name,
  circuit: proposal.circuit ?? '',
  rating: String(proposal.ratingA),
  cable: '',
  rotation: proposal.rotation,
});

/** As it would stand in the site file. */
const entryOf = ({ name, circuit, rating, cable, rotation }: Draft): object => ({
  name,
  circuit,
  ratingA: Number(rating),
  ...(cable === '' ? {} : { cableA: Number(cable) }),
  phases: rotation.length,
  rotation,
});

function Form({ guest, view, adopted, cancel }: Props & { cancel(): void }) {
  const [draft, change] = useState(draftOf(guest));
  const [isSending, send] = useState(false);
  const [answer, heard] = useState<Written>({ kind: 'done' });
  const submit = async (event: Event) => {
    event.preventDefault();
    send(true);
    const path = `/api/v1/adoption/chargers/${encodeURIComponent(guest.identity)}`;
    const written = await write('PUT', path, entryOf(draft));
    heard(written);
    send(false);
    if (written.kind === 'done') adopted((written.answer as { notes: readonly string[] }).notes);
  };
  return (
    <form class="adopt" onSubmit={submit}>
      <Fields draft={draft} view={view} change={part => change({ ...draft, ...part })} />
      <p class="muted">
        {proofWords(guest)} Its rating is reserved while it cannot be told anything: too low a figure reserves too
        little.
      </p>
      <Answer answer={answer} />
      <Problems answer={answer} />
      <p class="marks">
        <button type="submit" class="strong" disabled={isSending}>
          Adopt it
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </p>
    </form>
  );
}

type FieldsProps = { readonly draft: Draft; readonly view: SiteView; change(part: Partial<Draft>): void };

function Fields({ draft, view, change }: FieldsProps) {
  const feeds = view.circuits.filter(one => !view.connectors.some(connector => connector.charger === one.id));
  const wirings = view.site.phases === 3 ? { ...THREE, ...ONE } : { R: 'L1' };
  return (
    <>
      <label>
        <span>Name</span>
        <input value={draft.name} maxLength={80} onInput={event => change({ name: event.currentTarget.value })} />
      </label>
      <label>
        <span>Circuit that feeds it</span>
        <select value={draft.circuit} onChange={event => change({ circuit: event.currentTarget.value })}>
          {draft.circuit === '' && <option value="">choose …</option>}
          {feeds.map(one => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <Amps words="Rating on its plate, A per phase" value={draft.rating} set={rating => change({ rating })} />
      <Amps words="Fuse or cable to it, A, where lower" value={draft.cable} set={cable => change({ cable })} />
      <label>
        <span>Its L1 … on the phases</span>
        <select value={draft.rotation} onChange={event => change({ rotation: event.currentTarget.value })}>
          {Object.entries(wirings).map(([letters, words]) => (
            <option key={letters} value={letters}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

type AmpsProps = { readonly words: string; readonly value: string; set(value: string): void };

const Amps = ({ words, value, set }: AmpsProps) => (
  <label>
    <span>{words}</span>
    <input
      type="number"
      inputMode="decimal"
      min="6"
      step="any"
      value={value}
      onInput={event => set(event.currentTarget.value)}
    />
  </label>
);

const proofWords = ({ hasPassword, remoteAddress }: WaitingView): string =>
  hasPassword
    ? 'From now on it has to come with the password that it sent.'
    : `It has no password: from now on it may come from ${remoteAddress} only.`;

/** Everything that is wrong, by the name of its field. */
function Problems({ answer }: { readonly answer: Written }) {
  const problems = answer.kind === 'refused' ? (answer.problems ?? []) : [];
  if (problems.length === 0) return null;
  return (
    <ul class="alarm-text">
      {problems.map(({ path, message, hint }) => (
        <li key={`${path} ${message}`}>
          {path === '' ? '' : `${path}: `}
          {message}
          {hint === undefined ? '' : ` (${hint})`}
        </li>
      ))}
    </ul>
  );
}
