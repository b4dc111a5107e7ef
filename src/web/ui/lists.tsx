/** Limits in force with who set them, and chargers that were not let in. */
import { age, kilowatts } from '../sentences.ts';
import type { LimitView, SiteView } from '../site-view.ts';
import { sourceName } from '../status.ts';
import { Icon } from './icons.tsx';
import { siteNowMs } from './live.ts';
import { limitAmps } from './status-head.tsx';
import { momentOf } from './times.ts';

type Props = { readonly view: SiteView };

export const Limits = ({ view }: Props) => (
  <section class="card list" aria-labelledby="limits-title">
    <h2 id="limits-title">Limits in force</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Set by</th>
          <th scope="col">On</th>
          <th scope="col">At most</th>
          <th scope="col">Holds</th>
        </tr>
      </thead>
      <tbody>
        {view.limits.map(limit => (
          <tr key={`${limit.source} ${limit.circuit} ${limit.kind}`}>
            <td>{sourceName(limit.source)}</td>
            <td>{view.circuits.find(c => c.id === limit.circuit)?.name ?? limit.circuit}</td>
            <td class="figure">
              {value(limit)}
              {limit.evOnly && <span class="muted"> cars only</span>}
            </td>
            <td>{holds(limit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

function value(limit: LimitView): string {
  const standing = limit.failSafe
    ? { amps: limit.failSafeA, watts: null }
    : { amps: limit.limitA, watts: limit.limitW };
  const watts = standing.watts === null ? '' : kilowatts(standing.watts);
  return [limitAmps(standing.amps), watts].filter(text => text !== '').join(', ');
}

function holds(limit: LimitView): string {
  if (limit.kind === 'hard') return 'always';
  if (limit.failSafe) return 'fail-safe, until written anew';
  return limit.validUntil === null ? 'while Busbar runs' : `until ${momentOf(limit.validUntil, siteNowMs.value)}`;
}

export const Refused = ({ view }: Props) =>
  view.refused.length === 0 ? null : (
    <section class="card list" aria-labelledby="refused-title">
      <h2 id="refused-title">Chargers not let in</h2>
      <ul class="refused">
        {view.refused.map(({ identity, remoteAddress, cause, meaning, at }) => (
          <li key={`${identity} ${remoteAddress}`}>
            <p class="refused-who">
              <Icon shape="off" /> <b>{identity === '' ? '(no name)' : identity}</b>{' '}
              <span class="muted">
                from {remoteAddress}, {age(siteNowMs.value - Date.parse(at))} ago
              </span>
            </p>
            <p>
              {cause}: <span class="attention-text">{meaning}</span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
