/** Decides how a text is laid before the scanner: one unit per character, padded, and cut where go-yaml's reader would stop to refill. */

import { BOM, isAllowed } from './characters.ts';

/** How many NULs follow the text, so that looking ahead needs no bounds check. */
const PADDING = '\0\0\0\0\0\0\0\0\0\0';

/** go-yaml decodes its input in pieces of this many bytes (input_raw_buffer_size in yamlprivateh.go). */
const PIECE = 512;

export interface Source {
  /** The text as it was given; every position that leaves this room is an offset in it. */
  readonly original: string;
  /** The padded text with one unit per Unicode character: a surrogate pair is replaced by one private-use character. */
  readonly text: string;
  /** Number of characters. */
  readonly length: number;
  /** Offset in `original` of each character; undefined where they are the same. */
  readonly offsets: Uint32Array | undefined;
  /** Character index of the end of each piece, in order; undefined where it cannot matter. */
  readonly pieces: readonly number[] | undefined;
  /** Index of the first character that go-yaml's reader refuses, or Infinity. */
  readonly refused: number;
}

const PLAIN = /^[\t\n\r -~]*$/;

/** Lays out a text. Lone surrogates count as U+FFFD, which is what Go makes of them when it decodes the API server's JSON. */
export function layOut(original: string): Source {
  if (PLAIN.test(original)) {
    return {
      original,
      text: original + PADDING,
      length: original.length,
      offsets: undefined,
      pieces: undefined,
      refused: Infinity,
    };
  }
  return layOutUnicode(original);
}

function layOutUnicode(original: string): Source {
  const offsets: number[] = [];
  const parts: string[] = [];
  let changed = false;
  let refused = Infinity;
  let hasMark = false;
  let copied = 0;
  for (let i = 0; i < original.length; i++) {
    const c = original.charCodeAt(i);
    offsets.push(i);
    if (c >= 0xd800 && c <= 0xdfff) {
      const pair = isPairAt(original, i);
      parts.push(original.slice(copied, i), pair ? '\ue000' : '\ufffd');
      changed = true;
      if (pair) i++;
      copied = i + 1;
    } else if (!isAllowed(c)) {
      if (refused === Infinity) refused = offsets.length - 1;
    } else if (c === BOM && i > 0) hasMark = true;
  }
  offsets.push(original.length);
  parts.push(original.slice(copied));
  return {
    original,
    text: parts.join('') + PADDING,
    length: offsets.length - 1,
    offsets: changed ? Uint32Array.from(offsets) : undefined,
    // Where the reader stops matters only to a refused character behind the end of the document and to a byte order mark inside the text.
    pieces: refused !== Infinity || hasMark ? cutIntoPieces(original) : undefined,
    refused,
  };
}

function isPairAt(text: string, i: number): boolean {
  const next = text.charCodeAt(i + 1);
  return text.charCodeAt(i) <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
}

/** The pieces that yaml_parser_update_buffer decodes at a time: 512 bytes, less a character that does not fit whole. */
function cutIntoPieces(original: string): readonly number[] {
  const ends: number[] = [];
  let bytes = 0;
  let characters = 0;
  for (const character of original) {
    const c = character.codePointAt(0) ?? 0;
    const width = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (bytes + width > PIECE) {
      ends.push(characters);
      bytes = 0;
    }
    bytes += width;
    characters++;
  }
  ends.push(characters);
  return ends;
}

/** The original text between two character indexes. */
export function sliceOf(source: Source, start: number, end: number): string {
  const { offsets } = source;
  return offsets === undefined ? source.text.slice(start, end) : wellFormed(source, offsets, start, end);
}

function wellFormed(source: Source, offsets: Uint32Array, start: number, end: number): string {
  const raw = source.original.slice(offsets[start] ?? 0, offsets[Math.min(end, source.length)] ?? 0);
  let result = '';
  for (const character of raw) {
    const c = character.charCodeAt(0);
    result += character.length === 1 && c >= 0xd800 && c <= 0xdfff ? '\ufffd' : character;
  }
  return result;
}

/** The offset in the original text of a character index. */
export function offsetOf(source: Source, index: number): number {
  const { offsets } = source;
  const inside = Math.min(index, source.length);
  return offsets === undefined ? inside : (offsets[inside] ?? source.original.length);
}
