/** Top and bottom of the page: whose site it is, whether the line is live, how the loop runs. */
import { age } from '../sentences.ts';
import type { SiteView } from '../site-view.ts';
import { Icon } from './icons.tsx';
import { isLost, silenceMs, siteNowMs } from './live.ts';
import { clockTime, momentOf } from './times.ts';

type Props = { readonly view: SiteView };

export const Header = ({ view }: Props) => (
  <header class="top">
    <img class="mark" src="/icon.svg" alt="" width="28" height="28" />
    <p class="site-name">{view.site.name}</p>
    <p class="line-state">
      <LineState />
    </p>
    <p class="time">
      <time>{clockTime(siteNowMs.value)}</time>
      {view.clock === 'unknown' && (
        <span class="chip plain">
          <Icon shape="clock" /> clock not checked
        </span>
      )}
    </p>
  </header>
);

const LineState = () => (
  <span class="chip plain">
    <Icon shape={isLost.value ? 'off' : 'dot'} /> {isLost.value ? 'Not live' : 'Live'}
  </span>
);

/** Stands over everything while the line is lost; the status speaks it once, this one counts on in silence. */
export const LostBanner = () =>
  isLost.value ? (
    <div class="lost-banner">
      <Icon shape="off" /> Connection lost, data {age(silenceMs.value)} old
    </div>
  ) : null;

/** Stands while the installer's window is open: until then chargers that nobody has proven are trusted further. */
export function CommissioningBanner({ view }: Props) {
  if (view.commissioning === null) return null;
  const unproven = new Set(view.connectors.filter(c => c.leaseClass !== 'A').map(c => c.charger)).size;
  return (
    <p class="commissioning">
      <Icon shape="clock" />
      <span>
        <b>Commissioning until {momentOf(view.commissioning.until, siteNowMs.value)}:</b> {trusted(unproven)}
      </span>
    </p>
  );
}

/** Stands while unknown chargers may wait here. */
export function AdoptionBanner({ view }: Props) {
  const { until, waiting } = view.adoption;
  if (until === null) return null;
  const who = waiting.length === 0 ? 'nobody waits yet' : waiting.length === 1 ? '1 waits' : `${waiting.length} wait`;
  return (
    <p class="commissioning">
      <Icon shape="clock" />
      <span>
        <b>Open for new chargers for {age(Date.parse(until) - siteNowMs.value)}:</b> {who}.{' '}
        <a href="#adoption-title">See below</a>
      </span>
    </p>
  );
}

function trusted(unproven: number): string {
  if (unproven === 0) return 'every charger is proven.';
  const who = unproven === 1 ? '1 charger that is not proven counts' : `${unproven} chargers that are not proven count`;
  return `${who} at the fallback current while connected, not at the rating.`;
}

export function Footer({ view }: Props) {
  const { loop, site } = view;
  const reaction = loop.p99ReactionMs === null ? '' : ` · slowest reaction ${round(loop.p99ReactionMs)} ms`;
  return (
    <footer class="bottom">
      <p>
        {loop.passes.toLocaleString()} passes · last {round(loop.lastPassMs)} ms · slowest {round(loop.p99PassMs)} ms
        {reaction}
      </p>
      <p>
        Preset {site.preset}: a proven charger that hears nothing falls back within {site.leaseTtlMs / 1000} s.
      </p>
      {loop.failedChecks > 0 && (
        <p class="alarm-text">
          <Icon shape="warn" /> {loop.failedChecks} passes failed their own check and fell back.
        </p>
      )}
    </footer>
  );
}

const round = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
