/** The configuration keys of a simulated station as it leaves the factory (OCPP 1.6, clause 9). */
export const FACTORY_KEYS: readonly (readonly [string, string])[] = [
  ['MeterValueSampleInterval', '60'],
  ['MeterValuesSampledData', 'Energy.Active.Import.Register'],
  ['HeartbeatInterval', '300'],
  ['ClockAlignedDataInterval', '0'],
  ['WebSocketPingInterval', '0'],
  ['ConnectionTimeOut', '60'],
];
