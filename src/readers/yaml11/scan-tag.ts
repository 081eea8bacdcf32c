/** Decides what a tag says, as go.yaml.in/yaml/v2 v2.4.3 scannerc.go does. */

import { hexValue, isBlankOrEnd, isEnd, isWord } from './characters.ts';
import { scanWord } from './scan-anchor.ts';
import { failScan, need, type Scanner, type Token } from './scanner.ts';

const BANG = 0x21;
const PERCENT = 0x25;

/** Characters of a tag besides letters, digits, `_` and `-`. */
const IN_TAG = ";/?:@&=+$,.!~*'()[]%";

/** Scans `!suffix`, `!handle!suffix`, `!<verbatim>` or `!`. */
export function scanTag(s: Scanner): Token | undefined {
  const { pos: start, line } = s;
  const column = start - s.lineStart;
  if (!need(s, 2)) return undefined;
  const parts = s.text.charCodeAt(s.pos + 1) === 0x3c ? scanVerbatimTag(s) : scanShortTag(s);
  if (parts === undefined || !need(s, 1)) return undefined;
  if (!isBlankOrEnd(s.text.charCodeAt(s.pos))) {
    failScan(s, 'did not find expected whitespace or line break');
    return undefined;
  }
  return { type: 'tag', start, line, column, end: s.pos, value: parts.handle, suffix: parts.suffix };
}

export interface TagParts {
  readonly handle: string;
  readonly suffix: string;
}

function scanVerbatimTag(s: Scanner): TagParts | undefined {
  s.pos += 2;
  const suffix = scanTagUri(s, '');
  if (suffix === undefined) return undefined;
  if (s.text.charCodeAt(s.pos) !== 0x3e) {
    failScan(s, "did not find the expected '>'");
    return undefined;
  }
  s.pos++;
  return { handle: '', suffix };
}

function scanShortTag(s: Scanner): TagParts | undefined {
  const handle = scanTagHandle(s, false);
  if (handle === undefined) return undefined;
  if (handle.length > 1 && handle.endsWith('!')) {
    const suffix = scanTagUri(s, '');
    return suffix === undefined ? undefined : { handle, suffix };
  }
  const suffix = scanTagUri(s, handle);
  if (suffix === undefined) return undefined;
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

export function scanTagHandle(s: Scanner, directive: boolean): string | undefined {
  if (!need(s, 1)) return undefined;
  if (s.text.charCodeAt(s.pos) !== BANG) {
    failScan(s, "did not find expected '!'");
    return undefined;
  }
  s.pos++;
  if (!need(s, 1)) return undefined;
  const word = scanWord(s);
  if (word === undefined) return undefined;
  if (s.text.charCodeAt(s.pos) === BANG) {
    s.pos++;
    return `!${word}!`;
  }
  if (directive && word !== '') {
    failScan(s, "did not find expected '!'");
    return undefined;
  }
  return `!${word}`;
}

export function scanTagUri(s: Scanner, head: string): string | undefined {
  let uri = head.slice(1);
  let found = head !== '';
  if (!need(s, 1)) return undefined;
  for (;;) {
    const c = s.text.charCodeAt(s.pos);
    if (!isWord(c) && (isEnd(c) || !IN_TAG.includes(s.text.charAt(s.pos)))) break;
    if (c === PERCENT) {
      const character = scanUriEscape(s);
      if (character === undefined) return undefined;
      uri += character;
    } else {
      uri += s.text.charAt(s.pos);
      s.pos++;
    }
    if (!need(s, 1)) return undefined;
    found = true;
  }
  if (found) return uri;
  failScan(s, 'did not find expected tag URI');
  return undefined;
}

/** One character written as `%xx` octets. Octets that are no valid character become U+FFFD: such a tag names nothing known. */
function scanUriEscape(s: Scanner): string | undefined {
  const octets: number[] = [];
  let width = 1;
  while (octets.length < width) {
    if (!need(s, 3)) return undefined;
    const high = hexValue(s.text.charCodeAt(s.pos + 1));
    const low = hexValue(s.text.charCodeAt(s.pos + 2));
    if (s.text.charCodeAt(s.pos) !== PERCENT || high < 0 || low < 0) {
      failScan(s, 'did not find URI escaped octet');
      return undefined;
    }
    const octet = high * 16 + low;
    if (octets.length === 0) {
      width = widthOf(octet);
      if (width === 0) {
        failScan(s, 'found an incorrect leading UTF-8 octet');
        return undefined;
      }
    } else if ((octet & 0xc0) !== 0x80) {
      failScan(s, 'found an incorrect trailing UTF-8 octet');
      return undefined;
    }
    octets.push(octet);
    s.pos += 3;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(octets));
}

function widthOf(octet: number): number {
  if (octet < 0x80) return 1;
  if ((octet & 0xe0) === 0xc0) return 2;
  if ((octet & 0xf0) === 0xe0) return 3;
  return (octet & 0xf8) === 0xf0 ? 4 : 0;
}
