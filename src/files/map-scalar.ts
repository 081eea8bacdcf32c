/** Finds where in a source each character of a string value is written, whatever the style of the scalar. */

/** Stretches of equal advance: character `value` of the string stands at offset `source`. Both are in rising order. */
interface Anchor {
  readonly value: number;
  readonly source: number;
}

export interface ScalarMap {
  /** The offset in the source of a character of the value. */
  toSource(offset: number): number;
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/** The style of the scalar that begins at an offset; for a tag or an anchor in front of it the caller has moved on. */
export function styleOf(source: string, start: number): ScalarStyle {
  switch (source[start]) {
    case '"':
      return 'double';
    case "'":
      return 'single';
    case '|':
      return 'literal';
    case '>':
      return 'folded';
    default:
      return 'plain';
  }
}

/**
 * Maps the characters of a string to the source between two offsets.
 * `undefined` when the two do not fit together, which a source in an encoding of its own (such as an escaped line break) may cause.
 */
export function mapScalar(source: string, start: number, end: number, value: string): ScalarMap | undefined {
  const style = styleOf(source, start);
  const anchors =
    style === 'literal' || style === 'folded'
      ? mapBlock(source, start, end, value)
      : mapFlow(source, style === 'plain' ? start : start + 1, style === 'plain' ? end : end - 1, value, style);
  return anchors === undefined ? undefined : { toSource: (offset) => interpolate(anchors, offset) };
}

function interpolate(anchors: readonly Anchor[], offset: number): number {
  let low = 0;
  let high = anchors.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((anchors[middle]?.value ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const anchor = anchors[low] ?? { value: 0, source: 0 };
  return anchor.source + Math.max(0, offset - anchor.value);
}

/** YAML 1.1's line breaks. */
const lineBreak = /\r\n|[\n\r\x85\u2028\u2029]/g;

/** Block scalars: each source line that is not blank holds a piece of the value as it stands, behind the indentation. */
function mapBlock(source: string, start: number, end: number, value: string): Anchor[] | undefined {
  const anchors: Anchor[] = [];
  let indent: number | undefined;
  let at = 0;
  for (const line of linesBehind(source, start, end)) {
    const text = source.slice(line.start, line.end);
    const blanks = text.length - text.trimStart().length;
    if (indent === undefined) {
      if (blanks === text.length) continue;
      indent = blanks - leadingSpaces(value);
      if (indent < 0) return undefined;
    }
    const content = text.slice(indent);
    if (content === '') continue;
    const found = findLine(value, at, content);
    if (found === undefined) {
      if (content.trim() === '' || value.slice(at).trim() === '') continue;
      return undefined;
    }
    anchors.push({ value: found, source: line.start + indent });
    at = found + content.length;
  }
  return anchors.length === 0 ? undefined : anchors;
}

/** How far the value's first line with content is indented beyond the block itself. */
function leadingSpaces(value: string): number {
  const first = /^[\n\r\x85\u2028\u2029]*( *)/.exec(value);
  return first?.[1]?.length ?? 0;
}

/** Where a line's content continues the value: behind line breaks, or behind the blank that a fold leaves. */
function findLine(value: string, from: number, content: string): number | undefined {
  let at = from;
  while (at <= value.length) {
    if (value.startsWith(content, at)) return at;
    const c = value[at];
    if (c !== '\n' && c !== ' ' && c !== '\u2028' && c !== '\u2029') return undefined;
    at++;
  }
  return undefined;
}

function* linesBehind(source: string, start: number, end: number): Generator<{ start: number; end: number }> {
  const text = source.slice(start, end);
  let from: number | undefined;
  for (const match of text.matchAll(lineBreak)) {
    if (from !== undefined) yield { start: start + from, end: start + match.index };
    from = match.index + match[0].length;
  }
  if (from !== undefined && from < text.length) yield { start: start + from, end };
}

/** Plain and quoted scalars: escapes are shorter in the value, and a line break with the blanks around it becomes one blank or line feeds. */
function mapFlow(source: string, start: number, end: number, value: string, style: ScalarStyle): Anchor[] | undefined {
  const anchors: Anchor[] = [{ value: 0, source: start }];
  let at = 0;
  let pos = start;
  while (pos < end) {
    const taken = takeFlow(source, pos, end, style);
    if (taken.source !== taken.value) anchors.push({ value: at + taken.value, source: pos + taken.source });
    at += taken.value;
    pos += taken.source;
  }
  return at === value.length ? anchors : undefined;
}

interface Advance {
  readonly source: number;
  readonly value: number;
}

const one: Advance = { source: 1, value: 1 };
const fold = /[ \t]*(?:(?:\r\n|[\n\r\x85\u2028\u2029])[ \t]*)+/y;

function takeFlow(source: string, pos: number, end: number, style: ScalarStyle): Advance {
  const c = source[pos];
  if (c === '\\' && style === 'double') return takeEscape(source, pos, end);
  if (c === "'" && style === 'single') return { source: 2, value: 1 };
  if (c === ' ' || c === '\t') return takeBlanks(source, pos, end);
  return c === '\n' || c === '\r' || c === '\x85' || c === '\u2028' || c === '\u2029' ? takeFold(source, pos) : one;
}

/** A run of blanks is kept inside a line and dropped before a line break; it is taken whole, so that long runs cost one look. */
function takeBlanks(source: string, pos: number, end: number): Advance {
  let behind = pos;
  while (behind < end && (source[behind] === ' ' || source[behind] === '\t')) behind++;
  if (behind < end && /[\n\r\x85\u2028\u2029]/.test(source[behind] ?? '')) return takeFold(source, pos);
  return { source: behind - pos, value: behind - pos };
}

function takeFold(source: string, pos: number): Advance {
  fold.lastIndex = pos;
  const text = fold.exec(source)?.[0] ?? '';
  if (text === '') return one;
  const breaks = text.match(lineBreak) ?? [];
  const first = breaks[0];
  const kept = first === '\u2028' || first === '\u2029' ? breaks.length : breaks.length - 1;
  return { source: text.length, value: Math.max(1, kept) };
}

function takeEscape(source: string, pos: number, end: number): Advance {
  const kind = source[pos + 1] ?? '';
  const digits = { x: 2, u: 4, U: 8 }[kind];
  if (digits !== undefined) {
    const code = Number.parseInt(source.slice(pos + 2, pos + 2 + digits), 16);
    return { source: 2 + digits, value: code > 0xffff ? 2 : 1 };
  }
  if (!/[\n\r\x85\u2028\u2029]/.test(kind)) return { source: 2, value: 1 };
  let behind = pos + (kind === '\r' && source[pos + 2] === '\n' ? 3 : 2);
  while (behind < end && (source[behind] === ' ' || source[behind] === '\t')) behind++;
  return { source: behind - pos, value: 0 };
}
