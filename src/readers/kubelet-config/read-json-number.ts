/** Decides where a JSON number ends, as sigs.k8s.io/json does. */

import type { Value } from '../yaml11/index.ts';
import { type Reader, unexpected } from './json-reader.ts';

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function skipDigits(r: Reader): void {
  while (isDigit(r.text.charCodeAt(r.pos))) r.pos++;
}

export function readNumber(r: Reader, context: string): Value | undefined {
  const { text, pos: start } = r;
  const first = text.charCodeAt(start);
  if (first !== 0x2d && !isDigit(first)) return unexpected(r, context);
  if (first === 0x2d) r.pos++;
  if (!isDigit(text.charCodeAt(r.pos))) return unexpected(r, 'in numeric literal');
  if (text.charCodeAt(r.pos) === 0x30) r.pos++;
  else skipDigits(r);
  if (text.charCodeAt(r.pos) === 0x2e) {
    r.pos++;
    if (!isDigit(text.charCodeAt(r.pos))) return unexpected(r, 'after decimal point in numeric literal');
    skipDigits(r);
  }
  const e = text.charCodeAt(r.pos);
  if (e === 0x65 || e === 0x45) {
    r.pos++;
    const sign = text.charCodeAt(r.pos);
    if (sign === 0x2b || sign === 0x2d) r.pos++;
    if (!isDigit(text.charCodeAt(r.pos))) return unexpected(r, 'in exponent of numeric literal');
    skipDigits(r);
  }
  return { kind: 'number', text: text.slice(start, r.pos), start, end: r.pos };
}
