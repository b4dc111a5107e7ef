/** The live line to the gateway, and what the page knows of the site. */
import { computed, signal } from '@preact/signals';
import { type SiteChange, withChange } from '../changes.ts';
import type { SiteView } from '../site-view.ts';
import type { Point } from '../trend.ts';
import { recall, remember } from './history.ts';

/** The gateway sends something every second; after this long the line is lost. */
const LOST_AFTER_MS = 3500;
const TICK_MS = 500;
/** The browser reopens a broken line by itself, but not one that was refused. */
const REOPEN_AFTER_MS = 5000;

/** The site as last heard; null before the first snapshot. */
export const site = signal<SiteView | null>(null);

const heardAtMs = signal(performance.now());
const nowMs = signal(performance.now());
const broken = signal(false);

/** How old what the page shows is, by the browser's own clock. */
export const silenceMs = computed(() => Math.max(0, nowMs.value - heardAtMs.value));
export const isLost = computed(
  () => silenceMs.value > LOST_AFTER_MS || (broken.value && silenceMs.value > TICK_MS * 2),
);

/** The site's own time now: when it last spoke, and the silence since. */
export const siteNowMs = computed(() =>
  site.value === null ? Date.now() : Date.parse(site.value.at) + silenceMs.value,
);

export function openLive(): void {
  setInterval(() => {
    nowMs.value = performance.now();
  }, TICK_MS);
  open();
}

function open(): void {
  const source = new EventSource('/api/v1/stream');
  source.addEventListener('snapshot', event => hear(JSON.parse(event.data) as SiteView));
  source.addEventListener('trend', event => recall(JSON.parse(event.data) as readonly Point[]));
  source.addEventListener('change', event => {
    if (site.value !== null) hear(withChange(site.value, JSON.parse(event.data) as SiteChange));
  });
  source.addEventListener('error', () => {
    broken.value = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_AFTER_MS);
  });
}

function hear(view: SiteView): void {
  heardAtMs.value = performance.now();
  nowMs.value = heardAtMs.value;
  broken.value = false;
  site.value = view;
  document.title = `${view.status.level === 'calm' ? '' : '⚠ '}${view.site.name} · Busbar`;
  remember(view);
}
