/** Changes of a text as data: what to replace where, applied from the end so that offsets hold. */

import type { Json } from '../kube/index.ts';

/** Replaces the characters from `start` to `end` (exclusive) by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits in any order; `undefined` when two of them overlap. */
export function applyEdits(source: string, edits: readonly TextEdit[]): string | undefined {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of ordered) {
    if (start < at || end < start) return undefined;
    parts.push(source.slice(at, start), text);
    at = end;
  }
  parts.push(source.slice(at));
  return parts.join('');
}

/** The line break that a source uses, by its first one. */
export function lineBreakOf(source: string): string {
  const at = source.indexOf('\n');
  return at > 0 && source[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The offset of the first character of the line that holds an offset. */
export function lineStartOf(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** The offset behind the line break of the line that holds an offset. */
export function nextLineOf(source: string, offset: number): number {
  const found = source.indexOf('\n', offset);
  return found < 0 ? source.length : found + 1;
}

/** A stretch's end without trailing blanks and line breaks. */
export function trimmedEnd(source: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(source[at - 1] ?? '')) at--;
  return at;
}

/** JSON that is also YAML on one line: what YAML takes for a line break is escaped. */
export function inlineJson(value: Json): string {
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
