/** The installer's own numbers of sockets at the back office, and which charger stands in for which. */
import { dotted, type Finding } from './finding.ts';
import { type Draft, type DraftCharger, entries } from './raw.ts';

export const numberFindings = (draft: Draft): readonly Finding[] => [
  ...doubles(draft),
  ...gaps(draft),
  ...placeFindings(draft),
  ...replacementFindings(draft),
];

type Numbered = { readonly path: string; readonly number: number };

/** Every number that is written down, in the order of the file. */
const numbered = (draft: Draft): readonly Numbered[] =>
  entries(draft.chargers).flatMap(([charger, index]) => {
    const path = dotted('chargers', index);
    const own =
      charger.upstreamId === undefined ? [] : [{ path: dotted(path, 'upstreamId'), number: charger.upstreamId }];
    const sockets = entries(charger.connectors).flatMap(([socket, place]) =>
      socket.upstreamId === undefined
        ? []
        : [{ path: dotted(dotted(dotted(path, 'connectors'), place), 'upstreamId'), number: socket.upstreamId }],
    );
    return [...own, ...sockets];
  });

function doubles(draft: Draft): readonly Finding[] {
  const seen = new Map<number, string>();
  return numbered(draft).flatMap(({ path, number }) => {
    const first = seen.get(number);
    if (first === undefined) seen.set(number, path);
    return first === undefined ? [] : [{ path, message: `${number} stands at ${first} already` }];
  });
}

/** Sockets without one take what is left, so only a number above their count leaves a gap. */
function gaps(draft: Draft): readonly Finding[] {
  const sockets = entries(draft.chargers).reduce((sum, [charger]) => sum + socketCount(charger), 0);
  const hint =
    'numbers run from 1 without a gap; once the back office has accepted the site they are kept without this';
  return numbered(draft).flatMap(({ path, number }) =>
    number <= sockets ? [] : [{ path, message: `${number} leaves a gap: there are ${sockets} sockets`, hint }],
  );
}

const socketCount = ({ connectors }: DraftCharger): number => (connectors === undefined ? 1 : connectors.length);

function placeFindings(draft: Draft): readonly Finding[] {
  return entries(draft.chargers).flatMap(([charger, index]) => {
    if (charger.upstreamId === undefined || charger.connectors === undefined) return [];
    const path = dotted(dotted('chargers', index), 'upstreamId');
    return [{ path, message: 'does not say of which socket', hint: 'upstreamId at each of its connectors' }];
  });
}

function replacementFindings(draft: Draft): readonly Finding[] {
  const chargers = entries(draft.chargers);
  const seen = new Set<string>();
  return chargers.flatMap(([{ replaces }, index]) => {
    if (replaces === undefined) return [];
    const path = dotted(dotted('chargers', index), 'replaces');
    const isAgain = seen.has(replaces);
    seen.add(replaces);
    if (isAgain) return [{ path, message: `"${replaces}" is replaced already` }];
    const isThere = chargers.some(([{ identity }]) => identity === replaces);
    const hint = 'take its entry out, or replaces';
    return isThere ? [{ path, message: `"${replaces}" still stands in the file`, hint }] : [];
  });
}
