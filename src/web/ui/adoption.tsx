/** Chargers that stand in no file: the window in which they may wait, who waits, and who was adopted. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { age } from '../sentences.ts';
import type { AdoptionView, SiteView } from '../site-view.ts';
import { Guest } from './adoption-form.tsx';
import { Icon } from './icons.tsx';
import { siteNowMs } from './live.ts';
import { Answer } from './marks.tsx';
import { type Written, write } from './writing.ts';

type Props = { readonly view: SiteView };

/** What the gateway said to the last adoption: its row is gone by then. */
const lastWords = signal<readonly string[]>([]);

export const Adoption = ({ view }: Props) => (
  <section class="card list adoption" aria-labelledby="adoption-title">
    <h2 id="adoption-title">New chargers</h2>
    <Window adoption={view.adoption} />
    {lastWords.value.map(words => (
      <p key={words} class="attention-text" role="status">
        {words}
      </p>
    ))}
    {view.adoption.waiting.length > 0 && (
      <ul class="guests">
        {view.adoption.waiting.map(guest => (
          <Guest
            key={guest.identity}
            guest={guest}
            view={view}
            adopted={notes => {
              lastWords.value = notes;
            }}
          />
        ))}
      </ul>
    )}
    <Adopted view={view} />
  </section>
);

/** Opening it lets nobody charge, and closing it ends nothing that counts: neither is asked twice. */
function Window({ adoption }: { readonly adoption: AdoptionView }) {
  const [answer, heard] = useState<Written>({ kind: 'done' });
  const [isSending, send] = useState(false);
  const isOpen = adoption.until !== null;
  const turn = async () => {
    send(true);
    lastWords.value = [];
    heard(await write(isOpen ? 'DELETE' : 'PUT', '/api/v1/adoption/window'));
    send(false);
  };
  return (
    <div class="adoption-window">
      <p role="status">{isOpen ? openWords(adoption) : CLOSED}</p>
      <Answer answer={answer} />
      <p class="marks">
        <button type="button" disabled={isSending} onClick={turn}>
          {isOpen ? 'Close it now' : 'Let new chargers wait for 30 min'}
        </button>
      </p>
    </div>
  );
}

const CLOSED = 'A charger that nobody entered here is turned away. Let it wait, and it can be adopted.';

function openWords({ until, waiting }: AdoptionView): string {
  const left = age(Date.parse(until ?? '') - siteNowMs.value);
  const who = waiting.length === 0 ? 'Switch it on, and point it at this machine.' : '';
  return `Open for ${left} more: a charger of this network that nobody entered may wait here. ${who}`.trim();
}

const Adopted = ({ view }: Props) => {
  const { adopted, leftOut } = view.adoption;
  if (adopted.length === 0) return null;
  const out = new Set(leftOut.map(one => one.charger));
  return (
    <ul class="adopted">
      {adopted
        .filter(one => !out.has(one.charger))
        .map(one => (
          <Member key={one.charger} charger={one.charger} removed={one.removed} name={nameOf(view, one.charger)} />
        ))}
      {leftOut.map(({ charger, problems }) => (
        <li key={charger}>
          <p class="alarm-text" role="alert">
            <Icon shape="warn" /> {charger} was adopted and does not fit the site file any more: {problems.join('; ')}
          </p>
          <TakeOut charger={charger} removed={false} />
        </li>
      ))}
    </ul>
  );
};

const nameOf = (view: SiteView, charger: string): string =>
  view.connectors.find(connector => connector.charger === charger)?.name ?? charger;

type MemberProps = { readonly charger: string; readonly removed: boolean; readonly name: string };

const Member = ({ charger, removed, name }: MemberProps) => (
  <li>
    <p>
      <b>{name}</b> {name !== charger && <span class="muted">{charger}</span>}{' '}
      {removed ? 'taken out: gets nothing, and stays reserved for until it is known to have no power' : 'adopted'}
    </p>
    <TakeOut charger={charger} removed={removed} />
  </li>
);

/** Taking out is asked twice; taking back is not, for limits hold either way. */
function TakeOut({ charger, removed }: Pick<MemberProps, 'charger' | 'removed'>) {
  const [step, go] = useState<'closed' | 'asking' | 'sending'>('closed');
  const [answer, heard] = useState<Written>({ kind: 'done' });
  const path = `/api/v1/adoption/chargers/${encodeURIComponent(charger)}`;
  const send = async (method: 'PUT' | 'DELETE') => {
    go('sending');
    const written = await write(method, path, method === 'PUT' ? {} : undefined);
    heard(written);
    go(written.kind === 'done' ? 'closed' : 'asking');
  };
  if (removed || step === 'closed') {
    return (
      <>
        {removed && <Answer answer={answer} />}
        <p class="marks">
          <button type="button" disabled={step === 'sending'} onClick={() => (removed ? send('PUT') : go('asking'))}>
            {removed ? 'Take it back' : 'Take it out …'}
          </button>
        </p>
      </>
    );
  }
  return (
    <fieldset class="question">
      <p>Take {charger} out of this site? Its car stops charging.</p>
      <Answer answer={answer} />
      <p class="marks">
        <button type="button" class="strong" disabled={step === 'sending'} onClick={() => send('DELETE')}>
          Yes, take it out
        </button>
        <button type="button" onClick={() => go('closed')}>
          Cancel
        </button>
      </p>
    </fieldset>
  );
}
