/** Reads JSON into values that know where they stand; only for documents whose positions somebody asks for. */

import type { Member, Value } from '../readers/yaml11/index.ts';

export type JsonRead =
  | { readonly kind: 'value'; readonly value: Value; readonly end: number }
  | { readonly kind: 'error'; readonly message: string; readonly at: number };

/** Deeper than any object that Kubernetes accepts, and shallow enough for the stack. */
const deepest = 1000;

interface Reader {
  readonly text: string;
  pos: number;
  depth: number;
  failure: { message: string; at: number } | undefined;
}

const blanks = /[ \t\n\r]*/y;
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Reads one JSON value from `start` on, not beyond `end`; what follows it is the caller's. Offsets count in `text`. The last of duplicate keys wins, as in Go and in JSON.parse. */
export function readJson(text: string, start: number, end: number): JsonRead {
  const reader: Reader = {
    text: end === text.length ? text : text.slice(0, end),
    pos: start,
    depth: 0,
    failure: undefined,
  };
  const value = readValue(reader);
  if (value !== undefined) return { kind: 'value', value, end: reader.pos };
  return { kind: 'error', ...(reader.failure ?? { message: 'invalid JSON', at: reader.pos }) };
}

/** The offset of the first character at or behind `pos` that is no JSON blank. */
export function skipBlanks(text: string, pos: number): number {
  blanks.lastIndex = pos;
  blanks.test(text);
  return blanks.lastIndex;
}

function fail(r: Reader, message: string): undefined {
  r.failure ??= { message, at: r.pos };
  return undefined;
}

function readValue(r: Reader): Value | undefined {
  r.pos = skipBlanks(r.text, r.pos);
  const start = r.pos;
  const first = r.text[start];
  if (first === '{' || first === '[') {
    if (r.depth >= deepest) return fail(r, `nested deeper than ${deepest} levels`);
    r.depth++;
    const value = first === '{' ? readObject(r, start) : readList(r, start);
    r.depth--;
    return value;
  }
  if (first === '"') {
    const value = readString(r);
    return value === undefined ? undefined : { kind: 'string', value, start, end: r.pos };
  }
  for (const [word, value] of words) {
    if (!r.text.startsWith(word, start)) continue;
    r.pos += word.length;
    return value === null ? { kind: 'null', start, end: r.pos } : { kind: 'boolean', value, start, end: r.pos };
  }
  const text = match(r, numberToken);
  if (text !== undefined) return { kind: 'number', text, start, end: r.pos };
  return fail(r, first === undefined ? 'unexpected end of JSON input' : `invalid character ${JSON.stringify(first)}`);
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

function match(r: Reader, token: RegExp): string | undefined {
  token.lastIndex = r.pos;
  const found = token.exec(r.text)?.[0];
  if (found !== undefined && found !== '') r.pos += found.length;
  return found === '' ? undefined : found;
}

function readString(r: Reader): string | undefined {
  const end = endOfString(r.text, r.pos);
  if (end === undefined) return fail(r, 'string without end');
  try {
    const value: unknown = JSON.parse(r.text.slice(r.pos, end));
    if (typeof value !== 'string') return fail(r, 'expected a string');
    r.pos = end;
    return value;
  } catch {
    return fail(r, 'invalid character or escape in string');
  }
}

/** The offset behind the quote that ends the string at `start`. */
function endOfString(text: string, start: number): number | undefined {
  for (let pos = start + 1; pos < text.length; pos++) {
    const c = text.charCodeAt(pos);
    if (c === 0x22) return pos + 1;
    if (c === 0x5c) pos++;
  }
  return undefined;
}

/** Takes a separator, or the closing character; `undefined` when neither is there. */
function readSeparator(r: Reader, closing: string): 'more' | 'closed' | undefined {
  r.pos = skipBlanks(r.text, r.pos);
  const c = r.text[r.pos];
  if (c !== ',' && c !== closing)
    return fail(r, c === undefined ? 'unexpected end of JSON input' : `expected , or ${closing}`);
  r.pos++;
  return c === ',' ? 'more' : 'closed';
}

function isEmpty(r: Reader, closing: string): boolean {
  r.pos = skipBlanks(r.text, r.pos + 1);
  if (r.text[r.pos] !== closing) return false;
  r.pos++;
  return true;
}

function readList(r: Reader, start: number): Value | undefined {
  const items: Value[] = [];
  if (isEmpty(r, ']')) return { kind: 'list', items, start, end: r.pos };
  for (;;) {
    const item = readValue(r);
    if (item === undefined) return undefined;
    items.push(item);
    const next = readSeparator(r, ']');
    if (next === undefined) return undefined;
    if (next === 'closed') return { kind: 'list', items, start, end: r.pos };
  }
}

function readObject(r: Reader, start: number): Value | undefined {
  const members = new Map<string, Member>();
  if (isEmpty(r, '}')) return { kind: 'object', members: [], start, end: r.pos };
  for (;;) {
    r.pos = skipBlanks(r.text, r.pos);
    const keyStart = r.pos;
    const key = r.text[keyStart] === '"' ? readString(r) : fail(r, 'expected a key in double quotes');
    if (key === undefined) return undefined;
    const keyEnd = r.pos;
    r.pos = skipBlanks(r.text, r.pos);
    if (r.text[r.pos] !== ':') return fail(r, 'expected : after a key');
    r.pos++;
    const value = readValue(r);
    if (value === undefined) return undefined;
    members.set(key, { key, keyStart, keyEnd, valueStart: value.start, valueEnd: value.end, value });
    const next = readSeparator(r, '}');
    if (next === undefined) return undefined;
    if (next === 'closed') return { kind: 'object', members: [...members.values()], start, end: r.pos };
  }
}
