/** Everything that listens or is dialled: ports, meters and their wires, the time zone. */
import { DEFAULT_OCPP_PORT } from '#chargers/options.ts';
import { busOptions, meterOptions, type RawBus, type RawMeter } from '#meters/options.ts';
import { type RawUpstream, upstreamProblems } from '#upstream/options.ts';
import { repeated } from './check-circuits.ts';
import type { Devices } from './config.ts';
import { dotted, type Finding } from './finding.ts';
import { nearestHint } from './near.ts';
import { type Draft, entries } from './raw.ts';

export function doorFindings(draft: Draft, devices: Devices): readonly Finding[] {
  return [
    ...portFindings(draft),
    ...meterFindings(draft, devices),
    ...wireFindings(draft),
    ...timezoneFindings(draft),
    ...upstreamFindings(draft),
  ];
}

function portFindings(draft: Draft): readonly Finding[] {
  const { ocpp, web } = draft;
  if (ocpp?.port === undefined || ocpp.port === 0 || ocpp.port !== web?.port) return [];
  const everywhere = [ocpp.host, web.host].some(host => host === '0.0.0.0' || host === '::');
  if (!everywhere && ocpp.host !== web.host) return [];
  const hint = 'give one of them another port';
  if (ocpp.port === DEFAULT_OCPP_PORT) return [{ path: 'web.port', message: 'is the port of ocpp, too', hint }];
  return [{ path: 'ocpp.port', message: 'is the port of web, too', hint }];
}

function meterFindings(draft: Draft, devices: Devices): readonly Finding[] {
  const meters = entries(draft.meters);
  const unknown = meters.flatMap(([{ profile }, index]) =>
    profile === undefined || devices.meterIds.includes(profile)
      ? []
      : [
          {
            path: dotted('meters', index, 'profile'),
            message: `no meter profile "${profile}"`,
            hint: nearestHint(profile, devices.meterIds),
          },
        ],
  );
  return [...repeated(meters, meter => meter.id, 'meters', 'id'), ...unknown];
}

type Wired = { readonly index: number; readonly name: string; readonly unit: number; readonly settings: string };

/** Two devices cannot answer to one number on one wire, and one wire has one speed. */
function wireFindings(draft: Draft): readonly Finding[] {
  const wired = entries(draft.meters).flatMap(([meter, index]): readonly Wired[] => {
    if (meter.bus === undefined) return [];
    const bus = busOptions(meter.bus as RawBus);
    const name = bus.kind === 'tcp' ? `${bus.host}:${bus.port}` : bus.path;
    const settings = bus.kind === 'tcp' ? '' : `${bus.baudRate} ${bus.parity} ${bus.stopBits}`;
    return [{ index, name, unit: meterOptions(meter as RawMeter, index).unit, settings }];
  });
  return wired.flatMap((one, place) => {
    const mates = wired.slice(0, place).filter(other => other.name === one.name);
    const twin = mates.find(other => other.unit === one.unit);
    const other = mates.find(mate => mate.settings !== one.settings);
    const findings: Finding[] = [];
    if (twin !== undefined) {
      const message = `unit ${one.unit} on ${one.name} is ${dotted('meters', twin.index)} already`;
      findings.push({
        path: dotted('meters', one.index, 'unit'),
        message,
        hint: 'each device on a wire has its own unit',
      });
    }
    if (other !== undefined) {
      const message = `${one.name} runs at "${other.settings}" for ${dotted('meters', other.index)}, here at "${one.settings}"`;
      findings.push({ path: dotted('meters', one.index, 'bus'), message, hint: 'one wire has one speed and parity' });
    }
    return findings;
  });
}

const upstreamFindings = ({ upstream }: Draft): readonly Finding[] =>
  upstreamProblems((upstream ?? {}) as Partial<RawUpstream>);

function timezoneFindings(draft: Draft): readonly Finding[] {
  const zone = draft.site?.timezone;
  if (zone === undefined) return [];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [{ path: 'site.timezone', message: `no time zone "${zone}"`, hint: 'an IANA name: Europe/Berlin' }];
  }
}

export function doorNotes(draft: Draft): readonly Finding[] {
  const guards = entries(draft.circuits).flatMap(([circuit]) => (circuit.meter === undefined ? [] : [circuit.meter]));
  const unguarded = entries(draft.meters).flatMap(([meter, index]) =>
    meter.id === undefined || guards.includes(meter.id)
      ? []
      : [{ path: dotted('meters', index), message: `guards no circuit: read and shown, but no limit listens to it` }],
  );
  return [...unguarded, ...openLines(draft)];
}

/** Of this machine: nobody else reads along. */
const LOCAL = /^ws:\/\/(localhost|127\.|\[::1\])/;

function openLines({ upstream }: Draft): readonly Finding[] {
  if (upstream?.url === undefined || !upstream.url.startsWith('ws://') || LOCAL.test(upstream.url)) return [];
  return [
    { path: 'upstream.url', message: 'password and sessions go in the clear', hint: 'wss://, or a line of your own' },
  ];
}
