/**
 * What the page knows of the demo's world. It asks the world itself, on a port of its own: the gateway that
 * serves the page may be dead, and then the stopwatch matters most.
 */
import { computed, signal } from '@preact/signals';
import type { DemoView, TroubleView } from '../demo-view.ts';
import { site } from './live.ts';
import { type Written, write } from './writing.ts';

/** A tenth is shown only while a stopwatch runs. */
const TICK_MS = 100;
const ASK_MS = 500;

export const demo = signal<DemoView | null>(null);
export const isOpen = signal(false);
/** What the last press of a button was answered with. */
export const answer = signal<Written>({ kind: 'done' });

const heardAtMs = signal(0);
const nowMs = signal(0);

const worldUrl = computed(() => {
  const port = site.value?.demo?.worldPort;
  return port === undefined ? null : `http://${location.hostname}:${port}`;
});

/** The stopwatch of a trouble, which runs on between two answers. */
export function elapsedMs({ state, elapsedMs: told }: TroubleView): number | null {
  if (told === null) return null;
  return state === 'running' ? told + Math.max(0, nowMs.value - heardAtMs.value) : told;
}

export function openDemo(): void {
  setInterval(() => void ask(), ASK_MS);
  setInterval(() => {
    if (isOpen.value && demo.value?.troubles.some(({ state }) => state === 'running')) nowMs.value = performance.now();
  }, TICK_MS);
}

/** Silence changes nothing: the next answer comes soon. */
async function ask(): Promise<void> {
  if (worldUrl.value === null || !isOpen.value) return;
  try {
    hear((await (await fetch(`${worldUrl.value}/api/v1/demo`)).json()) as DemoView);
  } catch {
    // The demo has ended; the page says so by itself.
  }
}

function hear(view: DemoView): void {
  heardAtMs.value = performance.now();
  nowMs.value = heardAtMs.value;
  demo.value = view;
}

export function openDrawer(open: boolean): void {
  isOpen.value = open;
  answer.value = { kind: 'done' };
  if (open) void ask();
}

/** Through the gateway, as any script would. */
export const makeTrouble = (action: string): Promise<void> => send(write('POST', `/api/v1/demo/${action}`));

/** Straight to the world, for the gateway may be dead. */
export const takeBack = (action: string): Promise<void> =>
  send(write('DELETE', `${worldUrl.value ?? ''}/api/v1/demo/${action}`));

async function send(written: Promise<Written>): Promise<void> {
  answer.value = await written;
  await ask();
}
