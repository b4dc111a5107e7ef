/** The process that `memory.ts` weighs: node memory-gateway.ts CHARGERS MINUTES → MB on stdout. */
import { openGarage } from './garage.ts';

const MEGABYTE = 1e6;

const [chargers, minutes] = process.argv.slice(2).map(Number);
const garage = await openGarage(chargers ?? 1, true);
await garage.run((minutes ?? 1) * 60);
const charging = garage.stations.filter(station => station.drawMa > 0).length;
if (charging < garage.stations.length) throw new Error(`only ${charging} chargers charge`);
process.stdout.write(`${Math.round(process.memoryUsage.rss() / MEGABYTE)}`);
await garage.close();
