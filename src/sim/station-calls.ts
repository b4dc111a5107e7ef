/** What a simulated OCPP 1.6 station answers to the CSMS's calls. */
import type { SimConnector } from './connector.ts';
import { dcPhases } from './dc.ts';
import type { Habit } from './habits.ts';
import { type ClearCriteria, limitAt, nextChange, type WirePeriod, type WireProfile } from './profile-engine.ts';
import { KNOWN_MEASURANDS } from './sampled.ts';
import { type StationMemory, takes } from './station-memory.ts';
import type { Said } from './station-socket.ts';

/** What the calls can read and change of their station. */
export type Callee = {
  habit(): Habit;
  readonly connectors: readonly SimConnector[];
  readonly keys: Map<string, string>;
  readonly memory: StationMemory;
  /** A profile came or went. */
  followed(): void;
  keyChanged(key: string): void;
  /** Done after the answer has left. */
  afterwards(job: () => void): void;
  sendBoot(): void;
  sendHeartbeat(): void;
  sendStatus(connectorId: number): void;
  sendMeterValues(connector: SimConnector): void;
  reboot(): void;
  startRemotely(connector: SimConnector, idTag: string): boolean;
  stopTransaction(transactionId: number): boolean;
  stop(connector: SimConnector, reason: string): void;
};

/** Read-only facts of OCPP 1.6 clause 9 that a CSMS asks a station of this kind. */
const facts = (habit: Habit): Readonly<Record<string, string>> => ({
  ChargeProfileMaxStackLevel: String(habit.stackLevels - 1),
  ChargingScheduleAllowedChargingRateUnit: habit.units.map(unit => (unit === 'A' ? 'Current' : 'Power')).join(),
  ChargingScheduleMaxPeriods: String(habit.maxPeriods),
  MaxChargingProfilesInstalled: '10',
  SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger',
});

type Payload = Record<string, unknown>;

const status = (word: string): Said => ({ payload: { status: word } });

/** The answer to one CALL; an action it does not know is a NotImplemented. */
export function answerCall(station: Callee, action: string, payload: Payload): Said {
  switch (action) {
    case 'SetChargingProfile':
      return status(setProfile(station, payload.connectorId as number, payload.csChargingProfiles as WireProfile));
    case 'ClearChargingProfile':
      return status(clearProfiles(station, payload as ClearCriteria));
    case 'GetCompositeSchedule':
      return composite(station, payload.connectorId as number, payload.duration as number);
    case 'TriggerMessage':
      return status(trigger(station, payload.requestedMessage as string, payload.connectorId as number | undefined));
    case 'ChangeConfiguration':
      return status(change(station, payload.key as string, payload.value as string));
    case 'GetConfiguration':
      return configuration(station, (payload.key as readonly string[] | undefined) ?? null);
    case 'RemoteStartTransaction':
      return status(remoteStart(station, payload) ? 'Accepted' : 'Rejected');
    case 'RemoteStopTransaction':
      return status(station.stopTransaction(payload.transactionId as number) ? 'Accepted' : 'Rejected');
    case 'Reset':
      station.afterwards(() => station.reboot());
      return status('Accepted');
    case 'ChangeAvailability':
      return status(changeAvailability(station, payload.connectorId as number, payload.type === 'Operative'));
    case 'ClearCache':
      return status('Accepted');
    case 'UnlockConnector':
      return status(unlock(station, payload.connectorId as number));
    case 'DataTransfer':
      return status('UnknownVendorId');
    default:
      return { errorCode: 'NotImplemented' };
  }
}

function setProfile(station: Callee, connectorId: number, profile: WireProfile): string {
  if (!takes(station.habit(), profile)) return 'Rejected';
  const connector = station.connectors.find(each => each.plan.connectorId === connectorId);
  const purpose = profile.chargingProfilePurpose;
  if (connectorId !== 0 && !connector) return 'Rejected';
  if (purpose === 'ChargePointMaxProfile' && connectorId !== 0) return 'Rejected';
  if (purpose === 'TxProfile' && !connector?.transaction) return 'Rejected';
  station.memory.set(connectorId, profile);
  station.followed();
  return 'Accepted';
}

function clearProfiles(station: Callee, criteria: ClearCriteria): string {
  if (!station.memory.clear(criteria)) return 'Unknown';
  station.followed();
  return 'Accepted';
}

