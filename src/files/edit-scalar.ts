/** Replaces a scalar in its source by another one, changing as little of the text as its style allows. */

import type { Json } from '../kube/index.ts';
import type { Span, StringValue, Value } from '../readers/yaml11/index.ts';
import { mapScalar, styleOf } from './map-scalar.ts';
import { inlineJson, lineBreakOf, lineStartOf, nextLineOf, type TextEdit, trimmedEnd } from './text-edit.ts';

/** `minimal` keeps style and every character it can; `rewrite` writes the scalar anew where `minimal` was proved wrong. */
export type Strategy = 'minimal' | 'rewrite';

/** The edit that turns one scalar into another; `own` is where it is written. `undefined` where no way is known. */
export function editScalar(
  source: string,
  old: Value,
  own: Span,
  after: Json,
  strategy: Strategy,
): TextEdit | undefined {
  if (old.kind !== 'string' || typeof after !== 'string') return replaceWhole(source, own, inlineJson(after));
  if (strategy === 'rewrite') return rewriteString(source, old, after);
  switch (styleOf(source, old.start)) {
    case 'literal':
      return editLiteral(source, old, after);
    case 'double':
      return editInside(source, old, after, (text) => inlineJson(text).slice(1, -1));
    case 'single':
      return editInside(source, old, after, (text) => (text.includes('\n') ? undefined : text.replaceAll("'", "''")));
    default:
      return editInside(source, old, after, (text) => (/[\n\r]/.test(text) ? undefined : text));
  }
}

function replaceWhole(source: string, { start, end }: Span, text: string): TextEdit {
  const trimmed = trimmedEnd(source, start, end);
  // Nothing is written where an empty value stands, so a blank has to part it from the colon.
  const glued = trimmed === start && /\S/.test(source[start - 1] ?? ' ');
  return { start, end: trimmed, text: glued ? ` ${text}` : text };
}

function rewriteString(source: string, old: StringValue, after: string): TextEdit {
  const style = styleOf(source, old.start);
  const isBlock = style === 'literal' || style === 'folded';
  const text = inlineJson(after);
  return isBlock
    ? { start: old.start, end: trimmedEnd(source, old.start, old.end), text }
    : replaceWhole(source, old, text);
}

/** Replaces only the characters that differ, encoded as the style asks. */
function editInside(
  source: string,
  old: StringValue,
  after: string,
  encode: (text: string) => string | undefined,
): TextEdit | undefined {
  const map = mapScalar(source, old.start, old.end, old.value);
  const { from, to, text } = differenceOf(old.value, after);
  const encoded = encode(text);
  if (map === undefined || encoded === undefined) return undefined;
  return { start: map.toSource(from), end: from === to ? map.toSource(from) : map.toSource(to), text: encoded };
}

/** The one stretch in which two strings differ. */
function differenceOf(before: string, after: string): { from: number; to: number; text: string } {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { from: head, to: before.length - tail, text: after.slice(head, after.length - tail) };
}

/** A literal block keeps its lines one to one, so that whole lines are exchanged and the others stay to the byte. */
function editLiteral(source: string, old: StringValue, after: string): TextEdit | undefined {
  const before = old.value.split('\n');
  const wanted = after.split('\n');
  const starts = literalLines(source, old);
  const map = mapScalar(source, old.start, old.end, old.value);
  if (map === undefined || starts.length < before.length - 1) return undefined;
  const firstContent = map.toSource(old.value.search(/[^\n]/));
  const indent = indentOf(source, firstContent, old.value);
  const { head, tail } = commonLines(before, wanted);
  const replaced = wanted.slice(head, wanted.length - tail);
  // The empty piece behind a final line break is no line.
  if (tail === 0 && replaced.at(-1) === '') replaced.pop();
  const start = starts[head] ?? endOfLines(source, old);
  const end = starts[before.length - tail] ?? endOfLines(source, old);
  const eol = lineBreakOf(source);
  const text = replaced.map((line) => (line === '' ? eol : `${indent}${line}${eol}`)).join('');
  const unended = start > 0 && source[start - 1] !== '\n' && text !== '';
  return { start, end: Math.max(start, end), text: unended ? `${eol}${text}` : text };
}

/** Offsets of the source lines of a literal block, behind its header. */
function literalLines(source: string, { start, end }: Span): number[] {
  const starts: number[] = [];
  for (let at = nextLineOf(source, start); at < end; at = nextLineOf(source, at)) starts.push(at);
  return starts;
}

function endOfLines(source: string, { start, end }: Span): number {
  const trimmed = trimmedEnd(source, start, end);
  return nextLineOf(source, trimmed === start ? start : trimmed - 1);
}

/** The indentation of the block itself: what stands before its first content, less what belongs to the value. */
function indentOf(source: string, firstContent: number, value: string): string {
  const lineStart = lineStartOf(source, firstContent);
  const blanks = /^ */.exec(source.slice(lineStart, nextLineOf(source, lineStart)))?.[0].length ?? 0;
  const own = /^\n*( *)/.exec(value)?.[1]?.length ?? 0;
  return ' '.repeat(Math.max(0, blanks - own));
}

/** How many lines two texts share at the beginning and at the end; the last, empty piece behind the final line break counts as one. */
function commonLines(before: readonly string[], after: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { head, tail };
}
