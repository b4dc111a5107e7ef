/** The relay table as people read it: Markdown, one row for each action, columns as wide as their widest cell. */
import type { Command } from '#site/command.ts';
import { RELAY } from './relay.ts';

const HEAD = ['action', 'is', 'does', 'charger away'] as const;

/** @param actionOf the word of 1.6 for a kind of command */
export function relayTable(actionOf: (kind: Command['kind']) => string): string {
  const rows = (Object.keys(RELAY) as Command['kind'][]).map(kind => {
    const { way, does, away } = RELAY[kind];
    return [actionOf(kind), way, does, away];
  });
  const all = [[...HEAD], ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map(cells => [...(cells[column] ?? '')].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`;
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}
