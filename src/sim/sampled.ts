/** The MeterValues of a simulated station: OCPP 1.6 clause 7.28, one element with the sampled measurands. */
import type { SimConnector } from './connector.ts';
import { BATTERY_V, dcPhases } from './dc.ts';

const PHASES = ['L1', 'L2', 'L3'] as const;

type Value = {
  readonly value: string;
  readonly context: string;
  readonly measurand: string;
  readonly unit: string;
  readonly phase?: string;
};

/** `measurands`: the station's MeterValuesSampledData. Currents in A to one decimal, W and Wh whole. */
export function sampledValues(
  connector: SimConnector,
  measurands: readonly string[],
  context: 'Sample.Periodic' | 'Trigger' | 'Transaction.End',
  nominalV: number,
): readonly Value[] {
  const values: Value[] = [];
  const { dc } = connector.plan;
  const carPhases = connector.car ? (dc ? dcPhases(dc) : connector.car.plan.phases) : 0;
  const drawMa = connector.drawMa();
  for (const measurand of measurands) {
    if (measurand === 'Current.Import' && dc)
      values.push({
        value: ((drawMa * nominalV * carPhases) / 1000 / BATTERY_V).toFixed(1),
        context,
        measurand,
        unit: 'A',
      });
    else if (measurand === 'Current.Import')
      for (let i = 0; i < connector.plan.rotation.length; i++)
        values.push({
          value: ((i < carPhases ? drawMa : 0) / 1000).toFixed(1),
          context,
          measurand,
          unit: 'A',
          phase: PHASES[i] ?? 'L1',
        });
    else if (measurand === 'Power.Active.Import')
      values.push({ value: String(Math.round((drawMa / 1000) * nominalV * carPhases)), context, measurand, unit: 'W' });
    else if (measurand === 'Energy.Active.Import.Register')
      values.push({ value: String(connector.meterWh()), context, measurand, unit: 'Wh' });
    else if (measurand === 'Current.Offered')
      values.push({ value: (connector.limitMa() / 1000).toFixed(1), context, measurand, unit: 'A' });
  }
  return values;
}

/** Measurands that a station of this kind can sample. */
export const KNOWN_MEASURANDS: readonly string[] = [
  'Current.Import',
  'Power.Active.Import',
  'Energy.Active.Import.Register',
  'Current.Offered',
];
