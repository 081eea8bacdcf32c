/** Decides which token comes next, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { BOM, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isEnd, SPACE, TAB } from './characters.ts';
import { scanAnchor } from './scan-anchor.ts';
import { scanBlockScalar } from './scan-block.ts';
import { scanDirective } from './scan-directive.ts';
import { scanPlainScalar } from './scan-plain.ts';
import { scanQuotedScalar } from './scan-quoted.ts';
import { scanTag } from './scan-tag.ts';
import { failScan, isDocumentIndicator, need, type Scanner, skipLine, type Token, type TokenType } from './scanner.ts';
import { checkSimpleKey, currentKey, removeSimpleKey, saveSimpleKey } from './simple-key.ts';
import { DEEPEST, here, insertToken, pushIndicator, rollIndent, unrollIndent } from './token-queue.ts';

/** Tokens taken are dropped in bulk. */
const KEPT = 256;

/** The next token without taking it; undefined with a failure set when the text is refused. */
export function peekToken(s: Scanner): Token | undefined {
  if (!s.available && !fetchMoreTokens(s)) return undefined;
  return s.tokens[s.head];
}

/** Takes the token that `peekToken` returned. */
export function takeToken(s: Scanner): void {
  s.available = false;
  s.parsed++;
  s.head++;
  if (s.head === s.tokens.length && s.head > KEPT) {
    s.tokens.length = 0;
    s.head = 0;
  }
}

/** Scans on until no `:` ahead can turn the token in front into a key. */
function fetchMoreTokens(s: Scanner): boolean {
  for (;;) {
    if (s.head !== s.tokens.length) {
      const level = s.keyOfToken.get(s.parsed);
      if (level === undefined) break;
      const key = s.simpleKeys[level];
      // go-yaml indexes its stack here; a level that is gone would end the program.
      if (key === undefined) return failScan(s, 'index out of range');
      const state = checkSimpleKey(s, key);
      if (state === 'refused') return false;
      if (state === 'impossible') break;
    }
    if (!fetchNextToken(s)) return false;
  }
  s.available = true;
  return true;
}

function fetchNextToken(s: Scanner): boolean {
  if (!need(s, 1) || !skipToToken(s)) return false;
  unrollIndent(s, s.pos - s.lineStart);
  if (!need(s, 4)) return false;
  const c = s.text.charCodeAt(s.pos);
  if (isEnd(c)) return fetchStreamEnd(s);
  const next = s.text.charCodeAt(s.pos + 1);
  if (s.pos === s.lineStart) {
    if (c === 0x25) return fetchDirective(s);
    if (isDocumentIndicator(s)) return fetchDocumentIndicator(s, c === 0x2d ? 'document-start' : 'document-end');
  }
  switch (c) {
    case 0x5b:
      return fetchFlowStart(s, 'flow-sequence-start');
    case 0x7b:
      return fetchFlowStart(s, 'flow-mapping-start');
    case 0x5d:
      return fetchFlowEnd(s, 'flow-sequence-end');
    case 0x7d:
      return fetchFlowEnd(s, 'flow-mapping-end');
    case 0x2c:
      return fetchFlowEntry(s);
    case 0x2d:
      return isBlankOrEnd(next) ? fetchBlockEntry(s) : fetchScalar(s, scanPlainScalar);
    case 0x3f:
      if (s.flowLevel > 0 || isBlankOrEnd(next)) return fetchKey(s);
      return fetchScalar(s, scanPlainScalar);
    case 0x3a:
      if (s.flowLevel > 0 || isBlankOrEnd(next)) return fetchValue(s);
      return fetchScalar(s, scanPlainScalar);
    case 0x2a:
      return fetchScalar(s, scanAlias);
    case 0x26:
      return fetchScalar(s, scanAnchorToken);
    case 0x21:
      return fetchScalar(s, scanTag);
    case 0x27:
    case 0x22:
      return fetchScalar(s, scanQuotedScalar);
    case 0x7c:
    case 0x3e:
      if (s.flowLevel === 0) return fetchBlockScalar(s, c === 0x7c);
      return failScan(s, 'found character that cannot start any token');
    case 0x23:
    case 0x25:
    case 0x40:
    case 0x60:
      return failScan(s, 'found character that cannot start any token');
    default:
      // A tab that may not indent ends up here.
      if (isBlank(c) || isBreak(c)) return failScan(s, 'found character that cannot start any token');
      return fetchScalar(s, scanPlainScalar);
  }
}

