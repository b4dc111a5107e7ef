/** What holds when Busbar is silent: the preset, the life of a lease. */
import type { Finding } from './finding.ts';
import { STRICT_TTL_S } from './lease.ts';
import type { Draft } from './raw.ts';

export function leaseFindings(draft: Draft): readonly Finding[] {
  const ttlS = draft.lease?.ttlS;
  if (draft.site?.preset !== 'strict' || ttlS === undefined || ttlS <= STRICT_TTL_S) return [];
  const message = `${ttlS} s is too long under preset: strict`;
  return [
    { path: 'lease.ttlS', message, hint: `${STRICT_TTL_S} at most; or preset: standard where no rule wants less` },
  ];
}
