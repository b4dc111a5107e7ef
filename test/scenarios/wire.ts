/** Looking on at the wires while a story runs: what the gateway asks of its chargers. */
import type { Story } from '#sim/story.ts';

export type Asked = {
  readonly identity: string;
  readonly atMs: number;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** Every CALL of the gateway from now on, in order; answers of its own are left out. */
export function watchCalls({ site }: Story): readonly Asked[] {
  const out: Asked[] = [];
  for (const { plan, link } of site.posts) {
    const { tap } = link;
    link.tap = {
      ...tap,
      sent: frame => {
        const [type, , action, payload] = JSON.parse(frame);
        if (type === 2) out.push({ identity: plan.identity, atMs: site.clock.nowMs(), action, payload });
        tap.sent(frame);
      },
    };
  }
  return out;
}

/** The charging profile in a SetChargingProfile. */
export type SetProfile = {
  readonly connectorId: number;
  readonly csChargingProfiles: {
    readonly stackLevel: number;
    readonly chargingProfilePurpose: string;
    readonly chargingSchedule: {
      readonly chargingRateUnit: 'A' | 'W';
      readonly chargingSchedulePeriod: readonly { readonly startPeriod: number; readonly limit: number }[];
    };
  };
};

/** The limits of a profile's periods, in its own unit. */
export const limitsOf = (payload: unknown): readonly number[] =>
  (payload as SetProfile).csChargingProfiles.chargingSchedule.chargingSchedulePeriod.map(({ limit }) => limit);
