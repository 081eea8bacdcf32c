/** Decides what a JSON string says, as sigs.k8s.io/json does. */

import { type Reader, unexpected } from './json-reader.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['/', '/'],
  ['"', '"'],
]);

export function readString(r: Reader): string | undefined {
  const { text } = r;
  r.pos++;
  let copied = r.pos;
  let value = '';
  let repair = false;
  for (;;) {
    const c = text.charCodeAt(r.pos);
    if (c === 0x22) break;
    if (c === 0x5c) {
      value += text.slice(copied, r.pos);
      r.pos++;
      const character = readEscape(r);
      if (character === undefined) return undefined;
      value += character;
      copied = r.pos;
    } else {
      // NaN, behind the end, fails this comparison too.
      if (!(c >= 0x20)) return unexpected(r, 'in string literal');
      if (c >= 0xd800 && c <= 0xdfff) repair = true;
      r.pos++;
    }
  }
  value += text.slice(copied, r.pos);
  r.pos++;
  return repair ? replaceLoneSurrogates(value) : value;
}

function replaceLoneSurrogates(text: string): string {
  let result = '';
  for (const character of text) {
    const c = character.charCodeAt(0);
    result += character.length === 1 && c >= 0xd800 && c <= 0xdfff ? '\ufffd' : character;
  }
  return result;
}

function readEscape(r: Reader): string | undefined {
  const letter = r.text.charAt(r.pos);
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    r.pos++;
    return simple;
  }
  if (letter !== 'u') return unexpected(r, 'in string escape code');
  r.pos++;
  const unit = readUnit(r);
  if (unit === undefined) return undefined;
  if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
  const low = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(r.text.slice(r.pos, r.pos + 6))?.[1];
  if (unit > 0xdbff || low === undefined) return '\ufffd';
  r.pos += 6;
  return String.fromCharCode(unit, Number.parseInt(low, 16));
}

function readUnit(r: Reader): number | undefined {
  for (let i = 0; i < 4; i++) {
    if (!/^[0-9a-fA-F]$/.test(r.text.charAt(r.pos))) return unexpected(r, 'in \\u hexadecimal character escape');
    r.pos++;
  }
  return Number.parseInt(r.text.slice(r.pos - 4, r.pos), 16);
}
