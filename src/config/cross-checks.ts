/** What no single entry can say: references, the tree, and everything that must fit together. */
import { chargerFindings, chargerNotes } from './check-chargers.ts';
import { circuitFindings, circuitNotes } from './check-circuits.ts';
import { doorFindings, doorNotes } from './check-doors.ts';
import { leaseFindings } from './check-lease.ts';
import { protectionFindings } from './check-protection.ts';
import { commissioningFindings, commissioningNotes } from './commissioning.ts';
import type { Devices } from './config.ts';
import type { Finding } from './finding.ts';
import type { Draft } from './raw.ts';

/** All problems across sections. Where the schema refused a part, checks that would need it stay silent. */
export function crossFindings(draft: Draft, devices: Devices, nowWallMs: number): readonly Finding[] {
  return [
    ...leaseFindings(draft),
    ...commissioningFindings(draft, nowWallMs),
    ...circuitFindings(draft),
    ...protectionFindings(draft),
    ...chargerFindings(draft, devices),
    ...doorFindings(draft, devices),
  ];
}

/** What is allowed but worth telling. */
export function crossNotes(draft: Draft, nowWallMs: number): readonly Finding[] {
  return [...commissioningNotes(draft, nowWallMs), ...circuitNotes(draft), ...chargerNotes(draft), ...doorNotes(draft)];
}
