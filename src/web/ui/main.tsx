import { render } from 'preact';
import { App } from './app.tsx';
import { openLive } from './live.ts';

const root = document.getElementById('page');
if (root !== null) {
  openLive();
  render(<App />, root);
}
