/** Decides where a plain (unquoted) scalar ends and what it says, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { isBlank, isBlankOrEnd, isBreak, TAB } from './characters.ts';
import { failScan, isDocumentIndicator, need, readLine, type Scanner, type Token } from './scanner.ts';
import { sliceOf } from './source.ts';

const COLON = 0x3a;
const HASH = 0x23;

/** Scans a plain scalar; undefined with a failure set when the text is refused. */
export function scanPlainScalar(s: Scanner): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  const indent = s.indent + 1;
  let value = '';
  let end = start;
  /** What stands between the words so far and the next: the blanks, or what the line breaks fold to. */
  let joiner = '';
  let brokeLine = false;
  for (;;) {
    if (!need(s, 4)) return undefined;
    if (isDocumentIndicator(s) || s.text.charCodeAt(s.pos) === HASH) break;
    const wordStart = s.pos;
    if (!skipWord(s)) return undefined;
    if (s.pos > wordStart) {
      value += joiner + sliceOf(s.source, wordStart, s.pos);
      joiner = '';
      brokeLine = false;
      end = s.pos;
    }
    const c = s.text.charCodeAt(s.pos);
    if (!isBlank(c) && !isBreak(c)) break;
    const gap = skipGap(s, indent, brokeLine);
    if (gap === undefined) return undefined;
    joiner = gap.joiner;
    brokeLine = gap.brokeLine;
    if (s.flowLevel === 0 && s.pos - s.lineStart < indent) break;
  }
  if (brokeLine) s.simpleKeyAllowed = true;
  return { type: 'plain', start, line, column, end, value, suffix: '' };
}

/** Steps over characters up to a blank, a break, the end, or an indicator that ends a plain scalar. */
function skipWord(s: Scanner): boolean {
  const { text } = s;
  const inFlow = s.flowLevel > 0;
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (isBlankOrEnd(c)) return true;
    if (c === COLON && isBlankOrEnd(text.charCodeAt(s.pos + 1))) return true;
    if (inFlow && isFlowIndicator(c)) return true;
    s.pos++;
    if (s.limit - s.pos < 2 && !need(s, 2)) return false;
  }
}

/** `,` `?` `[` `]` `{` `}` */
function isFlowIndicator(c: number): boolean {
  return c === 0x2c || c === 0x3f || c === 0x5b || c === 0x5d || c === 0x7b || c === 0x7d;
}

function skipGap(s: Scanner, indent: number, wasBroken: boolean): { joiner: string; brokeLine: boolean } | undefined {
  if (!need(s, 1)) return undefined;
  const blanks = s.pos;
  let blanksEnd = s.pos;
  let first = '';
  let rest = '';
  let brokeLine = wasBroken;
  for (;;) {
    const c = s.text.charCodeAt(s.pos);
    if (isBlank(c)) {
      if (brokeLine && c === TAB && s.pos - s.lineStart < indent) {
        failScan(s, 'found a tab character that violates indentation');
        return undefined;
      }
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
  return { joiner: brokeLine ? foldBreaks(first, rest) : sliceOf(s.source, blanks, blanksEnd), brokeLine };
}

/** Line folding: one LF becomes a space, more become all but the first; U+2028 and U+2029 are kept. */
export function foldBreaks(first: string, rest: string): string {
  if (first !== '\n') return first + rest;
  return rest === '' ? ' ' : rest;
}
