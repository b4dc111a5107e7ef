/** Small shapes, so that no state is told by colour alone. All decorative: the word stands beside them. */
import type { JSX } from 'preact';

export type Shape = 'bolt' | 'ring' | 'plug' | 'pause' | 'tick' | 'clock' | 'warn' | 'stop' | 'off' | 'dot';

const PATHS: Readonly<Record<Shape, JSX.Element>> = {
  bolt: <path d="M9 1.5 3.5 9H7l-.8 5.5L12.5 7H8.6z" fill="currentColor" />,
  ring: <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.8" />,
  plug: <path d="M5 2v4M11 2v4M3.5 6h9v2a4.5 4.5 0 0 1-9 0zM8 12.5V15" class="stroke" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" class="stroke" stroke-width="2.4" />,
  tick: <path d="m3 8.5 3.2 3.2L13 4.8" class="stroke" stroke-width="2.2" />,
  clock: <path d="M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 3v3.4l2.2 1.4" class="stroke" />,
  warn: <path d="M8 1.8 15 14H1zM8 6.4v3.4M8 11.6v.6" class="stroke" />,
  stop: <path d="M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM8 4.8v3.8M8 10.6v.6" class="stroke" />,
  off: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM4 12 12 4" class="stroke" />,
  dot: <circle cx="8" cy="8" r="4" fill="currentColor" />,
};

export const Icon = ({ shape }: { readonly shape: Shape }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    {PATHS[shape]}
  </svg>
);
