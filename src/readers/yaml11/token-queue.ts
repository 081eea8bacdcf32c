/** Decides where tokens are queued, and which block collections open and close, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { failScan, type Scanner, type Token, type TokenType } from './scanner.ts';

/** max_flow_level and max_indents of scannerc.go. */
export const DEEPEST = 10000;

/** Opens a block collection at a column behind the current indentation. `number` is the token it starts before, or -1. */
export function rollIndent(s: Scanner, column: number, number: number, type: TokenType, mark: Mark): boolean {
  if (s.flowLevel > 0 || s.indent >= column) return true;
  s.indents.push(s.indent);
  s.indent = column;
  if (s.indents.length > DEEPEST) return failScan(s, `exceeded max depth of ${DEEPEST}`);
  const { index, line } = mark;
  insertToken(s, number, { type, start: index, line, column: mark.column, end: index, value: '', suffix: '' });
  return true;
}

interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

export function here(s: Scanner): Mark {
  return { index: s.pos, line: s.line, column: s.pos - s.lineStart };
}

export function unrollIndent(s: Scanner, column: number): void {
  if (s.flowLevel > 0) return;
  while (s.indent > column) {
    s.tokens.push(tokenHere(s, 'block-end', 0));
    s.indent = s.indents.pop() ?? -1;
  }
}

export function insertToken(s: Scanner, number: number, token: Token): void {
  const { tokens } = s;
  tokens.push(token);
  // A token that is gone from the queue can have nothing put before it: go-yaml then appends as well.
  if (number < s.parsed) return;
  // Few tokens ever wait behind a key, so they are moved by hand: splice allocates.
  const at = s.head + number - s.parsed;
  for (let i = tokens.length - 1; i > at; i--) {
    const moved = tokens[i - 1];
    if (moved !== undefined) tokens[i] = moved;
  }
  tokens[at] = token;
}

function tokenHere(s: Scanner, type: TokenType, length: number): Token {
  const start = s.pos;
  return { type, start, line: s.line, column: start - s.lineStart, end: start + length, value: '', suffix: '' };
}

export function pushIndicator(s: Scanner, type: TokenType, length: number): true {
  s.tokens.push(tokenHere(s, type, length));
  s.pos += length;
  return true;
}