/** Clause 7.21: relative to now, changes only, in A (DC: in W). */
function composite(station: Callee, connectorId: number, durationS: number): Said {
  const connector = station.connectors.find(each => each.plan.connectorId === connectorId);
  if (!connector) return status('Rejected');
  const start = connector.asking();
  const { memory } = station;
  const stack = station.habit().composite === 'as-told' ? memory.promised() : memory.inForce();
  const chargingSchedulePeriod: WirePeriod[] = [];
  // A DC charger speaks of watts at the car.
  const { dc } = connector.plan;
  const perA = dc ? start.nominalV * dcPhases(dc) : 1;
  for (let at: number | null = start.atWallMs; at !== null && at < start.atWallMs + durationS * 1000; ) {
    const asking = { ...start, atWallMs: at };
    const limit = Math.round(limitAt(stack, asking) * perA * 10) / 10;
    if (chargingSchedulePeriod.at(-1)?.limit !== limit)
      chargingSchedulePeriod.push({ startPeriod: Math.round((at - start.atWallMs) / 1000), limit });
    at = nextChange(stack, asking);
  }
  return {
    payload: {
      status: 'Accepted',
      connectorId,
      scheduleStart: new Date(start.atWallMs).toISOString(),
      chargingSchedule: { duration: durationS, chargingRateUnit: dc ? 'W' : 'A', chargingSchedulePeriod },
    },
  };
}

function trigger(station: Callee, message: string, connectorId: number | undefined): string {
  const chosen = station.connectors.filter(each => connectorId === undefined || each.plan.connectorId === connectorId);
  if (connectorId !== undefined && connectorId !== 0 && chosen.length === 0) return 'Rejected';
  switch (message) {
    case 'BootNotification':
      station.afterwards(() => station.sendBoot());
      return 'Accepted';
    case 'Heartbeat':
      station.afterwards(() => station.sendHeartbeat());
      return 'Accepted';
    case 'MeterValues':
      if (station.habit().samples === 'never') return 'Rejected';
      for (const connector of chosen) station.afterwards(() => station.sendMeterValues(connector));
      return 'Accepted';
    case 'StatusNotification':
      if (connectorId === undefined || connectorId === 0) station.afterwards(() => station.sendStatus(0));
      for (const connector of chosen) station.afterwards(() => station.sendStatus(connector.plan.connectorId));
      return 'Accepted';
    default:
      return 'NotImplemented';
  }
}

function change(station: Callee, key: string, value: string): string {
  if (key in facts(station.habit())) return 'Rejected';
  if (!station.keys.has(key)) return 'NotSupported';
  const unknown = (measurand: string) =>
    !KNOWN_MEASURANDS.includes(measurand) || (measurand === 'Current.Import' && tellsNoCurrent(station));
  if (key === 'MeterValuesSampledData' && value.split(',').some(unknown)) return 'Rejected';
  station.keys.set(key, value);
  station.keyChanged(key);
  return 'Accepted';
}

const tellsNoCurrent = ({ connectors }: Callee): boolean =>
  connectors.some(({ plan: { dc } }) => dc && !dc.tellsCurrent);

function configuration(station: Callee, wanted: readonly string[] | null): Said {
  const all = [
    ...Object.entries(facts(station.habit())).map(([key, value]) => ({ key, readonly: true, value })),
    ...[...station.keys].map(([key, value]) => ({ key, readonly: false, value })),
    { key: 'NumberOfConnectors', readonly: true, value: String(station.connectors.length) },
  ];
  if (wanted === null || wanted.length === 0) return { payload: { configurationKey: all, unknownKey: [] } };
  return {
    payload: {
      configurationKey: all.filter(entry => wanted.includes(entry.key)),
      unknownKey: wanted.filter(key => !all.some(entry => entry.key === key)),
    },
  };
}

/** Clause 5.18: its session ends first. */
function unlock(station: Callee, connectorId: number): string {
  const connector = station.connectors.find(({ plan }) => plan.connectorId === connectorId);
  if (!connector) return 'NotSupported';
  connector.unlocks++;
  station.afterwards(() => station.stop(connector, 'UnlockCommand'));
  return 'Unlocked';
}

/** Clause 5.2: one with a session follows when that ends. */
function changeAvailability(station: Callee, connectorId: number, operative: boolean): string {
  const meant = station.connectors.filter(({ plan }) => connectorId === 0 || plan.connectorId === connectorId);
  for (const connector of meant) {
    if (connector.transaction) connector.operative = operative;
    else connector.setOperative(operative);
  }
  return !operative && meant.some(({ transaction }) => transaction) ? 'Scheduled' : 'Accepted';
}

function remoteStart(station: Callee, payload: Payload): boolean {
  const named = payload.connectorId as number | undefined;
  const connector = station.connectors.find(
    each => (named === undefined || each.plan.connectorId === named) && each.car && each.operative && !each.transaction,
  );
  return connector !== undefined && station.startRemotely(connector, payload.idTag as string);
}
