/** A limit that a person sets by hand: kW for the whole site, for as long as they like. It can only lower. */
import { useState } from 'preact/hooks';
import { amps, kilowatts } from '../sentences.ts';
import type { SiteView } from '../site-view.ts';
import { mainCircuit } from '../trend.ts';
import { Answer } from './marks.tsx';
import { type Written, write } from './writing.ts';

/** The source that stands for people; a site whose configuration does not name it has no slider. */
const SOURCE = 'cap';
const PATH = `/api/v1/limits/${SOURCE}`;

export function Cap({ view }: { readonly view: SiteView }) {
  const [chosen, choose] = useState<number | null>(null);
  const [answer, heard] = useState<Written>({ kind: 'done' });
  const main = mainCircuit(view);
  const mostKw = mostOf(view);
  if (main === undefined || mostKw === null || !view.site.limitSources.includes(SOURCE)) return null;
  const standing = view.limits.find(limit => limit.source === SOURCE && limit.circuit === main.id);
  const standingKw = standing?.limitW === null || standing === undefined ? null : standing.limitW / 1000;
  const shownKw = chosen ?? standingKw ?? mostKw;
  const send = async (written: Promise<Written>) => {
    heard(await written);
    choose(null);
  };
  const set = (kw: number) => send(write('PUT', PATH, [{ circuit: main.id, limitW: kw * 1000 }]));
  return (
    <section class="card list cap" aria-labelledby="cap-title">
      <h2 id="cap-title">Cap by hand</h2>
      <label class="slider">
        <span>
          <b>{kilowatts(shownKw * 1000)}</b> for {main.name}
          <span class="muted">: {ampsWords(view, shownKw)}</span>
        </span>
        <input
          type="range"
          min={0}
          max={mostKw}
          step={1}
          value={shownKw}
          aria-valuetext={`${shownKw} kW, ${ampsWords(view, shownKw)}`}
          onInput={event => choose(event.currentTarget.valueAsNumber)}
          onChange={event => set(event.currentTarget.valueAsNumber)}
        />
      </label>
      <Answer answer={answer} />
      <p class="marks">
        {standing === undefined ? (
          <span class="muted">No cap stands. Let go of the slider to set one.</span>
        ) : (
          <button type="button" onClick={() => send(write('DELETE', PATH))}>
            Take the cap back
          </button>
        )}
      </p>
    </section>
  );
}

/** Shared evenly: "43 A on each phase". */
function ampsWords({ site: { phases, nominalV } }: SiteView, kw: number): string {
  const each = amps(Math.round((kw * 1000) / (phases * nominalV)));
  return phases === 1 ? each : `${each} on each phase`;
}

/** The whole of what the site may ever draw, in whole kW: its contract, else its fuse. */
function mostOf(view: SiteView): number | null {
  const main = mainCircuit(view);
  const fixed = view.limits.filter(limit => limit.circuit === main?.id && !limit.evOnly && limit.source !== SOURCE);
  const contracts = fixed.flatMap(({ source, limitW }) => (source === 'contract' && limitW !== null ? [limitW] : []));
  if (contracts.length > 0) return Math.floor(Math.min(...contracts) / 1000);
  const { l1, l2, l3 } = main?.hardLimitA ?? { l1: null, l2: null, l3: null };
  const fuseA = [l1, l2, l3].filter(limit => limit !== null);
  if (fuseA.length === 0) return null;
  return Math.floor((fuseA.reduce((sum, limit) => sum + limit, 0) * view.site.nominalV) / 1000);
}
