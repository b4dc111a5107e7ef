/** All sockets, grouped by the circuit that feeds them, with a filter. */
import { signal } from '@preact/signals';
import type { ConnectorView, SiteView } from '../site-view.ts';
import { ConnectorCard, isIdle } from './connector-card.tsx';

type Filter = { readonly name: string; readonly words: string; wants(connector: ConnectorView): boolean };

const isCharging = (c: ConnectorView): boolean => c.status === 'Charging';
const isFree = (c: ConnectorView): boolean => c.status === 'Available';
const needsLook = (c: ConnectorView): boolean =>
  (c.control === 'offline' && !c.switchedOff) || c.control === 'uncontrolled' || c.status === 'Faulted';

const FILTERS: readonly Filter[] = [
  { name: 'all', words: 'All', wants: () => true },
  { name: 'charging', words: 'Charging', wants: isCharging },
  { name: 'waiting', words: 'Waiting', wants: c => !isCharging(c) && !isFree(c) && !needsLook(c) },
  { name: 'free', words: 'Free', wants: isFree },
  { name: 'look', words: 'Needs a look', wants: needsLook },
];

const chosen = signal('all');

export function Connectors({ view }: { readonly view: SiteView }) {
  const filter = FILTERS.find(f => f.name === chosen.value);
  const shown = view.connectors.filter(c => filter?.wants(c) ?? true);
  const groups = view.circuits
    .map(circuit => ({ circuit, members: shown.filter(c => c.circuit === circuit.id) }))
    .filter(group => group.members.length > 0);
  return (
    <section aria-labelledby="sockets-title">
      <div class="section-head">
        <h2 id="sockets-title">Sockets</h2>
        <Filters connectors={view.connectors} />
      </div>
      {groups.map(({ circuit, members }) => (
        <div key={circuit.id}>
          <h3 class="group-name">
            {circuit.name} <span class="muted">{members.length === 1 ? '1 socket' : `${members.length} sockets`}</span>
          </h3>
          <Cards connectors={members.filter(c => !isIdle(c))} kind="sockets" />
          <Cards connectors={members.filter(isIdle)} kind="sockets compact" />
        </div>
      ))}
      {groups.length === 0 && <p class="empty">No socket is in this state.</p>}
    </section>
  );
}

type CardsProps = { readonly connectors: readonly ConnectorView[]; readonly kind: string };

/** Those that nobody uses stand small, below the others. */
const Cards = ({ connectors, kind }: CardsProps) =>
  connectors.length === 0 ? null : (
    <ul class={kind}>
      {connectors.map(connector => (
        <ConnectorCard key={`${connector.charger} ${connector.connectorId}`} connector={connector} />
      ))}
    </ul>
  );

const Filters = ({ connectors }: { readonly connectors: readonly ConnectorView[] }) => (
  <fieldset class="filters">
    <legend class="unseen">Show</legend>
    {FILTERS.map(({ name, words, wants }) => (
      <label key={name} class="filter">
        <input
          type="radio"
          name="filter"
          checked={chosen.value === name}
          onChange={() => {
            chosen.value = name;
          }}
        />
        <span>
          {words} <b>{connectors.filter(wants).length}</b>
        </span>
      </label>
    ))}
  </fieldset>
);
