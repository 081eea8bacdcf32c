/** Adds a key to a mapping in its source, or takes one out. */

import type { Json } from '../kube/index.ts';
import type { Member, ObjectValue } from '../readers/yaml11/index.ts';
import { inlineJson, lineBreakOf, lineStartOf, nextLineOf, type TextEdit, trimmedEnd } from './text-edit.ts';

/** The edit that gives a mapping one more key, behind its last one; `undefined` where the mapping is written elsewhere. */
export function addMember(source: string, object: ObjectValue, key: string, value: Json): TextEdit | undefined {
  const own = ownMembers(object);
  if (own === undefined) return undefined;
  if (source[object.start] === '{') return addFlow(source, object, own, key, value);
  const [first] = own;
  const last = own.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const column = first.keyStart - lineStartOf(source, first.keyStart);
  const at = nextLineOf(source, Math.max(last.keyEnd, trimmedEnd(source, last.valueStart, last.valueEnd)));
  const eol = lineBreakOf(source);
  const line = `${' '.repeat(column)}${plainKey(key)}: ${inlineJson(value)}${eol}`;
  return { start: at, end: at, text: source[at - 1] === '\n' ? line : `${eol}${line}` };
}

function plainKey(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_.-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : inlineJson(key);
}

/** Members in the order of the text; `undefined` when one of them came through a merge and stands elsewhere. */
function ownMembers(object: ObjectValue): readonly Member[] | undefined {
  const members = object.members.toSorted((a, b) => a.keyStart - b.keyStart);
  const inside = members.every(({ keyStart, valueEnd }) => keyStart >= object.start && valueEnd <= object.end);
  return inside ? members : undefined;
}

/** In braces the new key repeats whatever stands between the last two, so that one line stays one line and many stay many. */
function addFlow(source: string, object: ObjectValue, own: readonly Member[], key: string, value: Json): TextEdit {
  const last = own.at(-1);
  const text = `${inlineJson(key)}: ${inlineJson(value)}`;
  if (last === undefined) return { start: object.start + 1, end: object.start + 1, text };
  const previous = own.at(-2);
  const gap = source.slice(previous === undefined ? object.start + 1 : previous.valueEnd, last.keyStart);
  const blanks = /\s*$/.exec(gap)?.[0] ?? '';
  const at = trimmedEnd(source, last.valueStart, last.valueEnd);
  return { start: at, end: at, text: `,${blanks === '' && previous === undefined ? ' ' : blanks}${text}` };
}

/** The edit that takes a key out of a mapping. */
export function removeMember(source: string, object: ObjectValue, member: Member): TextEdit | undefined {
  const own = ownMembers(object);
  const index = own?.indexOf(member) ?? -1;
  if (own === undefined || index < 0) return undefined;
  const next = own[index + 1];
  const previous = own[index - 1];
  const end = Math.max(member.keyEnd + 1, trimmedEnd(source, member.valueStart, member.valueEnd));
  if (source[object.start] === '{') {
    if (next !== undefined) return { start: member.keyStart, end: next.keyStart, text: '' };
    return { start: previous === undefined ? object.start + 1 : previous.valueEnd, end, text: '' };
  }
  if (own.length === 1) return { start: object.start, end, text: '{}' };
  const lineStart = lineStartOf(source, member.keyStart);
  if (source.slice(lineStart, member.keyStart).trim() === '')
    return { start: lineStart, end: nextLineOf(source, end), text: '' };
  return next === undefined ? undefined : { start: member.keyStart, end: next.keyStart, text: '' };
}
