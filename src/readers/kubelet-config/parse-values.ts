/** Decides which texts the types with an UnmarshalJSON of their own accept: Duration, Time and Quantity of apimachinery v0.36.3. */

import { trimSpace } from './split-documents.ts';

/** undefined when accepted, else Go's error. `unclear` marks what Go would chew on for ever. */
export type Refusal = { readonly error: string; readonly unclear?: true } | undefined;

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const MOST = 2n ** 63n;

/** What nearly every duration looks like; six digits of each unit are far from overflowing. */
const USUAL = /^(?=[0-9])(?:[0-9]{1,6}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?$/;

/** time.ParseDuration. */
export function refuseDuration(text: string): Refusal {
  if (USUAL.test(text)) return undefined;
  const invalid = { error: `time: invalid duration ${quote(text)}` };
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return undefined;
  if (rest === '') return invalid;
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [whole = '', integer = '', fraction = ''] = number ?? [];
    if (integer === '' && fraction === '') return invalid;
    const before = leadingInteger(integer);
    if (before === undefined) return invalid;
    rest = rest.slice(whole.length);
    const name = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (name === '') return { error: `time: missing unit in duration ${quote(text)}` };
    const unit = UNITS.get(name);
    if (unit === undefined) return { error: `time: unknown unit ${quote(name)} in duration ${quote(text)}` };
    rest = rest.slice(name.length);
    if (before > MOST / unit) return invalid;
    total += before * unit + fractionOf(fraction, unit);
    if (total > MOST) return invalid;
  }
  return !negative && total > MOST - 1n ? invalid : undefined;
}

/** Digits up to 2^63; undefined beyond. */
function leadingInteger(digits: string): bigint | undefined {
  const significant = digits.replace(/^0+/, '');
  if (significant.length > 19) return undefined;
  const value = BigInt(significant === '' ? '0' : significant);
  return value > MOST ? undefined : value;
}

function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n;
  return BigInt(Math.trunc(Number(`0.${digits.slice(0, 18)}`) * Number(unit)));
}

/** Go's time.quote: backslash escapes, other than ASCII byte by byte. */
function quote(text: string): string {
  let result = '';
  for (const character of text) {
    const c = character.codePointAt(0) ?? 0;
    if (c < 0x20 || c >= 0x80) {
      for (const byte of new TextEncoder().encode(character)) result += `\\x${byte.toString(16).padStart(2, '0')}`;
    } else result += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `"${result}"`;
}

const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?(?:Z|[-+]([0-9]{2}):([0-9]{2}))$/;

/** time.Parse with the layout RFC3339. */
export function refuseTime(text: string): Refusal {
  const refusal = { error: `parsing time ${quote(text)} as "2006-01-02T15:04:05Z07:00"` };
  const parts = RFC3339.exec(text);
  if (parts === null) return refusal;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  const fits = day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60 && zoneHour <= 24 && zoneMinute <= 60;
  return fits ? undefined : refusal;
}

const WRONG_FORMAT = {
  error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
};
const WRONG_SUFFIX = { error: "unable to parse quantity's suffix" };
const WRONG_NUMBER = { error: 'unable to parse numeric part of quantity' };
const SUFFIXES: ReadonlySet<string> = new Set([
  'n',
  'u',
  'm',
  '',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
]);

/** resource.ParseQuantity on the raw JSON between the quotes. */
export function refuseQuantity(raw: string): Refusal {
  const text = trimSpace(raw);
  if (text === '') return WRONG_FORMAT;
  const sign = skip(text, 0, '-+', 1);
  const integer = skip(text, sign, DIGITS, Infinity);
  const point = skip(text, integer, '.', 1);
  const fraction = point > integer ? skip(text, point, DIGITS, Infinity) : point;
  const letters = skip(text, fraction, 'eEinumkKMGTP', Infinity);
  const end = skip(text, skip(text, letters, '-+', 1), DIGITS, Infinity);
  if (end < text.length) return WRONG_FORMAT;
  const suffix = text.slice(fraction);
  if (SUFFIXES.has(suffix)) return undefined;
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return WRONG_SUFFIX;
  const size = suffix.slice(1).replace(/^[-+]?0*/, '');
  if (size.length > 18) return refuseHugeExponent(suffix.slice(1));
  if (integer === sign && fraction === point && Number(suffix.slice(1)) < -9) return WRONG_NUMBER;
  // With exponents like these Go computes powers of ten with as many digits.
  return size.length > 4 ? { error: 'quantity with an enormous exponent', unclear: true } : undefined;
}

const DIGITS = '0123456789';

function skip(text: string, start: number, set: string, most: number): number {
  let i = start;
  while (i < text.length && i - start < most && set.includes(text.charAt(i))) i++;
  return i;
}

function refuseHugeExponent(digits: string): Refusal {
  const value = BigInt(digits.replace(/^\+/, '').slice(0, 40));
  if (value >= MOST || value < -MOST) return WRONG_SUFFIX;
  return { error: 'quantity with an enormous exponent', unclear: true };
}
