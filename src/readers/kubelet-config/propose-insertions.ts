/** Decides where a new root key could be written into a kubelet configuration text. */

import type { DecodedDocument } from './read-outcomes.ts';

const KEY = 'serverTLSBootstrap';

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** A new key: in the order of the alphabet where the keys are sorted, as kubeadm writes them; else at the end, or before some key. */
export function proposeInsertions(text: string, decoded: DecodedDocument): readonly Edit[] {
  const { toOriginal } = decoded.text;
  const starts = decoded.root.members.map(({ key, keyStart }) => ({ key, at: toOriginal(keyStart) }));
  const inOrder = starts.sort((a, b) => a.at - b.at);
  const first = inOrder[0];
  if (first === undefined) return [];
  const rootStart = toOriginal(decoded.root.start);
  if (text.charCodeAt(rootStart) === 0x7b) return [insertFirst(text, rootStart, first.at, decoded)];
  const sorted = inOrder.every(({ key }, i) => i === 0 || (inOrder[i - 1]?.key ?? '') < key);
  const next = sorted ? inOrder.find(({ key }) => key > KEY) : undefined;
  const last = inOrder[inOrder.length - 1] ?? first;
  const anchors = next === undefined ? [last, first] : [next, last, first];
  const before = anchors.flatMap(({ at }) => [insertBefore(text, at, true), insertBefore(text, at, false)]);
  const end = insertAtEnd(text, first.at, toOriginal(decoded.root.end));
  return (next === undefined ? [end, ...before] : [...before, end]).filter((edit) => edit !== undefined);
}

/** `{` then the new member, spaced as the first one is. */
function insertFirst(text: string, open: number, firstKey: number, decoded: DecodedDocument): Edit {
  const gap = text.slice(open + 1, firstKey);
  const quoted = decoded.content.json !== undefined || text.charCodeAt(firstKey) === 0x22;
  const keyEnd = decoded.root.members[0]?.keyEnd ?? 0;
  const spaced = decoded.text.text.charAt(decoded.text.text.indexOf(':', keyEnd) + 1) === ' ';
  const name = quoted ? `"${KEY}"` : KEY;
  const blank = /^\s*$/.test(gap);
  const colon = spaced || !quoted ? ': ' : ':';
  return {
    start: firstKey,
    end: firstKey,
    insert: `${name}${colon}true,${blank && gap !== '' ? gap : spaced ? ' ' : ''}`,
  };
}

/** The line end in front of a line; LF where there is none. */
function lineEndBefore(text: string, lineStart: number): string {
  if (text.charCodeAt(lineStart - 1) === 0x0d) return '\r';
  return text.charCodeAt(lineStart - 2) === 0x0d ? '\r\n' : '\n';
}

function lineStartOf(text: string, at: number): number {
  let i = at;
  while (i > 0 && text.charCodeAt(i - 1) !== 0x0a && text.charCodeAt(i - 1) !== 0x0d) i--;
  return i;
}

/** A line of its own before a key's line, and before the comment lines that stand on it. */
function insertBefore(text: string, key: number, aboveComments: boolean): Edit | undefined {
  const lineStart = lineStartOf(text, key);
  const indent = text.slice(lineStart, key);
  if (!/^ *$/.test(indent)) return undefined;
  const eol = lineStart === 0 ? endOfFirstLine(text) : lineEndBefore(text, lineStart);
  let start = lineStart;
  while (aboveComments && start > 0) {
    const above = lineStartOf(text, start - lineEndBefore(text, start).length);
    if (above === start || !/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return { start, end: start, insert: `${indent}${KEY}: true${eol}` };
}

function endOfFirstLine(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

/** A line of its own behind the last value. */
function insertAtEnd(text: string, firstKey: number, end: number): Edit | undefined {
  const lineStart = lineStartOf(text, firstKey);
  const indent = text.slice(lineStart, firstKey);
  if (!/^ *$/.test(indent)) return undefined;
  const eol = endOfFirstLine(text);
  // The value may end in the middle of its line, with a comment behind it, or behind its line break.
  let at = end;
  if (at === 0 || lineStartOf(text, at) !== at) {
    while (at < text.length && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
    if (at === text.length) return { start: at, end: at, insert: `${eol}${indent}${KEY}: true` };
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return { start: at, end: at, insert: `${indent}${KEY}: true${eol}` };
}
