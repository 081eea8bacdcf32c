/** Decides what a YAML 1.1 scalar means, as go.yaml.in/yaml/v2 v2.4.3 resolve.go does. */

import { decodeBase64 } from './base64.ts';
import { isTimestamp } from './timestamp.ts';

/** A number carries its JSON text; `unsigned` integers (above int64) and non-finite floats behave differently from others. */
export type Scalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly text: string; readonly unsigned: boolean }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'error'; readonly message: string };

const PREFIX = 'tag:yaml.org,2002:';
const STR = `${PREFIX}str`;
const BINARY = `${PREFIX}binary`;
const TIMESTAMP = `${PREFIX}timestamp`;
/** The tags that resolve a scalar; every other one makes it a string. */
const KIND_OF_TAG: ReadonlyMap<string, string> = new Map([
  [`${PREFIX}bool`, 'boolean'],
  [`${PREFIX}int`, 'integer'],
  [`${PREFIX}float`, 'float'],
  [`${PREFIX}null`, 'null'],
  [TIMESTAMP, 'timestamp'],
]);
const TAG_OF_KIND: Readonly<Record<Scalar['kind'], string>> = {
  null: '!!null',
  boolean: '!!bool',
  integer: '!!int',
  float: '!!float',
  string: '!!str',
  error: '',
};

const NULL: Scalar = { kind: 'null' };
const TRUE: Scalar = { kind: 'boolean', value: true };
const FALSE: Scalar = { kind: 'boolean', value: false };
const NAN: Scalar = { kind: 'float', value: Number.NaN };
const INFINITE: Scalar = { kind: 'float', value: Infinity };
const MINUS_INFINITE: Scalar = { kind: 'float', value: -Infinity };

const WORDS: ReadonlyMap<string, Scalar> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(pairWith(TRUE)),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(pairWith(FALSE)),
  ...['', '~', 'null', 'Null', 'NULL'].map(pairWith(NULL)),
  ...['.nan', '.NaN', '.NAN'].map(pairWith(NAN)),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(pairWith(INFINITE)),
  ...['-.inf', '-.Inf', '-.INF'].map(pairWith(MINUS_INFINITE)),
]);

function pairWith(scalar: Scalar): (word: string) => [string, Scalar] {
  return (word) => [word, scalar];
}

/** What a scalar means: `tag` is its full tag or empty, `implicit` that it is plain (or tagged with a bare `!`). */
export function resolveScalar(tag: string, implicit: boolean, text: string): Scalar {
  if (tag === '') return implicit ? resolvePlain(text, false) : { kind: 'string', value: text };
  if (tag === STR) return { kind: 'string', value: text };
  if (tag === BINARY) return decodeBase64(text);
  const wanted = KIND_OF_TAG.get(tag);
  return wanted === undefined ? { kind: 'string', value: text } : resolveTagged(tag, wanted, text);
}

function resolveTagged(tag: string, wanted: string, text: string): Scalar {
  if (tag === TIMESTAMP && isTimestamp(text)) return { kind: 'string', value: text };
  const found = resolvePlain(text, true);
  if (found.kind === wanted) return found;
  if (wanted === 'float' && found.kind === 'integer' && !found.unsigned) {
    return { kind: 'float', value: Number(found.text) };
  }
  return {
    kind: 'error',
    message: `cannot decode ${TAG_OF_KIND[found.kind]} \`${text}\` as a !!${tag.slice(PREFIX.length)}`,
  };
}

/** Without a tag, what looks like a timestamp stays the string it is; with one it may be a number (`!!float 2001`). */
function resolvePlain(text: string, tagged: boolean): Scalar {
  if (text === '') return NULL;
  const c = text.charCodeAt(0);
  if ((c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2d) return resolveNumber(text, tagged);
  if (c === 0x2e) return WORDS.get(text) ?? resolveFraction(text);
  // go-yaml's table of first letters: yYnNtTfFoO~. A word of the map that starts otherwise does not exist.
  if (c === 0x7e || 'yYnNtTfFoO'.includes(text.charAt(0))) return WORDS.get(text) ?? { kind: 'string', value: text };
  return { kind: 'string', value: text };
}

const FRACTION = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;

/** `.5`: strconv.ParseFloat, which allows `_` between digits. */
function resolveFraction(text: string): Scalar {
  if (FRACTION.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    if (Number.isFinite(value)) return { kind: 'float', value };
  }
  return { kind: 'string', value: text };
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function resolveNumber(text: string, tagged: boolean): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!tagged && isTimestamp(text)) return { kind: 'string', value: text };
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = parseInteger(plain);
  if (integer !== undefined) return integer;
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { kind: 'float', value };
  }
  // go-yaml tries again what follows 0b, where strconv takes a sign.
  if (plain.startsWith('0b') && /^[-+][01]+$/.test(plain.slice(2))) {
    const binary = parseDigits(plain.slice(3), 2);
    if (binary !== undefined)
      return toInteger(plain.charAt(2) === '-' ? -binary : binary, true) ?? { kind: 'string', value: text };
  }
  return { kind: 'string', value: text };
}

const SMALL = /^-?(?:0|[1-9][0-9]{0,14})$/;

/** strconv.ParseInt and ParseUint with base 0: `0x`, `0o`, `0b`, and a leading 0 for octal. */
function parseInteger(plain: string): Scalar | undefined {
  if (SMALL.test(plain)) return { kind: 'integer', text: plain === '-0' ? '0' : plain, unsigned: false };
  const c = plain.charCodeAt(0);
  const signed = c === 0x2b || c === 0x2d;
  const digits = signed ? plain.slice(1) : plain;
  const base = baseOf(digits);
  const value = parseDigits(base === 10 ? digits : digits.slice(base === 8 && !/^0[oO]/.test(digits) ? 1 : 2), base);
  if (value === undefined) return undefined;
  return toInteger(c === 0x2d ? -value : value, signed);
}

function baseOf(digits: string): number {
  if (digits.charAt(0) !== '0' || digits.length === 1) return 10;
  const letter = digits.length >= 3 ? digits.charAt(1).toLowerCase() : '';
  if (letter === 'x') return 16;
  if (letter === 'o') return 8;
  return letter === 'b' ? 2 : 8;
}

const DIGITS: ReadonlyMap<number, RegExp> = new Map([
  [2, /^[01]+$/],
  [8, /^[0-7]+$/],
  [10, /^[0-9]+$/],
  [16, /^[0-9a-fA-F]+$/],
]);
const LITERAL: ReadonlyMap<number, string> = new Map([
  [2, '0b'],
  [8, '0o'],
  [10, ''],
  [16, '0x'],
]);

function parseDigits(digits: string, base: number): bigint | undefined {
  if (DIGITS.get(base)?.test(digits) !== true) return undefined;
  // 64 bits are at most 64 binary digits; what is longer, leading zeros aside, is out of range, and BigInt takes quadratic time.
  const significant = digits.replace(/^0+/, '');
  if (significant.length > 64) return undefined;
  return BigInt(`${LITERAL.get(base)}${significant === '' ? '0' : significant}`);
}

/** int64, or uint64 where no sign was written; undefined out of range. */
function toInteger(value: bigint, signed: boolean): Scalar | undefined {
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return { kind: 'integer', text: String(value), unsigned: false };
  if (!signed && value < 2n ** 64n) return { kind: 'integer', text: String(value), unsigned: true };
  return undefined;
}
