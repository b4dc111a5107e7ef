/** Configuration keys of the one station that are facts, or whose meaning here is fixed (OCPP 1.6 clause 9). */
import type { PhaseIndex } from '#base/units.ts';
import { MAX_PERIODS, MAX_STACK_LEVEL, mostInstalled } from '#site/charging-profile/profile-rules.ts';
import type { Topology } from '#site/topology.ts';
import { LIST_MAX, LIST_MESSAGE_MAX } from './local-list.ts';
import type { Numbering } from './numbering.ts';
import type { StationOptions, WhoMayCharge } from './options.ts';

export type FactSources = {
  readonly numbering: Numbering;
  readonly topology: Topology;
  readonly station: Pick<StationOptions, 'url' | 'password'>;
  readonly whoMayCharge: WhoMayCharge;
};

/** The standard's own length of a value; the schema in use would take more. */
const VALUE_LENGTH = 500;

/** A key that is not named here and cannot be set either is unknown. */
export const facts = ({
  numbering,
  topology,
  station,
  whoMayCharge,
}: FactSources): Readonly<Record<string, string>> => ({
  AdditionalRootCertificateCheck: 'false',
  AllowOfflineTxForUnknownId: String(whoMayCharge === 'everyone'),
  // Root certificates are set in the site file: none can be added from above.
  CertificateStoreMaxLength: '0',
  ChargeProfileMaxStackLevel: String(MAX_STACK_LEVEL),
  ChargingScheduleAllowedChargingRateUnit: 'Current,Power',
  ChargingScheduleMaxPeriods: String(MAX_PERIODS),
  ConnectionTimeOut: '60',
  ConnectorPhaseRotation: phaseRotation(numbering, topology),
  ConnectorSwitch3to1PhaseSupported: 'false',
  GetConfigurationMaxKeys: '100',
  LocalAuthListMaxLength: String(LIST_MAX),
  MaxChargingProfilesInstalled: String(mostInstalled(numbering.sockets.length)),
  NumberOfConnectors: String(numbering.sockets.length),
  ReserveConnectorZeroSupported: 'true',
  SecurityProfile: securityProfile(station),
  SendLocalListMaxLength: String(LIST_MESSAGE_MAX),
  // A car that is gone ends its session: chargers do so by themselves.
  StopTransactionOnEVSideDisconnect: 'true',
  StopTxnAlignedData: '',
  StopTxnSampledData: 'Energy.Active.Import.Register',
  SupportedFeatureProfiles: 'Core,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  SupportedFileTransferProtocols: 'HTTP,HTTPS',
  UnlockConnectorOnEVSideDisconnect: 'true',
});

/** 1: a password in the clear, 2: a password under TLS; without one it is none of the profiles. */
function securityProfile({ url, password }: FactSources['station']): string {
  if (password === null) return '0';
  return url.startsWith('wss:') ? '2' : '1';
}

const LETTERS = ['R', 'S', 'T'] as const;

/** `0` is the supply as a whole. Of one phase, or of direct current, a rotation does not apply (clause 9.1.8). */
export function phaseRotation({ sockets }: Numbering, { connectors, supplyPhases }: Topology): string {
  const words = sockets.map(({ number, index }) => {
    const spec = index === null ? undefined : connectors[index];
    const turned = spec === undefined ? 'Unknown' : spec.dc === null ? turnOf(spec.phases) : 'NotApplicable';
    return `${number}.${turned}`;
  });
  const whole = [`0.${supplyPhases === 3 ? 'RST' : 'NotApplicable'}`, ...words].join(',');
  return whole.length <= VALUE_LENGTH ? whole : '0.Unknown';
}

const turnOf = (phases: readonly PhaseIndex[]): string =>
  phases.length === 3 ? phases.map(phase => LETTERS[phase]).join('') : 'NotApplicable';
