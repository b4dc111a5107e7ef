/** Make trouble: what people may break in the demo, with a stopwatch, and how it ended. */
import type { TroubleView } from '../demo-view.ts';
import type { SiteView } from '../site-view.ts';
import { answer, demo, elapsedMs, isOpen, makeTrouble, openDrawer, takeBack } from './demo.ts';
import { Icon } from './icons.tsx';
import { Answer } from './marks.tsx';

export function TroubleDrawer({ view }: { readonly view: SiteView }) {
  if (view.demo === null) return null;
  if (!isOpen.value) {
    return (
      <button type="button" class="strong trouble-open" aria-expanded="false" onClick={() => openDrawer(true)}>
        Make trouble
      </button>
    );
  }
  return (
    <aside class="drawer" aria-labelledby="trouble-title">
      <div class="section-head">
        <h2 id="trouble-title">Make trouble</h2>
        <button type="button" aria-expanded="true" onClick={() => openDrawer(false)}>
          Close
        </button>
      </div>
      <p class="muted">Break something, and watch. All figures are the world's own, not what Busbar believes.</p>
      {demo.value?.busbar === 'dead' && (
        <p class="dead">
          <Icon shape="off" /> Busbar is dead. What you see here comes from the world around it.
        </p>
      )}
      <Answer answer={answer.value} />
      <ul class="troubles">
        {(demo.value?.troubles ?? []).map(trouble => (
          <Trouble key={trouble.action} trouble={trouble} />
        ))}
      </ul>
    </aside>
  );
}

function Trouble({ trouble }: { readonly trouble: TroubleView }) {
  const { action, title, does, state, sentence, well, now } = trouble;
  const isOn = state === 'running' || state === 'stands';
  const ms = elapsedMs(trouble);
  return (
    <li class={`trouble ${state}`} data-trouble={action}>
      <div class="trouble-head">
        <h3>{title}</h3>
        {ms !== null && <output class="stopwatch">{(ms / 1000).toFixed(1)} s</output>}
      </div>
      {state === 'ready' && <p class="muted">{does}</p>}
      {now !== null && <p>{now}</p>}
      <p class={well === false ? 'sentence alarm-text' : 'sentence'} aria-live="polite">
        {sentence !== null && (
          <>
            {well !== null && <Icon shape={well ? 'tick' : 'stop'} />} {sentence}
          </>
        )}
      </p>
      <p class="marks">
        {isOn ? (
          <button type="button" onClick={() => takeBack(action)}>
            {trouble.undo}
          </button>
        ) : (
          <button type="button" onClick={() => makeTrouble(action)}>
            {state === 'ready' ? 'Do it' : 'Again'}
          </button>
        )}
      </p>
    </li>
  );
}
