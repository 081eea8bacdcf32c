/** Finds the place in a file that a finding's path, and its position inside an embedded text, point at. */

import { segmentsOf } from '../kube/index.ts';
import type { Member, Span, Value } from '../readers/yaml11/index.ts';
import { mapScalar } from './map-scalar.ts';

/** A place longer than this is no place any more; it also bounds the work on JSON that stands on one line. */
const longestPlace = 2000;

/** What a path leads to: the value, and the key or list that holds it. */
export interface Found {
  readonly value: Value;
  /** Set where the last step was a key. */
  readonly member?: Member;
  /** Set where the last step was an index. */
  readonly item?: { readonly list: Value; readonly index: number };
}

/** Follows a JSON Pointer; `complete` is false where a step is missing, and `found` is then the last one that exists. */
export function follow(root: Value, path: string): { readonly found: Found; readonly complete: boolean } {
  let found: Found = { value: root };
  for (const segment of segmentsOf(path)) {
    const next = step(found.value, segment);
    if (next === undefined) return { found, complete: false };
    found = next;
  }
  return { found, complete: true };
}

function step(value: Value, segment: string): Found | undefined {
  if (value.kind === 'object') {
    const member = value.members.find(({ key }) => key === segment);
    return member === undefined ? undefined : { value: member.value, member };
  }
  if (value.kind !== 'list' || !/^\d+$/.test(segment)) return undefined;
  const index = Number(segment);
  const item = value.items[index];
  return item === undefined ? undefined : { value: item, item: { list: value, index } };
}

/**
 * The stretch of the source to show for a path: a scalar's own text, a collection's key, or what is nearest to a path that is missing.
 * @param position Line and column, from 1, inside the text that the path leads to; lines end in LF, CR LF or CR, columns are characters.
 */
export function placeOf(
  source: string,
  root: Value,
  path: string,
  position?: { readonly line: number; readonly column: number },
): Span {
  const { found, complete } = follow(root, path);
  const { value, member } = found;
  if (complete && position !== undefined && value.kind === 'string') {
    const inside = placeInside(source, value, position);
    if (inside !== undefined) return inside;
  }
  const isBlock = value.kind === 'string' && /^[|>]/.test(source[value.start] ?? '');
  const isCollection = value.kind === 'list' || value.kind === 'object';
  if (member !== undefined && (isBlock || isCollection || !complete || member.valueEnd <= member.valueStart)) {
    return { start: member.keyStart, end: member.keyEnd };
  }
  if (member !== undefined) return firstLine(source, member.valueStart, member.valueEnd);
  return firstLine(source, value.start, value.end);
}

function placeInside(
  source: string,
  value: Value & { readonly kind: 'string' },
  { line, column }: { readonly line: number; readonly column: number },
): Span | undefined {
  const map = mapScalar(source, value.start, value.end, value.value);
  const lineStart = startOfLine(value.value, line);
  if (map === undefined || lineStart === undefined) return undefined;
  const from = lineStart + unitsOf(value.value, lineStart, column - 1);
  const lineEnd = endOfLine(value.value, from);
  // A comment behind the value belongs to somebody else.
  const last = value.value
    .slice(from, lineEnd)
    .replace(/\s#.*$/, '')
    .trimEnd().length;
  const start = map.toSource(from);
  return last === 0 ? { start, end: start } : { start, end: map.toSource(from + last - 1) + 1 };
}

function startOfLine(text: string, line: number): number | undefined {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const end = endOfLine(text, start);
    if (end >= text.length) return undefined;
    start = end + (text.startsWith('\r\n', end) ? 2 : 1);
  }
  return start;
}

function endOfLine(text: string, from: number): number {
  const found = text.slice(from).search(/[\n\r]/);
  return found < 0 ? text.length : from + found;
}

/** The length in UTF-16 code units of that many characters. */
function unitsOf(text: string, start: number, characters: number): number {
  let at = start;
  for (let count = 0; count < characters && at < text.length; count++)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at - start;
}

/** A stretch without its trailing blanks, cut at the end of its first line. */
function firstLine(source: string, start: number, end: number): Span {
  const text = source.slice(start, Math.min(end, start + longestPlace));
  const breakAt = text.indexOf('\n');
  return { start, end: start + (breakAt < 0 ? text : text.slice(0, breakAt)).trimEnd().length };
}
