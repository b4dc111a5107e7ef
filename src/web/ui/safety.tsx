/** What a socket does when nobody speaks to it, and what is reserved for it: one line, the rest folded away. */

import { useState } from 'preact/hooks';
import { classSentence, costSentence, keepSentence, writesSentence } from '../safety-sentences.ts';
import { age } from '../sentences.ts';
import type { ConnectorView } from '../site-view.ts';
import { site, siteNowMs } from './live.ts';

type Props = { readonly connector: ConnectorView };

/** @param foot what stands in the line; @param stale true where it is not as it should be */
export function Safety({ connector, foot, stale }: Props & { readonly foot: string; readonly stale: boolean }) {
  const [isOpen, open] = useState(false);
  return (
    <details class="safety" open={isOpen} onToggle={event => open(event.currentTarget.open)}>
      <summary>
        <span class={stale ? 'attention-text' : ''}>{foot}</span>
        <Keeps connector={connector} />
      </summary>
      {isOpen && <Facts connector={connector} />}
    </details>
  );
}

/** Time left, counted down here; null where the limit has no end, 0 once it has lapsed. */
const leftMs = ({ leaseUntil, leaseMs }: ConnectorView): number | null =>
  leaseUntil === null ? leaseMs : Math.max(0, Date.parse(leaseUntil) - siteNowMs.value);

/** How long it keeps its limit by itself, as a bar that runs down and in words. */
function Keeps({ connector }: Props) {
  if (connector.control === 'uncontrolled' || connector.switchedOff) return null;
  if (connector.leaseClass !== 'A' || connector.control === 'unproven') return <span class="keeps">not proven</span>;
  const left = leftMs(connector);
  if (left === null || connector.grantA === connector.lapseA) return null;
  if (left === 0) return <span class="keeps">by itself</span>;
  const share = Math.min(1, left / (site.value?.site.leaseTtlMs ?? left));
  return (
    <span class="keeps">
      <i class="keeps-bar" aria-hidden="true">
        <i style={{ width: `${100 * share}%` }} />
      </i>
      keeps it {age(left)}
    </span>
  );
}

/** What it does when nobody speaks to it; nothing is sure of one that does not obey, or has no power. */
function alone(connector: ConnectorView): readonly (string | null)[] {
  if (connector.switchedOff) return [];
  if (connector.control === 'uncontrolled') return ['Does not do what it is told, so nothing is sure.'];
  return [classSentence(connector), keepSentence(connector, leftMs(connector)), costSentence(connector)];
}

function Facts({ connector }: Props) {
  const rows: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['Without Busbar', alone(connector)],
    ['Reserved for it', [connector.exposureWhy]],
    ['Set-up', [connector.setUp.words]],
    ['Limits written', [writesSentence(connector)]],
  ];
  return (
    <dl class="facts">
      {rows
        .map(([name, sentences]) => [name, sentences.filter(sentence => sentence !== null).join(' ')] as const)
        .filter(([, words]) => words !== '')
        .map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
    </dl>
  );
}
