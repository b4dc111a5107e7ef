/**
 * Why a connector has what it has, in the 50 characters that a status notice has room for: "9 A: main fuse L2"
 * (OCPP 1.6 clause 6.47, `info`). Plain ASCII, whole words; where a name is too long, its end is left out.
 */
import { unreachable } from '#base/assert.ts';
import type { Reason, ReasonSource } from '#site/reason.ts';

/** The standard's own length; the schema in use would take 100. */
export const STATUS_LENGTH = 50;

export type StatusFacts = {
  /** In force now, with its unit: "9 A". Null where nothing was granted yet. */
  readonly grant: string | null;
  /** It may draw nothing, and is to draw nothing. */
  readonly isPaused: boolean;
  /** What it is to come to, with its unit. */
  readonly target: string;
  /** That is another current than it has now. */
  readonly isMoving: boolean;
  /** The least that it can be given, with its unit. */
  readonly least: string;
  readonly reason: Reason;
  /** What binds, by the name people gave it. */
  readonly where: string;
  /** The car takes less than it may. */
  readonly takesLess: boolean;
};

/** What follows the figure. The name alone may be shortened; where none of it fits, `nameless` stands in for it. */
type Phrase = {
  readonly before: string;
  readonly name: string;
  /** The phase: always said. */
  readonly phase: string;
  readonly nameless: string;
  /** Said where there is room. */
  readonly more: string;
};

export function statusText(facts: StatusFacts): string {
  const lead = leadOf(facts);
  const phrase = facts.takesLess ? plain('the car takes less') : reasonPhrase(facts, facts.reason.source);
  return fitted(`${lead}: `, phrase);
}

function leadOf({ grant, isPaused, isMoving, target }: StatusFacts): string {
  if (isMoving) return `${grant ?? '0 A'}, soon ${target}`;
  return isPaused ? 'Paused' : (grant ?? target);
}

const plain = (text: string): Phrase => ({ before: '', name: text, phase: '', nameless: text, more: '' });

function placed(before: string, { where, reason }: StatusFacts, nameless: string): Phrase {
  const phase = reason.row === null ? '' : reason.row === 3 ? ' power' : ` L${reason.row + 1}`;
  return { before, name: where, phase, nameless, more: '' };
}

function reasonPhrase(facts: StatusFacts, source: ReasonSource): Phrase {
  const { reason } = facts;
  switch (source) {
    case 'fuse':
      return placed('', facts, 'fuse');
    case 'contract':
      return placed('contract, ', facts, 'contract');
    case 'ems':
      return placed('energy manager, ', facts, 'energy manager');
    case 'grid':
      return placed('grid operator, ', facts, 'grid operator');
    case 'cap':
      return placed('cap, ', facts, 'cap');
    case 'schedule':
      return placed('schedule, ', facts, 'schedule');
    case 'meter':
      return { ...placed('no meter reading, ', facts, 'no meter reading'), phase: '' };
    case 'csms':
      return plain('limit of the back office');
    case 'charger':
      return reason.row !== null ? placed('', facts, 'charger') : plain(said(reason) || 'all that this charger gives');
    case 'cable':
      return reason.row !== null ? placed('cable, ', facts, 'cable') : plain('all that this cable carries');
    case 'fallback':
      return plain(said(reason) || 'fallback current');
    case 'car':
      return plain('the car takes less');
    case 'unauthorised':
      return plain('waits for a card or a release');
    case 'operator':
      return plain('set by a person');
    case 'minimum':
      return { ...behind(facts), more: `, needs ${facts.least}` };
    case 'turn':
      return { ...behind(facts), more: ', others first' };
    case 'transit':
      return behind(facts);
    default:
      return unreachable(source);
  }
}

/** The limit behind a reason that is about something else. */
const behind = (facts: StatusFacts): Phrase =>
  facts.reason.limit === undefined ? placed('', facts, 'no room') : reasonPhrase(facts, facts.reason.limit);

/** The reason's own words, up to what explains them. */
const said = ({ text }: Reason): string => (text.split(/[:,] /, 1)[0] ?? '').trim();

function fitted(lead: string, { before, name, phase, nameless, more }: Phrase): string {
  for (const after of [`${phase}${more}`, phase]) {
    const short = wholeWords(ascii(name), STATUS_LENGTH - lead.length - before.length - after.length);
    if (short !== '') return `${lead}${before}${short}${after}`;
    if (lead.length + nameless.length + after.length <= STATUS_LENGTH) return `${lead}${nameless}${after}`;
  }
  return wholeWords(`${lead}${nameless}`, STATUS_LENGTH);
}

/** As many words as fit, and no stop at their end. */
function wholeWords(text: string, room: number): string {
  if (text.length <= room) return text;
  const cut = text.slice(0, Math.max(0, room + 1)).lastIndexOf(' ');
  return cut <= 0 ? '' : text.slice(0, cut).replace(/[\s,;:(-]+$/, '');
}

/** Letters that do not come apart into a plain one and its mark. */
const FOLDED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ß: 'ss',
    æ: 'ae',
    Æ: 'Ae',
    ø: 'o',
    Ø: 'O',
    œ: 'oe',
    ł: 'l',
    Ł: 'L',
    đ: 'd',
    '–': '-',
    '—': '-',
    '’': "'",
  }),
);

/** What a back office of any age can print: marks are dropped from letters, and what is no letter of ours is left out. */
export function ascii(text: string): string {
  const folded = [...text.normalize('NFD')].map(char => FOLDED.get(char) ?? char).join('');
  return folded
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}
