/** Decides what a literal (`|`) or folded (`>`) block scalar says, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { isBlank, isBreak, isBreakOrEnd, isDigit, isEnd, SPACE, TAB } from './characters.ts';
import { failScan, need, readLine, type Scanner, skipLine, type Token } from './scanner.ts';
import { sliceOf } from './source.ts';

const PLUS = 0x2b;
const MINUS = 0x2d;
const HASH = 0x23;

interface Header {
  readonly chomping: number;
  readonly increment: number;
}

/** Scans a block scalar from its indicator; undefined with a failure set when the text is refused. */
export function scanBlockScalar(s: Scanner, literal: boolean): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  s.pos++;
  const header = scanHeader(s);
  if (header === undefined || !skipToLineEnd(s)) return undefined;
  const given = header.increment > 0 ? Math.max(s.indent, 0) + header.increment : 0;
  const lead = scanIndentation(s, given);
  if (lead === undefined) return undefined;
  const body = scanBody(s, literal, lead);
  if (body === undefined) return undefined;
  const tail = (header.chomping !== -1 ? body.lastBreak : '') + (header.chomping === 1 ? body.breaks : '');
  return { type: 'block', start, line, column, end: body.end, value: body.value + tail, suffix: '' };
}

/** Chomping and indentation indicators, in either order. */
function scanHeader(s: Scanner): Header | undefined {
  if (!need(s, 1)) return undefined;
  let chomping = scanChomping(s);
  if (chomping !== 0 && !need(s, 1)) return undefined;
  let increment = 0;
  const c = s.text.charCodeAt(s.pos);
  if (isDigit(c)) {
    if (c === 0x30) {
      failScan(s, 'found an indentation indicator equal to 0');
      return undefined;
    }
    increment = c - 0x30;
    s.pos++;
    if (chomping === 0) {
      if (!need(s, 1)) return undefined;
      chomping = scanChomping(s);
    }
  }
  return { chomping, increment };
}

function scanChomping(s: Scanner): number {
  const c = s.text.charCodeAt(s.pos);
  if (c !== PLUS && c !== MINUS) return 0;
  s.pos++;
  return c === PLUS ? 1 : -1;
}

/** Blanks, a comment and the line break behind the header. */
function skipToLineEnd(s: Scanner): boolean {
  if (!need(s, 1)) return false;
  while (isBlank(s.text.charCodeAt(s.pos))) {
    s.pos++;
    if (!need(s, 1)) return false;
  }
  if (s.text.charCodeAt(s.pos) === HASH) {
    while (!isBreakOrEnd(s.text.charCodeAt(s.pos))) {
      s.pos++;
      if (!need(s, 1)) return false;
    }
  }
  const c = s.text.charCodeAt(s.pos);
  if (!isBreakOrEnd(c)) return failScan(s, 'did not find expected comment or line break');
  if (!isEnd(c)) {
    if (!need(s, 2)) return false;
    skipLine(s);
  }
  return true;
}

interface Indentation {
  readonly indent: number;
  readonly breaks: string;
  readonly end: number;
}

/** Eats indentation and empty lines; finds the indentation where `given` is 0. */
function scanIndentation(s: Scanner, given: number): Indentation | undefined {
  let breaks = '';
  let end = s.pos;
  let widest = 0;
  for (;;) {
    if (!need(s, 1)) return undefined;
    while ((given === 0 || s.pos - s.lineStart < given) && s.text.charCodeAt(s.pos) === SPACE) {
      s.pos++;
      if (!need(s, 1)) return undefined;
    }
    const column = s.pos - s.lineStart;
    if (column > widest) widest = column;
    const c = s.text.charCodeAt(s.pos);
    if ((given === 0 || column < given) && c === TAB) {
      failScan(s, 'found a tab character where an indentation space is expected');
      return undefined;
    }
    if (!isBreak(c)) break;
    if (!need(s, 2)) return undefined;
    breaks += readLine(s);
    end = s.pos;
  }
  return { indent: given === 0 ? Math.max(widest, s.indent + 1, 1) : given, breaks, end };
}

interface Body {
  readonly value: string;
  readonly lastBreak: string;
  readonly breaks: string;
  readonly end: number;
}

function scanBody(s: Scanner, literal: boolean, lead: Indentation): Body | undefined {
  const parts: string[] = [];
  let { breaks, end } = lead;
  let lastBreak = '';
  let afterBlank = false;
  if (!need(s, 1)) return undefined;
  while (s.pos - s.lineStart === lead.indent && !isEnd(s.text.charCodeAt(s.pos))) {
    const blank = isBlank(s.text.charCodeAt(s.pos));
    // A folded scalar joins two lines unless one of them is indented further.
    if (!literal && !afterBlank && !blank && lastBreak === '\n') parts.push(breaks === '' ? ' ' : breaks);
    else parts.push(lastBreak, breaks);
    afterBlank = blank;
    const content = s.pos;
    while (!isBreakOrEnd(s.text.charCodeAt(s.pos))) {
      s.pos++;
      if (s.limit - s.pos < 1 && !need(s, 1)) return undefined;
    }
    parts.push(sliceOf(s.source, content, s.pos));
    if (!need(s, 2)) return undefined;
    lastBreak = readLine(s);
    const next = scanIndentation(s, lead.indent);
    if (next === undefined) return undefined;
    breaks = next.breaks;
    end = next.end;
  }
  return { value: parts.join(''), lastBreak, breaks, end };
}
