/** What the back office is told of us. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from '#back-office.ts';

it('the version that a back office is told is the one of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(version);
});
