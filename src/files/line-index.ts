/** Turns offsets in a text into lines and columns, once somebody asks. */

import type { Region } from '../report/index.ts';

export interface LineIndex {
  readonly text: string;
  /** Line and column of an offset, both from 1; columns count UTF-16 code units. */
  position(offset: number): { readonly line: number; readonly column: number };
  /** Offset of a line's first character. */
  startOf(line: number): number;
  /** A line without its line break. */
  lineAt(line: number): string;
  readonly count: number;
}

/** Indexes a text by its line feeds; a carriage return before one belongs to the line break. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const startOf = (line: number) => starts[Math.max(0, line - 1)] ?? text.length;
  return {
    text,
    count: starts.length,
    startOf,
    position(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
    lineAt(line) {
      const start = startOf(line);
      const next = starts[line] ?? text.length + 1;
      const end = next - 1;
      return text.slice(start, text[end - 1] === '\r' && next <= text.length ? end - 1 : end);
    },
  };
}

/** The region between two offsets. */
export function regionOf(lines: LineIndex, start: number, end: number): Region {
  const from = lines.position(start);
  const to = lines.position(Math.max(start, end));
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
