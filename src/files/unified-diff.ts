/** Shows edits of a text as a unified diff that `patch -p1` and `git apply` accept. */

import { applyEdits, type TextEdit } from './text-edit.ts';

const context = 3;

/** A stretch of lines, from 0, end exclusive, with what stands there afterwards. */
interface Change {
  from: number;
  to: number;
  now: readonly string[];
}

/** The diff of a file's text against the same with its edits; the empty string where there are none. */
export function renderUnifiedDiff(file: string, source: string, edits: readonly TextEdit[]): string {
  const lines = linesOf(source);
  const changes = findChanges(source, lines, edits);
  if (changes.length === 0) return '';
  const name = file === '-' ? 'stdin' : file;
  const output = [`--- ${labelOf('a', name)}\n+++ ${labelOf('b', name)}\n`];
  let shift = 0;
  for (const hunk of groupChanges(changes)) {
    const first = hunk[0]?.from ?? 0;
    const top = Math.max(0, first - context);
    const body: string[] = [];
    let at = top;
    let added = 0;
    for (const { from, to, now } of hunk) {
      body.push(mark(' ', lines.slice(at, from)), mark('-', lines.slice(from, to)), mark('+', now));
      added += now.length - (to - from);
      at = to;
    }
    const bottom = Math.min(lines.length, at + context);
    body.push(mark(' ', lines.slice(at, bottom)));
    const count = bottom - top;
    output.push(`@@ -${range(top, count)} +${range(top + shift, count + added)} @@\n`, ...body);
    shift += added;
  }
  return output.join('');
}

/** The lines that edits touch, reduced to those that differ afterwards. */
function findChanges(source: string, lines: readonly string[], edits: readonly TextEdit[]): readonly Change[] {
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length);
  const groups: { from: number; to: number; edits: TextEdit[] }[] = [];
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    from = lineHolding(starts, lines, edit.start, from);
    const to = Math.min(lines.length, lineHolding(starts, lines, edit.end, from) + 1);
    const last = groups.at(-1);
    if (last !== undefined && from < last.to) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else groups.push({ from, to, edits: [edit] });
  }
  return groups.flatMap((group) => {
    const base = starts[group.from] ?? source.length;
    const local = group.edits.map(({ start, end, text }) => ({ start: start - base, end: end - base, text }));
    const old = source.slice(base, starts[group.to] ?? source.length);
    return reduce(lines, { from: group.from, to: group.to, now: linesOf(applyEdits(old, local) ?? old) });
  });
}

/** The line that an offset is in; the one behind the last where a text ends with a line break. */
function lineHolding(starts: readonly number[], lines: readonly string[], offset: number, from: number): number {
  let line = from;
  while (line < lines.length && (starts[line + 1] ?? 0) <= offset) line++;
  const isInLast = line === lines.length && line > 0 && lines[line - 1]?.endsWith('\n') === false;
  return isInLast ? line - 1 : line;
}

function reduce(lines: readonly string[], { from, to, now }: Change): readonly Change[] {
  let head = 0;
  while (head < now.length && from + head < to && lines[from + head] === now[head]) head++;
  let tail = 0;
  while (tail < now.length - head && to - tail > from + head && lines[to - 1 - tail] === now[now.length - 1 - tail])
    tail++;
  const change = { from: from + head, to: to - tail, now: now.slice(head, now.length - tail) };
  return change.from === change.to && change.now.length === 0 ? [] : [change];
}

/** Changes whose contexts touch belong into one hunk. */
function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    const previous = last?.at(-1);
    if (last !== undefined && previous !== undefined && change.from <= previous.to + 2 * context) last.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

/** Lines with their line breaks, so that a missing last one shows. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function mark(sign: string, lines: readonly string[]): string {
  return lines
    .map((line) => (line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`))
    .join('');
}

function range(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

/** git quotes names that hold what a terminal or a parser could stumble over. */
function labelOf(side: string, name: string): string {
  const path = name.startsWith('/') ? name : `${side}/${name.replace(/^\.\//, '')}`;
  return /[\x00-\x1f\x7f"\\]/.test(path) ? JSON.stringify(path) : path;
}
