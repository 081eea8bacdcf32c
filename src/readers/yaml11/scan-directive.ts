/** Decides what a `%YAML` or `%TAG` line says, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isEnd } from './characters.ts';
import { scanWord } from './scan-anchor.ts';
import { scanTagHandle, scanTagUri, type TagParts } from './scan-tag.ts';
import { failScan, need, type Scanner, skipLine, type Token } from './scanner.ts';

const HASH = 0x23;

/** Scans a `%YAML` or `%TAG` line. */
export function scanDirective(s: Scanner): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  s.pos++;
  if (!need(s, 1)) return undefined;
  const name = scanWord(s);
  if (name === undefined) return undefined;
  if (name === '') {
    failScan(s, 'could not find expected directive name');
    return undefined;
  }
  if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
    failScan(s, 'found unexpected non-alphabetical character');
    return undefined;
  }
  const parts = scanDirectiveValue(s, name);
  if (parts === undefined) return undefined;
  const end = s.pos;
  if (!skipDirectiveEnd(s)) return undefined;
  const type = name === 'YAML' ? 'version-directive' : 'tag-directive';
  return { type, start, line, column, end, value: parts.handle, suffix: parts.suffix };
}

function scanDirectiveValue(s: Scanner, name: string): TagParts | undefined {
  if (name === 'YAML') return scanVersion(s);
  if (name === 'TAG') return scanTagDirective(s);
  failScan(s, 'found unknown directive name');
  return undefined;
}

function skipBlanks(s: Scanner): boolean {
  if (!need(s, 1)) return false;
  while (isBlank(s.text.charCodeAt(s.pos))) {
    s.pos++;
    if (!need(s, 1)) return false;
  }
  return true;
}

function scanVersion(s: Scanner): TagParts | undefined {
  if (!skipBlanks(s)) return undefined;
  const major = scanVersionNumber(s);
  if (major === undefined) return undefined;
  if (s.text.charCodeAt(s.pos) !== 0x2e) {
    failScan(s, "did not find expected digit or '.' character");
    return undefined;
  }
  s.pos++;
  const minor = scanVersionNumber(s);
  return minor === undefined ? undefined : { handle: `${major}.${minor}`, suffix: '' };
}

function scanVersionNumber(s: Scanner): number | undefined {
  if (!need(s, 1)) return undefined;
  let value = 0;
  let length = 0;
  for (let c = s.text.charCodeAt(s.pos); isDigit(c); c = s.text.charCodeAt(s.pos)) {
    length++;
    if (length > 2) {
      failScan(s, 'found extremely long version number');
      return undefined;
    }
    value = value * 10 + (c - 0x30);
    s.pos++;
    if (!need(s, 1)) return undefined;
  }
  if (length > 0) return value;
  failScan(s, 'did not find expected version number');
  return undefined;
}

function scanTagDirective(s: Scanner): TagParts | undefined {
  if (!skipBlanks(s)) return undefined;
  const handle = scanTagHandle(s, true);
  if (handle === undefined || !need(s, 1)) return undefined;
  if (!isBlank(s.text.charCodeAt(s.pos))) {
    failScan(s, 'did not find expected whitespace');
    return undefined;
  }
  if (!skipBlanks(s)) return undefined;
  const suffix = scanTagUri(s, '');
  if (suffix === undefined || !need(s, 1)) return undefined;
  if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
    failScan(s, 'did not find expected whitespace or line break');
    return undefined;
  }
  return { handle, suffix };
}

function skipDirectiveEnd(s: Scanner): boolean {
  if (!skipBlanks(s)) return false;
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