/** Steps over blanks, comments and line breaks. */
function skipToToken(s: Scanner): boolean {
  const { text } = s;
  for (;;) {
    if (!need(s, 1)) return false;
    // go-yaml looks at the beginning of its buffer, so one mark can swallow the first character of several lines.
    if (s.pos === s.lineStart && s.limit !== Infinity && text.charCodeAt(s.window) === BOM) s.pos++;
    if (!need(s, 1)) return false;
    const tabs = s.flowLevel > 0 || !s.simpleKeyAllowed;
    let c = text.charCodeAt(s.pos);
    while (c === SPACE || (tabs && c === TAB)) {
      s.pos++;
      if (s.limit - s.pos < 1 && !need(s, 1)) return false;
      c = text.charCodeAt(s.pos);
    }
    if (c === 0x23) {
      while (!isBreakOrEnd(c)) {
        s.pos++;
        if (s.limit - s.pos < 1 && !need(s, 1)) return false;
        c = text.charCodeAt(s.pos);
      }
    }
    if (!isBreak(c)) return true;
    if (!need(s, 2)) return false;
    skipLine(s);
    if (s.flowLevel === 0) s.simpleKeyAllowed = true;
  }
}

function fetchStreamEnd(s: Scanner): boolean {
  if (s.pos !== s.lineStart) {
    s.lineStart = s.pos;
    s.line++;
  }
  unrollIndent(s, -1);
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = false;
  return pushIndicator(s, 'stream-end', 0);
}

function fetchDirective(s: Scanner): boolean {
  unrollIndent(s, -1);
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = false;
  return push(s, scanDirective(s));
}

function fetchDocumentIndicator(s: Scanner, type: TokenType): boolean {
  unrollIndent(s, -1);
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = false;
  return pushIndicator(s, type, 3);
}

function fetchFlowStart(s: Scanner, type: TokenType): boolean {
  if (!saveSimpleKey(s)) return false;
  const tokenNumber = s.parsed + (s.tokens.length - s.head);
  s.simpleKeys.push({ possible: false, required: false, tokenNumber, index: s.pos, line: s.line, column: 0 });
  s.flowLevel++;
  if (s.flowLevel > DEEPEST) return failScan(s, `exceeded max depth of ${DEEPEST}`);
  s.simpleKeyAllowed = true;
  return pushIndicator(s, type, 1);
}

function fetchFlowEnd(s: Scanner, type: TokenType): boolean {
  if (!removeSimpleKey(s)) return false;
  if (s.flowLevel > 0) {
    s.flowLevel--;
    s.keyOfToken.delete(currentKey(s).tokenNumber);
    s.simpleKeys.pop();
  }
  s.simpleKeyAllowed = false;
  return pushIndicator(s, type, 1);
}

function fetchFlowEntry(s: Scanner): boolean {
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = true;
  return pushIndicator(s, 'flow-entry', 1);
}

function fetchBlockEntry(s: Scanner): boolean {
  if (s.flowLevel === 0) {
    if (!s.simpleKeyAllowed) return failScan(s, 'block sequence entries are not allowed in this context');
    if (!rollIndent(s, s.pos - s.lineStart, -1, 'block-sequence-start', here(s))) return false;
  }
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = true;
  return pushIndicator(s, 'block-entry', 1);
}

function fetchKey(s: Scanner): boolean {
  if (s.flowLevel === 0) {
    if (!s.simpleKeyAllowed) return failScan(s, 'mapping keys are not allowed in this context');
    if (!rollIndent(s, s.pos - s.lineStart, -1, 'block-mapping-start', here(s))) return false;
  }
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = s.flowLevel === 0;
  return pushIndicator(s, 'key', 1);
}

function fetchValue(s: Scanner): boolean {
  const key = currentKey(s);
  const state = checkSimpleKey(s, key);
  if (state === 'refused') return false;
  if (state === 'valid') {
    const { index, line, column, tokenNumber } = key;
    insertToken(s, tokenNumber, { type: 'key', start: index, line, column, end: index, value: '', suffix: '' });
    if (!rollIndent(s, column, tokenNumber, 'block-mapping-start', key)) return false;
    key.possible = false;
    s.keyOfToken.delete(tokenNumber);
    s.simpleKeyAllowed = false;
  } else {
    if (s.flowLevel === 0) {
      if (!s.simpleKeyAllowed) return failScan(s, 'mapping values are not allowed in this context');
      if (!rollIndent(s, s.pos - s.lineStart, -1, 'block-mapping-start', here(s))) return false;
    }
    s.simpleKeyAllowed = s.flowLevel === 0;
  }
  return pushIndicator(s, 'value', 1);
}

function fetchScalar(s: Scanner, scan: (s: Scanner) => Token | undefined): boolean {
  if (!saveSimpleKey(s)) return false;
  s.simpleKeyAllowed = false;
  return push(s, scan(s));
}

function fetchBlockScalar(s: Scanner, literal: boolean): boolean {
  if (!removeSimpleKey(s)) return false;
  s.simpleKeyAllowed = true;
  return push(s, scanBlockScalar(s, literal));
}

function scanAlias(s: Scanner): Token | undefined {
  return scanAnchor(s, 'alias');
}

function scanAnchorToken(s: Scanner): Token | undefined {
  return scanAnchor(s, 'anchor');
}

function push(s: Scanner, token: Token | undefined): boolean {
  if (token === undefined) return false;
  s.tokens.push(token);
  return true;
}
