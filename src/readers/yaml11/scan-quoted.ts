/** Decides what a single- or double-quoted scalar says, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { hexValue, isBlank, isBlankOrEnd, isBreak, isEnd } from './characters.ts';
import { foldBreaks } from './scan-plain.ts';
import { failScan, isDocumentIndicator, need, readLine, type Scanner, skipLine, type Token } from './scanner.ts';
import { sliceOf } from './source.ts';

const SINGLE = 0x27;
const DOUBLE = 0x22;
const BACKSLASH = 0x5c;

/** What a one-letter escape stands for. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);

/** Digits behind `\x`, `\u` and `\U`. */
const CODE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** Scans a quoted scalar from its opening quote; undefined with a failure set when the text is refused. */
export function scanQuotedScalar(s: Scanner): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  const quote = s.text.charCodeAt(s.pos++);
  const parts: string[] = [];
  for (;;) {
    if (!need(s, 4)) return undefined;
    if (isDocumentIndicator(s)) {
      failScan(s, 'found unexpected document indicator');
      return undefined;
    }
    if (isEnd(s.text.charCodeAt(s.pos))) {
      failScan(s, 'found unexpected end of stream');
      return undefined;
    }
    const run = scanRun(s, quote, parts);
    if (run === 'refused' || !need(s, 1)) return undefined;
    if (s.text.charCodeAt(s.pos) === quote) break;
    const gap = scanGap(s, run === 'escaped-break');
    if (gap === undefined) return undefined;
    parts.push(gap);
  }
  s.pos++;
  return { type: 'quoted', start, line, column, end: s.pos, value: parts.join(''), suffix: '' };
}

/** Characters up to a blank, a break, the end or the closing quote; an escaped line break ends the run too. */
function scanRun(s: Scanner, quote: number, parts: string[]): 'done' | 'escaped-break' | 'refused' {
  const { text } = s;
  let copied = s.pos;
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (isBlankOrEnd(c)) break;
    if (c === quote) {
      if (quote === DOUBLE || text.charCodeAt(s.pos + 1) !== SINGLE) break;
      parts.push(sliceOf(s.source, copied, s.pos + 1));
      s.pos += 2;
      copied = s.pos;
    } else if (c === BACKSLASH && quote === DOUBLE) {
      parts.push(sliceOf(s.source, copied, s.pos));
      if (isBreak(text.charCodeAt(s.pos + 1))) {
        if (!need(s, 3)) return 'refused';
        s.pos++;
        skipLine(s);
        return 'escaped-break';
      }
      const character = scanEscape(s);
      if (character === undefined) return 'refused';
      parts.push(character);
      copied = s.pos;
    } else s.pos++;
    if (s.limit - s.pos < 2 && !need(s, 2)) return 'refused';
  }
  if (s.pos > copied) parts.push(sliceOf(s.source, copied, s.pos));
  return 'done';
}

function scanEscape(s: Scanner): string | undefined {
  const letter = s.text.charAt(s.pos + 1);
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    s.pos += 2;
    return simple;
  }
  const length = CODE_LENGTHS.get(letter);
  if (length === undefined) {
    failScan(s, 'found unknown escape character');
    return undefined;
  }
  s.pos += 2;
  return need(s, length) ? scanCode(s, length) : undefined;
}

function scanCode(s: Scanner, length: number): string | undefined {
  let code = 0;
  for (let k = 0; k < length; k++) {
    const digit = hexValue(s.text.charCodeAt(s.pos + k));
    if (digit < 0) {
      failScan(s, 'did not find expected hexdecimal number');
      return undefined;
    }
    code = code * 16 + digit;
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    failScan(s, 'found invalid Unicode character escape code');
    return undefined;
  }
  s.pos += length;
  return String.fromCodePoint(code);
}

/** Blanks and breaks inside the quotes; behind an escaped break they vanish up to the next word. */
function scanGap(s: Scanner, wasBroken: boolean): string | undefined {
  const blanks = s.pos;
  let blanksEnd = s.pos;
  let first = '';
  let rest = '';
  let brokeLine = wasBroken;
  for (;;) {
    const c = s.text.charCodeAt(s.pos);
    if (isBlank(c)) {
      s.pos++;
      if (!brokeLine) blanksEnd = s.pos;
    } else if (isBreak(c)) {
      if (!need(s, 2)) return undefined;
      if (brokeLine) rest += readLine(s);
      else first = readLine(s);
      brokeLine = true;
    } else break;
    if (!need(s, 1)) return undefined;
  }
  return brokeLine ? foldBreaks(first, rest) : sliceOf(s.source, blanks, blanksEnd);
}
