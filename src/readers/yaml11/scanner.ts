/** Decides the state a YAML 1.1 scanner keeps, and when it must read on: the same moments as go.yaml.in/yaml/v2 v2.4.3. */

import { BOM, CR, isBlankOrEnd, isBreak, LF } from './characters.ts';
import type { Source } from './source.ts';

export type TokenType =
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'plain'
  | 'quoted'
  | 'block';

/** `start` and `end` are character indexes, `line` and `column` count from 0 and belong to `start`. */
export interface Token {
  readonly type: TokenType;
  readonly start: number;
  readonly line: number;
  readonly column: number;
  readonly end: number;
  /** A scalar's text, an anchor's name, a tag's or directive's handle, a version's text. */
  readonly value: string;
  /** A tag's suffix or a directive's prefix. */
  readonly suffix: string;
}

/** Where a `:` could still turn what was scanned into a key. */
export interface SimpleKey {
  possible: boolean;
  required: boolean;
  tokenNumber: number;
  index: number;
  line: number;
  column: number;
}

/** Why scanning or parsing stopped, in go-yaml's words without the `yaml: ` in front; `at` is a character index. */
export interface Failure {
  readonly message: string;
  readonly at: number;
  /** Set where go-yaml would go on and this reader will not: collections nested too deeply. */
  readonly beyond?: true;
}

export interface Scanner {
  readonly source: Source;
  readonly text: string;
  pos: number;
  line: number;
  lineStart: number;
  /** How far the reader has decoded; Infinity where it cannot matter. */
  limit: number;
  piece: number;
  /** Where go-yaml's buffer begins. Its check for a byte order mark looks there, not at the current character. */
  window: number;
  readonly tokens: Token[];
  head: number;
  parsed: number;
  available: boolean;
  readonly simpleKeys: SimpleKey[];
  readonly keyOfToken: Map<number, number>;
  simpleKeyAllowed: boolean;
  flowLevel: number;
  indent: number;
  readonly indents: number[];
  failure: Failure | undefined;
}

/** A scanner at the beginning of a text, its stream start already behind it. */
export function createScanner(source: Source): Scanner {
  const begin = source.text.charCodeAt(0) === BOM ? 1 : 0;
  const scanner: Scanner = {
    source,
    text: source.text,
    pos: begin,
    line: 0,
    lineStart: begin,
    limit: source.pieces === undefined ? Infinity : begin,
    piece: 0,
    window: begin,
    tokens: [],
    head: 0,
    parsed: 0,
    available: false,
    simpleKeys: [{ possible: false, required: false, tokenNumber: 0, index: 0, line: 0, column: 0 }],
    keyOfToken: new Map(),
    simpleKeyAllowed: true,
    flowLevel: 0,
    indent: -1,
    indents: [],
    failure: undefined,
  };
  return scanner;
}

/** True when `count` characters from the current one are decoded; false with a failure when one of them is refused. */
export function need(s: Scanner, count: number): boolean {
  return s.limit - s.pos >= count || readOn(s, count);
}

function readOn(s: Scanner, count: number): boolean {
  const pieces = s.source.pieces ?? [];
  s.window = s.pos;
  while (s.limit - s.pos < count) {
    const end = pieces[s.piece];
    if (end === undefined) {
      // At the end go-yaml puts one NUL into its buffer and lets the caller go on.
      s.limit++;
      return true;
    }
    s.piece++;
    if (s.source.refused < end) {
      s.failure = { message: 'control characters are not allowed', at: s.source.refused };
      return false;
    }
    s.limit = end;
  }
  return true;
}

/** Records a scanner error; a line is named unless it is the first one (go-yaml decode.go, parser.fail). */
export function failScan(s: Scanner, problem: string): false {
  s.failure ??= { message: s.line === 0 ? problem : `line ${s.line + 1}: ${problem}`, at: s.pos };
  return false;
}

/** Steps over one line break, a CR LF counting as one. */
export function skipLine(s: Scanner): void {
  const c = s.text.charCodeAt(s.pos);
  if (c === CR && s.text.charCodeAt(s.pos + 1) === LF) s.pos += 2;
  else if (isBreak(c)) s.pos++;
  else return;
  s.line++;
  s.lineStart = s.pos;
}

/** Steps over one line break and returns what it becomes in a scalar: LF, except that U+2028 and U+2029 stay themselves. */
export function readLine(s: Scanner): string {
  const c = s.text.charCodeAt(s.pos);
  skipLine(s);
  if (c === 0x2028) return '\u2028';
  if (c === 0x2029) return '\u2029';
  return isBreak(c) ? '\n' : '';
}

/** True at `---` or `...` in the first column, followed by a blank, a break or the end. */
export function isDocumentIndicator(s: Scanner): boolean {
  if (s.pos !== s.lineStart) return false;
  const c = s.text.charCodeAt(s.pos);
  return (
    (c === 0x2d || c === 0x2e) &&
    s.text.charCodeAt(s.pos + 1) === c &&
    s.text.charCodeAt(s.pos + 2) === c &&
    isBlankOrEnd(s.text.charCodeAt(s.pos + 3))
  );
}
