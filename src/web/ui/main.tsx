import './language.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { openDemo } from './demo.ts';
import { openLive } from './live.ts';

const root = document.getElementById('page');
if (root !== null) {
  openLive();
  openDemo();
  render(<App />, root);
}
