/** Decides what an anchor or alias is called, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { isBlankOrEnd, isWord } from './characters.ts';
import { failScan, need, type Scanner, type Token } from './scanner.ts';

/** Characters that may follow an anchor or alias without a blank: `?` `:` `,` `]` `}` `%` `@` backquote. */
const AFTER_ANCHOR = '?:,]}%@`';

/** Scans `&name` or `*name`. */
export function scanAnchor(s: Scanner, type: 'anchor' | 'alias'): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  s.pos++;
  if (!need(s, 1)) return undefined;
  const name = scanWord(s);
  if (name === undefined) return undefined;
  const c = s.text.charCodeAt(s.pos);
  if (name === '' || !(isBlankOrEnd(c) || AFTER_ANCHOR.includes(s.text.charAt(s.pos)))) {
    failScan(s, 'did not find expected alphabetic or numeric character');
    return undefined;
  }
  return { type, start, line, column, end: s.pos, value: name, suffix: '' };
}

export function scanWord(s: Scanner): string | undefined {
  const start = s.pos;
  while (isWord(s.text.charCodeAt(s.pos))) {
    s.pos++;
    if (!need(s, 1)) return undefined;
  }
  return s.text.slice(start, s.pos);
}
