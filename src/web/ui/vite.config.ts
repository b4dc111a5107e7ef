import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** The page: built into `dist`, which the web room serves as it is. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [preact()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
});
