/** Decides which keys were probably meant to be serverTLSBootstrap: misspelt, in another case, or in another place. */

import type { Value } from '../yaml11/index.ts';
import { structTypes } from './kubelet-configuration-types.generated.ts';
import type { Position } from './position.ts';
import type { NearMiss } from './reading.ts';

const KEY = 'serverTLSBootstrap';
const FOLDED = KEY.toLowerCase();
/** Letters that may be wrong, missing or too many. */
const MOST_EDITS = 2;
/** More are no help to anybody. */
const MOST_FOUND = 10;
/** What hides in names: separators, spaces of all kinds, zero-width characters, the byte order mark. */
const NOISE = /[-_.\s\u200b-\u200f\u2060\ufeff\u00ad]/g;

/** Names that exist are no slip of the pen, however close they come. */
const KNOWN: ReadonlySet<string> = new Set([...structTypes.values()].flatMap(({ fields }) => [...fields.keys()]));

/** Near misses anywhere in the document, in its order. The right key in the root is none. */
export function findNearMisses(root: Value, place: (offset: number) => Position): readonly NearMiss[] {
  const found: NearMiss[] = [];
  walk(root, '', 0, found, place);
  return found;
}

function walk(value: Value, path: string, depth: number, found: NearMiss[], place: (offset: number) => Position): void {
  if (found.length >= MOST_FOUND || depth > 50) return;
  if (value.kind === 'list') {
    for (const item of value.items) {
      if (item.kind === 'object' || item.kind === 'list') walk(item, path, depth + 1, found, place);
    }
  }
  if (value.kind !== 'object') return;
  for (const { key, keyStart, value: child } of value.members) {
    const nested = child.kind === 'object' || child.kind === 'list';
    const near = key === KEY ? depth > 0 : !KNOWN.has(key) && isNear(key);
    if (!near && !nested) continue;
    const childPath = path === '' ? key : `${path}.${key}`;
    if (near && found.length < MOST_FOUND) found.push({ key, path: childPath, position: place(keyStart) });
    if (nested) walk(child, childPath, depth + 1, found, place);
  }
}

function isNear(key: string): boolean {
  if (key.length < KEY.length - MOST_EDITS || key.length > 3 * KEY.length) return false;
  const folded = key.replace(NOISE, '').toLowerCase();
  return folded === FOLDED || (Math.abs(folded.length - FOLDED.length) <= MOST_EDITS && distance(folded) <= MOST_EDITS);
}

/** Levenshtein distance to the right name. */
function distance(word: string): number {
  let row = Array.from({ length: FOLDED.length + 1 }, (_, i) => i);
  for (let i = 1; i <= word.length; i++) {
    const next = [i];
    for (let j = 1; j <= FOLDED.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (word.charAt(i - 1) === FOLDED.charAt(j - 1) ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[FOLDED.length] ?? Infinity;
}
