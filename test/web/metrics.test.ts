import { describe, expect, it } from 'vitest';
import { createMetrics } from '#web/metrics.ts';
import type { SiteView } from '#web/site-view.ts';
import { siteView, type ViewInput } from '#web/view.ts';
import { garageGate, garageState, NOW_MS, NOW_WALL_MS } from './garage.ts';

const input: ViewInput = {
  state: garageState(),
  gate: garageGate(),
  loop: { lastPassMs: 2, p99PassMs: 4, p99ReactionMs: 8 },
  notReady: [],
  refused: [],
  adoption: { untilMs: null, waiting: [], adopted: [], leftOut: [] },
  upstream: [],
  preset: 'standard',
  clock: 'synchronised',
  nowMs: NOW_MS,
  nowWallMs: NOW_WALL_MS,
  wallOffsetMs: NOW_WALL_MS - NOW_MS,
};
const view: SiteView = siteView(input);
const scrape = (of = view) => createMetrics().text(of, { clients: 2, dropped: 1 });

/** The rules of promtool's linter that a name can break. */
function lint(name: string, kind: string, help: string): string[] {
  return [
    /^[a-z][a-z0-9_]*$/.test(name) ? '' : 'only lower case and underscores',
    name.startsWith('busbar_') ? '' : 'not ours',
    kind === 'counter' && !name.endsWith('_total') ? 'counters end in _total' : '',
    kind !== 'counter' && name.endsWith('_total') ? 'only counters end in _total' : '',
    /_(count|sum|bucket)$/.test(name) ? 'reserved ending' : '',
    /(gauge|counter|histogram|summary)/.test(name) ? 'carries its kind' : '',
    /_(milli|micro|kilo|ms|s|sec|secs|amps|amp|a|w|kw|minutes|hours|percent)(_|$)/.test(name) ? 'not a base unit' : '',
    help.trim() === '' ? 'no help' : '',
  ].filter(problem => problem !== '');
}

describe('the figures for Prometheus', () => {
  it('have names as promtool wants them', async () => {
    const text = await scrape();
    const families = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)];
    expect(families.length).toBeGreaterThan(20);
    const problems = families.flatMap(([, name = '', help = '', kind = '']) =>
      lint(name, kind, help).map(problem => `${name}: ${problem}`),
    );
    expect(problems).toEqual([]);
    expect(lint('busbar_passes_ms', 'counter', '')).toHaveLength(3);
  });

  it('tell limits, loads, grants and ages in base units', async () => {
    const text = await scrape();
    expect(text).toMatch(/^busbar_circuit_limit_amperes\{circuit="main",phase="l1"\} 160$/m);
    expect(text).toMatch(/^busbar_circuit_limit_watts\{circuit="main"\} 80000$/m);
    expect(text).not.toMatch(/^busbar_circuit_limit_watts\{circuit="row-a"\}/m);
    expect(text).toMatch(/^busbar_connector_grant_amperes\{charger="CP03",connector="1"\} 16$/m);
    expect(text).toMatch(/^busbar_meter_age_seconds\{meter="grid"\} 0.4$/m);
    expect(text).toMatch(/^busbar_loop_p99_reaction_seconds 0.008$/m);
    expect(text).toMatch(/^busbar_loop_passes_total 12345$/m);
    expect(text).toMatch(/^busbar_connectors\{control="controlled"\} 34$/m);
  });

  it('follow the site from scrape to scrape, and let go what has ended', async () => {
    const metrics = createMetrics();
    await metrics.text(view, { clients: 0, dropped: 0 });
    const later: SiteView = {
      ...view,
      circuits: view.circuits.map(c => ({ ...c, limitW: null })),
      loop: { ...view.loop, passes: 12_400, p99ReactionMs: null },
    };
    const text = await metrics.text(later, { clients: 0, dropped: 0 });
    expect(text).toMatch(/^busbar_loop_passes_total 12400$/m);
    expect(text).not.toMatch(/^busbar_circuit_limit_watts\{/m);
    expect(text).not.toMatch(/^busbar_loop_p99_reaction_seconds /m);
  });
});
