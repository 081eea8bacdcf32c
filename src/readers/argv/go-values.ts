/** How Go's standard library parses the values of flags: strconv, time.ParseDuration, net.ParseIP; and the errors it prints. */

import { quoteForTime, quoteString } from './go-text.ts';

/** A parsed value, or the text of Go's error. */
export type Parsed<T> = { readonly value: T; readonly error?: undefined } | { readonly error: string };

/** strconv.ParseBool. */
export function parseBool(text: string): Parsed<boolean> {
  switch (text) {
    case '1':
    case 't':
    case 'T':
    case 'true':
    case 'TRUE':
    case 'True':
      return { value: true };
    case '0':
    case 'f':
    case 'F':
    case 'false':
    case 'FALSE':
    case 'False':
      return { value: false };
    default:
      return numError('ParseBool', text, 'invalid syntax');
  }
}

function numError(func: string, text: string, reason: string): { error: string } {
  return { error: `strconv.${func}: parsing ${quoteString(text)}: ${reason}` };
}

/** The spellings that ParseBool reads as true. */
export const trueSpellings: readonly string[] = ['true', '1', 't', 'T', 'TRUE', 'True'];
/** The spellings that ParseBool reads as false. */
export const falseSpellings: readonly string[] = ['false', '0', 'f', 'F', 'FALSE', 'False'];

/** Digits that no 64-bit number has; longer texts are out of range without being converted. */
const digitLimit = 80;

/**
 * strconv.ParseUint(text, base, bits) without the error's wrapping. Base 0 takes the prefixes 0x, 0o, 0b, 0 and, with them or
 * without, underscores between digits.
 */
function parseMagnitude(text: string, base: 0 | 10, bits: number): Parsed<bigint> {
  let radix = 10;
  let digits = text;
  if (text === '') return { error: 'invalid syntax' };
  if (base === 0) {
    const prefix = text.slice(0, 2).toLowerCase();
    if (text.length >= 3 && prefix === '0x') radix = 16;
    else if (text.length >= 3 && prefix === '0o') radix = 8;
    else if (text.length >= 3 && prefix === '0b') radix = 2;
    else if (text.startsWith('0')) radix = -8;
    digits = radix === 10 ? text : text.slice(radix === -8 ? 1 : 2);
    radix = Math.abs(radix);
    if (digits.includes('_')) {
      if (!underscoresAreValid(text)) return { error: 'invalid syntax' };
      digits = digits.replaceAll('_', '');
    }
  }
  const limit = 1n << BigInt(bits);
  const allowed = radix === 16 ? /^[0-9a-fA-F]*$/ : radix === 8 ? /^[0-7]*$/ : radix === 2 ? /^[01]*$/ : /^[0-9]*$/;
  if (!allowed.test(digits)) return outOfRangeBeforeJunk(digits, radix, limit);
  const value = toBigInt(digits, radix);
  return value === undefined || value >= limit ? { error: 'value out of range' } : { value };
}

/** ParseUint reads digit by digit and stops at the first fault: a number already too large is out of range whatever follows. */
function outOfRangeBeforeJunk(digits: string, radix: number, limit: bigint): Parsed<bigint> {
  let value = 0n;
  for (const character of digits) {
    const digit = Number.parseInt(character, radix);
    if (Number.isNaN(digit)) break;
    value = value * BigInt(radix) + BigInt(digit);
    if (value >= limit) return { error: 'value out of range' };
  }
  return { error: 'invalid syntax' };
}

function toBigInt(digits: string, radix: number): bigint | undefined {
  const significant = digits.replace(/^0+/, '');
  if (significant.length > digitLimit) return undefined;
  if (significant === '') return 0n;
  return BigInt(
    radix === 16
      ? `0x${significant}`
      : radix === 8
        ? `0o${significant}`
        : radix === 2
          ? `0b${significant}`
          : significant,
  );
}

/** strconv's underscoreOK: an underscore stands between digits or after the base prefix. */
function underscoresAreValid(text: string): boolean {
  let saw: 'start' | 'digit' | '_' | 'other' = 'start';
  let at = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  let hex = false;
  const prefix = text.slice(at, at + 2).toLowerCase();
  if (prefix === '0b' || prefix === '0o' || prefix === '0x') {
    at += 2;
    saw = 'digit';
    hex = prefix === '0x';
  }
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (/[0-9]/.test(character) || (hex && /[a-fA-F]/.test(character))) saw = 'digit';
    else if (character === '_') {
      if (saw !== 'digit') return false;
      saw = '_';
    } else {
      if (saw === '_') return false;
      saw = 'other';
    }
  }
  return saw !== '_';
}

/** strconv.ParseUint. */
export function parseUint(text: string, base: 0 | 10, bits: number): Parsed<bigint> {
  const parsed = parseMagnitude(text, base, bits);
  return parsed.error === undefined ? parsed : numError('ParseUint', text, parsed.error);
}

/** strconv.ParseInt. */
export function parseInt64(text: string, base: 0 | 10, bits: number): Parsed<bigint> {
  const negative = text.startsWith('-');
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text;
  const parsed = parseMagnitude(unsigned, base, 64);
  if (parsed.error !== undefined) return numError('ParseInt', text, parsed.error);
  const cutoff = 1n << BigInt(bits - 1);
  if (negative ? parsed.value > cutoff : parsed.value >= cutoff)
    return numError('ParseInt', text, 'value out of range');
  return { value: negative ? -parsed.value : parsed.value };
}

