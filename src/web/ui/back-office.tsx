/** The line to the back office: whether it stands, and what waits for it. */
import { age } from '../sentences.ts';
import type { SiteView, UpstreamView } from '../site-view.ts';
import { Icon, type Shape } from './icons.tsx';

export const BackOffice = ({ view }: { readonly view: SiteView }) => (
  <section class="card list" aria-labelledby="back-office-title">
    <h2 id="back-office-title">Back office</h2>
    {view.upstream.length === 0 && <p class="muted">None is configured: Busbar decides here by itself.</p>}
    <ul class="list">
      {view.upstream.map(line => (
        <Line key={line.identity} line={line} />
      ))}
    </ul>
  </section>
);

const LOOKS: Readonly<Record<UpstreamView['state'], { readonly shape: Shape; readonly words: string }>> = {
  connected: { shape: 'tick', words: 'connected' },
  offline: { shape: 'off', words: 'offline; cars charge on, and everything is kept for it' },
  pending: { shape: 'clock', words: 'has not accepted this station yet' },
  none: { shape: 'ring', words: 'none' },
};

function Line({ line }: { readonly line: UpstreamView }) {
  const { shape, words } = LOOKS[line.state];
  return (
    <li data-upstream={line.identity}>
      <p class={line.state === 'offline' ? 'attention-text' : undefined}>
        <Icon shape={shape} /> <b>{line.identity}</b> {words}
      </p>
      {line.why !== '' && <p class="muted">Because: {line.why}.</p>}
      {line.whatToDo !== '' && <p class="muted">{line.whatToDo}</p>}
      <p class="muted">{queueWords(line)}</p>
      {line.setAside > 0 && (
        <p class="alarm-text">
          <Icon shape="warn" /> {count(line.setAside, 'message')} that it refused or never answered, set aside
        </p>
      )}
    </li>
  );
}

const queueWords = ({ queued, oldestMs, etaMs, state }: UpstreamView): string => {
  if (queued === 0) return 'Nothing waits.';
  const away = state === 'connected' ? '' : ' once it is back';
  const takes = etaMs === null ? '' : `, about ${age(etaMs)}${away}`;
  return `${count(queued, 'message')} waiting${takes}; the oldest for ${age(oldestMs)}.`;
};

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
