/** The first thing people read: is everything all right, and what stands in the way. */
import { useEffect, useState } from 'preact/hooks';
import { amps, kilowatts } from '../sentences.ts';
import type { LimitView, SiteView, StatusView } from '../site-view.ts';
import { sourceName } from '../status.ts';
import { Icon, type Shape } from './icons.tsx';
import { isLost, siteNowMs } from './live.ts';
import { momentOf } from './times.ts';

const SHAPES: Readonly<Record<StatusView['level'], Shape>> = { calm: 'tick', attention: 'warn', alarm: 'stop' };

export function StatusHead({ view }: { readonly view: SiteView }) {
  const { level, control, load } = view.status;
  const outside = view.limits.filter(isFromOutside);
  return (
    <section class={`status ${level}`} aria-label="Status">
      <span class="badge">
        <Icon shape={SHAPES[level]} />
      </span>
      <div>
        <h1>{control}</h1>
        <p class="lead">{load}</p>
        {view.notReady.map(reason => (
          <p key={reason} class="note attention-text">
            <Icon shape="warn" /> {reason}
          </p>
        ))}
        {view.limitsOnly !== null && (
          <p class="note attention-text">
            <Icon shape="warn" /> {view.limitsOnly.words}
          </p>
        )}
        {view.refused.length > 0 && (
          <p class="note">
            <a href="#refused-title">{doorWords(view.refused.length)}</a>
          </p>
        )}
        {outside.map(limit => (
          <p key={`${limit.source} ${limit.circuit}`} class="note">
            {limitSentence(limit, view)}
          </p>
        ))}
      </div>
      <Announcer words={isLost.value ? 'Connection lost.' : control} />
    </section>
  );
}

const doorWords = (count: number): string =>
  count === 1 ? 'One charger was not let in: see why.' : `${count} chargers were not let in: see why.`;

/** Limits of people and systems; those of the configuration stand in the list below. */
const isFromOutside = (limit: LimitView): boolean =>
  limit.kind === 'live' && limit.source !== 'contract' && (limit.limitA !== null || limit.limitW !== null);

function limitSentence(limit: LimitView, view: SiteView): string {
  const where = view.circuits.find(circuit => circuit.id === limit.circuit)?.name ?? limit.circuit;
  const what = limit.limitW === null ? limitAmps(limit.limitA) : kilowatts(limit.limitW);
  if (limit.failSafe) return `${sourceName(limit.source)} is silent: its fail-safe limit stands on ${where}.`;
  const until = limit.validUntil === null ? '' : ` until ${momentOf(limit.validUntil, siteNowMs.value)}`;
  return `${sourceName(limit.source)}: ${what} on ${where}${until}.`;
}

/** "63 A", or each phase where they differ. */
export function limitAmps(limitA: LimitView['limitA']): string {
  if (limitA === null) return '';
  if (typeof limitA === 'number') return amps(limitA);
  const one = (name: string, value: number | null) => (value === null ? '' : `${name} ${amps(value)}`);
  return [one('L1', limitA.l1), one('L2', limitA.l2), one('L3', limitA.l3)].filter(text => text !== '').join(', ');
}

/** Screen readers hear a change of state, at most every five seconds, and no stream of numbers. */
const ANNOUNCE_EVERY_MS = 5000;

function Announcer({ words }: { readonly words: string }) {
  const [said, say] = useState(words);
  useEffect(() => {
    if (words === said) return;
    const timer = setTimeout(() => say(words), ANNOUNCE_EVERY_MS);
    return () => clearTimeout(timer);
  }, [words, said]);
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  );
}
