/** Takes items out of a list in its source, or writes the list anew from the items that stay. */

import { deepEqual, type Json, type JsonArray } from '../kube/index.ts';
import type { ListValue, Value } from '../readers/yaml11/index.ts';
import { inlineJson, lineBreakOf, lineStartOf, nextLineOf, type TextEdit, trimmedEnd } from './text-edit.ts';
import { toJson } from './to-json.ts';

/** Where the parts of a list stand; for block lists `marks` are the offsets of the dashes. */
interface Layout {
  readonly flow: boolean;
  readonly items: readonly Value[];
  readonly ends: readonly number[];
  readonly marks: readonly number[];
}

/** The edits that take out the items of these indexes; `undefined` where the list is written in a way that is not understood. */
export function removeItems(
  source: string,
  list: ListValue,
  indexes: readonly number[],
): readonly TextEdit[] | undefined {
  const layout = layOut(source, list);
  if (layout === undefined) return undefined;
  const removed = new Set(indexes);
  if (layout.flow) return removeFlow(layout, list, removed);
  return removed.size === list.items.length ? emptyBlock(source, layout) : removeBlock(source, layout, removed);
}

/** The edits that make a list hold these items; those that it held before keep their text. */
export function rewriteList(source: string, list: ListValue, after: JsonArray): readonly TextEdit[] | undefined {
  const layout = layOut(source, list);
  if (layout === undefined || list.items.length === 0)
    return [{ start: list.start, end: list.end, text: inlineJson(after) }];
  const before = list.items.map(toJson);
  let next = 0;
  const texts = after.map((item) => {
    const index = before.findIndex((old, at) => at >= next && deepEqual(old, item));
    if (index < 0) return !layout.flow && isPlainArgument(item) ? item : inlineJson(item);
    next = index + 1;
    return source.slice(layout.items[index]?.start, layout.ends[index]);
  });
  const last = layout.ends.at(-1) ?? list.end;
  if (layout.flow) return [{ start: list.start + 1, end: list.end - 1, text: texts.join(', ') }];
  const indent = ' '.repeat(list.start - lineStartOf(source, list.start));
  return [
    { start: list.start, end: last, text: texts.map((text) => `- ${text}`).join(`${lineBreakOf(source)}${indent}`) },
  ];
}

/** A string that needs no quotes as an item of a block list. */
function isPlainArgument(value: Json): value is string {
  return (
    typeof value === 'string' &&
    /^(--?[a-z]|[a-z]{4})[a-z0-9_./=,-]*$/i.test(value) &&
    !/^(true|false|null)$/i.test(value)
  );
}

function layOut(source: string, list: ListValue): Layout | undefined {
  const { items } = list;
  const flow = source[list.start] === '[';
  const ends = items.map(({ start, end }) => trimmedEnd(source, start, end));
  let behind = list.start;
  for (const [index, item] of items.entries()) {
    // An item that comes through an alias stands elsewhere.
    if (item.start < behind || item.end > list.end) return undefined;
    behind = ends[index] ?? item.end;
  }
  if (flow) return { flow, items, ends, marks: [] };
  const column = list.start - lineStartOf(source, list.start);
  const marks: number[] = [];
  for (const [index, item] of items.entries()) {
    const mark = index === 0 ? list.start : findDash(source, item.start, column, ends[index - 1] ?? 0);
    if (mark === undefined || source[mark] !== '-') return undefined;
    marks.push(mark);
  }
  return { flow, items, ends, marks };
}

/** The dash of an item stands in the list's column, on the item's line or above it. */
function findDash(source: string, from: number, column: number, limit: number): number | undefined {
  for (let line = lineStartOf(source, from); line + column >= limit; line = lineStartOf(source, line - 1)) {
    const mark = line + column;
    if (source[mark] === '-' && source.slice(line, mark).trim() === '') return mark;
    if (line === 0) return undefined;
  }
  return undefined;
}

function removeFlow({ items, ends }: Layout, list: ListValue, removed: ReadonlySet<number>): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let index = 0; index < items.length; index++) {
    if (!removed.has(index)) continue;
    const first = index;
    while (removed.has(index + 1)) index++;
    const next = items[index + 1];
    const start = items[first]?.start ?? list.start;
    if (next !== undefined) edits.push({ start, end: next.start, text: '' });
    else if (first > 0) edits.push({ start: ends[first - 1] ?? start, end: ends[index] ?? start, text: '' });
    else edits.push({ start: list.start + 1, end: list.end - 1, text: '' });
  }
  return edits;
}

function removeBlock(source: string, { marks, ends }: Layout, removed: ReadonlySet<number>): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const index of [...removed].toSorted((a, b) => a - b)) {
    const mark = marks[index] ?? 0;
    const lineStart = lineStartOf(source, mark);
    const end = Math.max(mark + 1, ends[index] ?? 0);
    if (source.slice(lineStart, mark).trim() === '')
      edits.push({ start: lineStart, end: nextLineOf(source, end), text: '' });
    else {
      // The list begins behind something else on its line (`- - a`): the next item moves up to it.
      const kept = marks.findIndex((_, at) => at > index && !removed.has(at));
      edits.push({ start: mark, end: marks[kept] ?? end, text: '' });
      return [...edits, ...removeBlock(source, { flow: false, items: [], marks, ends }, behind(removed, kept))];
    }
  }
  return edits;
}

function behind(removed: ReadonlySet<number>, kept: number): ReadonlySet<number> {
  return new Set([...removed].filter((index) => kept >= 0 && index > kept));
}

/** A block list cannot be empty: `[]` goes behind the key, and the lines of the items go. */
function emptyBlock(source: string, layout: Layout): TextEdit[] | undefined {
  const [first = 0] = layout.marks;
  const lineStart = lineStartOf(source, first);
  const all = new Set(layout.items.keys());
  const above = source.slice(lineStartOf(source, lineStart - 1), lineStart);
  const colon = /^[^#]*:(?=\s*(?:\s#.*)?$)/.exec(above.trimEnd())?.[0].length;
  const keyed = lineStart > 0 && source.slice(lineStart, first).trim() === '' ? colon : undefined;
  const last = layout.ends.at(-1) ?? first;
  if (keyed === undefined) return [{ start: first, end: Math.max(first + 1, last), text: '[]' }];
  const at = lineStartOf(source, lineStart - 1) + keyed;
  return [{ start: at, end: at, text: ' []' }, ...removeBlock(source, layout, all)];
}
