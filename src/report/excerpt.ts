/** Shows the source lines of a finding with the place underlined, however long the lines are. */

import { makeInert, widthOf } from './inert.ts';
import type { Paint } from './paint.ts';
import type { Location } from './row.ts';

/** The lines of an excerpt, each behind its number; the finding's own first line is followed by a line of carets. */
export function renderExcerpt(location: Location, width: number, mark: Paint, dim: Paint): string[] {
  const { excerpt } = location;
  if (excerpt === undefined) return [];
  const gutter = String(excerpt.firstLine + excerpt.lines.length - 1).length;
  const room = Math.max(20, width - gutter - 5);
  const shift = shiftFor(location, room);
  const output: string[] = [];
  excerpt.lines.forEach((line, index) => {
    const number = excerpt.firstLine + index;
    const prefix = dim(`  ${String(number).padStart(gutter)} |`);
    output.push(`${prefix} ${makeInert(clip(line, shift, room))}`.trimEnd());
    if (number !== location.line) return;
    const carets = underline(location, line, shift, room);
    output.push(`${dim(`  ${' '.repeat(gutter)} |`)} ${carets.blank}${mark(carets.marks)}`);
  });
  return output;
}

/** How many code units to leave out on the left so that the place is in sight. */
function shiftFor(location: Location, room: number): number {
  const end = location.endLine === location.line ? location.endColumn : location.column;
  if (end - 1 <= room) return 0;
  return Math.max(0, location.column - 1 - Math.floor(room / 4));
}

function clip(line: string, shift: number, room: number): string {
  const from = shift === 0 ? 0 : shift + 1;
  const cut = line.length - shift > room;
  return `${shift === 0 ? '' : '…'}${line.slice(from, cut ? shift + room - 1 : undefined)}${cut ? '…' : ''}`;
}

function underline(location: Location, line: string, shift: number, room: number): { blank: string; marks: string } {
  const from = Math.min(location.column - 1, line.length);
  const to = location.endLine === location.line ? Math.min(location.endColumn - 1, line.length) : line.trimEnd().length;
  const before = makeInert(line.slice(shift, from));
  const marked = makeInert(line.slice(from, Math.min(to, shift + room)));
  return { blank: ' '.repeat(widthOf(before)), marks: '^'.repeat(Math.max(1, widthOf(marked))) };
}
