/** How long a charger keeps a current by itself (rules 18 and 19): the presets and their bounds. */
export const PRESETS = ['standard', 'strict'] as const;
export type Preset = (typeof PRESETS)[number];

/** A lease is refreshed at half its life: below this, links and flash would carry little else. */
export const TTL_MIN_S = 30;
/** Promise 2: no charger stands above its fallback for longer, once nobody commands it. */
export const TTL_MAX_S = 300;
/** UK G100 and UL power control systems want excess gone within a minute. */
export const STRICT_TTL_S = 60;

/** Life of a lease, ms, as the file says it or its preset wants it. */
export const leaseTtlMs = (preset: Preset, ttlS: number | undefined): number =>
  1000 * (ttlS ?? (preset === 'strict' ? STRICT_TTL_S : TTL_MAX_S));