/** No two parts of these can match the same text, so that a long one costs no more than its length. */
const decimalFloat = /^[+-]?[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?$/;
const hasDigit = /^[+-]?[_.]*[0-9]/;
const hexFloat =
  /^([+-]?)0[xX](?=[0-9a-fA-F_]*\.?_*[0-9a-fA-F])([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9][0-9_]*)$/;

/** strconv.ParseFloat. Numbers are as exact as JavaScript's double. */
export function parseFloat64(text: string, bits: 32 | 64): Parsed<number> {
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2] === undefined && special[1] !== '') return numError('ParseFloat', text, 'invalid syntax');
    return { value: special[2] === undefined ? Number.NaN : special[1] === '-' ? -Infinity : Infinity };
  }
  if (text.includes('_') && !underscoresAreValid(text)) return numError('ParseFloat', text, 'invalid syntax');
  const hex = hexFloat.exec(text);
  if (hex === null && !(decimalFloat.test(text) && hasDigit.test(text)))
    return numError('ParseFloat', text, 'invalid syntax');
  const value = hex === null ? Number(text.replaceAll('_', '')) : hexValue(hex);
  const rounded = bits === 32 ? Math.fround(value) : value;
  return Number.isFinite(rounded) ? { value: rounded } : numError('ParseFloat', text, 'value out of range');
}

function hexValue(match: RegExpExecArray): number {
  const whole = (match[2] ?? '').replaceAll('_', '').replace(/^0+/, '');
  const fraction = (match[3] ?? '').replaceAll('_', '');
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, '').slice(0, 32);
  if (significant === '') return 0;
  const lead = digits.length - digits.replace(/^0+/, '').length;
  const dropped = digits.length - lead - significant.length;
  const exponent = Number((match[4] ?? '0').replaceAll('_', '')) - 4 * fraction.length + 4 * dropped;
  const mantissa = Number(BigInt(`0x${significant}`));
  const half = Math.trunc(exponent / 2);
  const value =
    mantissa * 2 ** Math.max(-1100, Math.min(1100, half)) * 2 ** Math.max(-1100, Math.min(1100, exponent - half));
  return match[1] === '-' ? -value : value;
}

const units = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1000000n],
  ['s', 1000000000n],
  ['m', 60000000000n],
  ['h', 3600000000000n],
]);
const durationLimit = 1n << 63n;

/** time.ParseDuration, in nanoseconds. */
export function parseDuration(text: string): Parsed<bigint> {
  const invalid = { error: `time: invalid duration ${quoteForTime(text)}` };
  const negative = text.startsWith('-');
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return { value: 0n };
  if (unsigned === '') return invalid;
  const step = /(\d*)(?:(\.)(\d*))?([^.\d]*)/y;
  let total = 0n;
  while (step.lastIndex < unsigned.length) {
    const match = step.exec(unsigned);
    const [, whole = '', , fraction = '', unit = ''] = match ?? [];
    if (whole === '' && fraction === '') return invalid;
    const magnitude = toBigInt(whole, 10);
    if (magnitude === undefined || magnitude > durationLimit) return invalid;
    if (unit === '') return { error: `time: missing unit in duration ${quoteForTime(text)}` };
    const size = units.get(unit);
    if (size === undefined) {
      return { error: `time: unknown unit ${quoteForTime(unit)} in duration ${quoteForTime(text)}` };
    }
    if (magnitude > durationLimit / size) return invalid;
    total += magnitude * size + fractionOf(fraction, size);
    if (total > durationLimit) return invalid;
  }
  if (!negative && total === durationLimit) return invalid;
  return { value: negative ? -total : total };
}

/** The nanoseconds of a decimal fraction, with the rounding of Go's float64 arithmetic. */
function fractionOf(fraction: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of fraction) {
    if (value > (durationLimit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > durationLimit) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** time.Duration's String. */
export function formatDuration(duration: bigint): string {
  const sign = duration < 0n ? '-' : '';
  const total = duration < 0n ? -duration : duration;
  if (total === 0n) return '0s';
  if (total < 1000n) return `${sign}${total}ns`;
  if (total < 1000000n) return `${sign}${decimal(total, 3)}µs`;
  if (total < 1000000000n) return `${sign}${decimal(total, 6)}ms`;
  const minutes = total / 60000000000n;
  const seconds = `${decimal(total % 60000000000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, places: number): string {
  const divisor = 10n ** BigInt(places);
  const fraction = (value % divisor).toString().padStart(places, '0').replace(/0+$/, '');
  return `${value / divisor}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whether net.ParseIP takes the text: IPv4 without leading zeros, IPv6 with an IPv4 tail perhaps, no zone. */
export function isIp(text: string): boolean {
  if (!text.includes(':')) return isIpv4(text);
  if (text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? [];
  const tail = last.at(-1);
  const embedded = tail?.includes('.') === true;
  if (embedded && !isIpv4(tail ?? '')) return false;
  const plain = groups.flat();
  if (embedded) plain.pop();
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = plain.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}
