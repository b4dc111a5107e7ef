/** What happens in a stretch of a seed, one line for each happening: for finding out why a seed fails. */
import type { Gateway } from '#gateway.ts';
import { gateView } from '#site/gate/view.ts';
import { stackChange } from './holdings.ts';
import { beginSeed, type RunOptions } from './run.ts';
import type { SimSite } from './site.ts';

const amps = (ma: readonly number[]) => ma.map(each => (each / 1000).toFixed(1)).join(' ');

/** Runs the seed up to `toS` and prints from `fromS` on: building, cars, samples, commands, links; and the gateway's book at both ends. */
export async function explain(
  options: RunOptions,
  fromS: number,
  toS: number,
  write: (line: string) => void,
): Promise<void> {
  let nowMs = () => 0;
  const say = (line: string) => {
    const atS = nowMs() / 1000;
    if (atS >= fromS && atS <= toS) write(`${atS.toFixed(3).padStart(10)}  ${line}`);
  };
  const { site, life } = await beginSeed(options, {
    onFrame: (identity, frame) => {
      const told = commandLine(frame);
      if (told) say(`  to ${identity}: ${told}`);
    },
    onSample: (meter, sampledAtMs) =>
      say(sampledAtMs === null ? `${meter} owes an answer` : `${meter} sample of ${sampledAtMs / 1000}`),
    onLink: (identity, carries) => say(`link of ${identity} ${carries ? 'carries again' : 'does not carry'}`),
  });
  nowMs = site.clock.nowMs;
  const { truth } = site;
  truth.listen({
    afterChange: (circuit, background) =>
      say(
        `${background ? 'building' : 'car'} at ${truth.circuits[circuit]?.id}: building ${amps(truth.background(circuit))}, cars ${amps(truth.cars(circuit))}, total ${amps(truth.total(circuit))}`,
      ),
  });
  write(JSON.stringify(site.plan.circuits));
  await site.clock.run(fromS * 1000);
  for (const line of book(site, life.gateway())) write(line);
  await site.clock.run(toS * 1000);
  for (const line of book(site, life.gateway())) write(line);
  for (const violation of site.observer.finish().violations) write(JSON.stringify(violation));
}

function commandLine(frame: string): string | null {
  const change = stackChange(frame);
  if (change?.kind === 'set') {
    const { chargingSchedulePeriod: periods, chargingRateUnit: unit } = change.profile.chargingSchedule;
    const { stackLevel, chargingProfilePurpose: purpose } = change.profile;
    const what = purpose === 'TxDefaultProfile' ? `level ${stackLevel}` : purpose;
    return `connector ${change.connectorId} ${what} ${periods.map(p => `${p.startPeriod} s ${p.limit} ${unit}`).join(', ')}`;
  }
  return frame.startsWith('[2,') ? frame.slice(0, 160) : null;
}

/** What the gateway believes of each connector beside what is true. */
function book(site: SimSite, gateway: Gateway): readonly string[] {
  const { connectors, targets, chargers } = gateway.state();
  const view = gateView(gateway.state(), site.clock.nowMs());
  return connectors.map((connector, index) => {
    const post = site.posts[index];
    const truth = post?.station.connectorOf(1);
    const held = connector.ledger.held.map(each => `${each.limitMa / 1000}${each.ackedAtMs === null ? '?' : ''}`);
    const sample = connector.draw;
    const saw = sample ? `saw ${amps(sample.ma)} ${((site.clock.nowMs() - sample.atMs) / 1000).toFixed(1)} s ago` : '';
    const target = targets[index];
    return [
      `${post?.plan.identity} (${post?.plan.habit.name})`,
      `on ${site.plan.circuits[post?.plan.circuit ?? 0]?.id}`,
      chargers[index]?.link,
      connector.status,
      `target ${(target?.targetMa ?? 0) / 1000} (${target?.reason.source})`,
      `held ${held.join(' ')}`,
      `booked ${Math.max(...(view.connectors[index]?.exposureMa ?? [0])) / 1000} (${view.connectors[index]?.control})`,
      `obeys ${(truth?.limitMa() ?? 0) / 1000}`,
      `draws ${(truth?.drawMa() ?? 0) / 1000}`,
      saw,
    ].join(', ');
  });
}
