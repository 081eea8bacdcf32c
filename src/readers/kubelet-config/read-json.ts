/** Decides what a JSON text says, as sigs.k8s.io/json does (its scanner is that of Go's encoding/json). */

import type { Member, Value } from '../yaml11/index.ts';
import { type Reader, unexpected } from './json-reader.ts';
import { readNumber } from './read-json-number.ts';
import { readString } from './read-json-string.ts';

/** `error` is in Go's words; `beyond` where the text is nested deeper than this reader follows. */
export type JsonRead =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: string; readonly at: number }
  | { readonly kind: 'beyond'; readonly at: number };

/** Go follows 10,000 levels; its stack grows and ours does not. */
const DEEPEST = 500;

/**
 * Reads one JSON value that fills the text. Members stay in the order of the text, repeated keys included: typed decoding sets them
 * one after the other. Lone surrogates become U+FFFD. Never throws.
 */
export function readJson(text: string): JsonRead {
  const r: Reader = { text, pos: 0, depth: 0, failure: undefined };
  const value = readValue(r, 'looking for beginning of value');
  if (value !== undefined) {
    skipSpace(r);
    if (r.pos < text.length) unexpected(r, 'after top-level value');
  }
  if (r.failure !== undefined || value === undefined) {
    const { message = '', at = 0, beyond = false } = r.failure ?? {};
    return beyond ? { kind: 'beyond', at } : { kind: 'error', error: message, at };
  }
  return { kind: 'value', value };
}

function skipSpace(r: Reader): void {
  const { text } = r;
  for (let c = text.charCodeAt(r.pos); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; ) {
    r.pos++;
    c = text.charCodeAt(r.pos);
  }
}

function readValue(r: Reader, context: string): Value | undefined {
  skipSpace(r);
  const start = r.pos;
  switch (r.text.charCodeAt(start)) {
    case 0x7b:
      return readNested(r, readObject);
    case 0x5b:
      return readNested(r, readList);
    case 0x22: {
      const value = readString(r);
      return value === undefined ? undefined : { kind: 'string', value, start, end: r.pos };
    }
    case 0x74:
      return readWord(r, 'true') ? { kind: 'boolean', value: true, start, end: r.pos } : undefined;
    case 0x66:
      return readWord(r, 'false') ? { kind: 'boolean', value: false, start, end: r.pos } : undefined;
    case 0x6e:
      return readWord(r, 'null') ? { kind: 'null', start, end: r.pos } : undefined;
    default:
      return readNumber(r, context);
  }
}

function readNested(r: Reader, read: (r: Reader) => Value | undefined): Value | undefined {
  if (r.depth >= DEEPEST) {
    r.failure ??= { message: '', at: r.pos, beyond: true };
    return undefined;
  }
  r.depth++;
  r.pos++;
  const value = read(r);
  r.depth--;
  return value;
}

function readObject(r: Reader): Value | undefined {
  const start = r.pos - 1;
  const members: Member[] = [];
  skipSpace(r);
  if (r.text.charCodeAt(r.pos) === 0x7d) {
    r.pos++;
    return { kind: 'object', members, start, end: r.pos };
  }
  for (;;) {
    const member = readMember(r);
    if (member === undefined) return undefined;
    members.push(member);
    skipSpace(r);
    const c = r.text.charCodeAt(r.pos);
    if (c === 0x7d) break;
    if (c !== 0x2c) return unexpected(r, 'after object key:value pair');
    r.pos++;
  }
  r.pos++;
  return { kind: 'object', members, start, end: r.pos };
}

function readMember(r: Reader): Member | undefined {
  skipSpace(r);
  const keyStart = r.pos;
  if (r.text.charCodeAt(keyStart) !== 0x22) return unexpected(r, 'looking for beginning of object key string');
  const key = readString(r);
  if (key === undefined) return undefined;
  const keyEnd = r.pos;
  skipSpace(r);
  if (r.text.charCodeAt(r.pos) !== 0x3a) return unexpected(r, 'after object key');
  r.pos++;
  const value = readValue(r, 'looking for beginning of value');
  if (value === undefined) return undefined;
  return { key, keyStart, keyEnd, valueStart: value.start, valueEnd: value.end, value };
}

function readList(r: Reader): Value | undefined {
  const start = r.pos - 1;
  const items: Value[] = [];
  skipSpace(r);
  if (r.text.charCodeAt(r.pos) === 0x5d) {
    r.pos++;
    return { kind: 'list', items, start, end: r.pos };
  }
  for (;;) {
    const item = readValue(r, 'looking for beginning of value');
    if (item === undefined) return undefined;
    items.push(item);
    skipSpace(r);
    const c = r.text.charCodeAt(r.pos);
    if (c === 0x5d) break;
    if (c !== 0x2c) return unexpected(r, 'after array element');
    r.pos++;
  }
  r.pos++;
  return { kind: 'list', items, start, end: r.pos };
}

function readWord(r: Reader, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (r.text.charCodeAt(r.pos) !== word.charCodeAt(i)) {
      unexpected(r, `in literal ${word} (expecting '${word.charAt(i)}')`);
      return false;
    }
    r.pos++;
  }
  return true;
}
