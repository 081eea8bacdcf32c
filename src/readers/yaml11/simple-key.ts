/** Decides whether a key without `?` may still be meant, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { failScan, type Scanner, type SimpleKey } from './scanner.ts';

/** A key without `?` must end within this many characters of its start. */
const LONGEST_KEY = 1024;

export function checkSimpleKey(s: Scanner, key: SimpleKey): 'valid' | 'impossible' | 'refused' {
  if (!key.possible) return 'impossible';
  if (key.line >= s.line && key.index + LONGEST_KEY >= s.pos) return 'valid';
  if (key.required) {
    failScan(s, "could not find expected ':'");
    return 'refused';
  }
  key.possible = false;
  return 'impossible';
}

export function currentKey(s: Scanner): SimpleKey {
  const key = s.simpleKeys[s.simpleKeys.length - 1];
  // The bottom of the stack is never popped: decreasing stops at level 0.
  return key ?? { possible: false, required: false, tokenNumber: 0, index: 0, line: 0, column: 0 };
}

export function saveSimpleKey(s: Scanner): boolean {
  if (!s.simpleKeyAllowed) return true;
  const column = s.pos - s.lineStart;
  const required = s.flowLevel === 0 && s.indent === column;
  const tokenNumber = s.parsed + (s.tokens.length - s.head);
  if (!removeSimpleKey(s)) return false;
  const level = s.simpleKeys.length - 1;
  s.simpleKeys[level] = { possible: true, required, tokenNumber, index: s.pos, line: s.line, column };
  s.keyOfToken.set(tokenNumber, level);
  return true;
}

export function removeSimpleKey(s: Scanner): boolean {
  const key = currentKey(s);
  if (!key.possible) return true;
  if (key.required) return failScan(s, "could not find expected ':'");
  key.possible = false;
  s.keyOfToken.delete(key.tokenNumber);
  return true;
}
