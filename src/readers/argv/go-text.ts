/** How Go prints and trims text: fmt's %q, strings.TrimSpace, the quoting of package time. */

const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const plain = /^[ !#-[\]-~]*$/;
const escapes = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

/** strconv.Quote: the form of `%q` for strings. */
export function quoteString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const rune of text) quoted += quoteRune(rune, '"');
  return `${quoted}"`;
}

/** strconv.QuoteRune: the form of `%q` for a rune. */
export function quoteCharacter(rune: string): string {
  return `'${quoteRune(rune, "'")}'`;
}

function quoteRune(rune: string, quote: string): string {
  if (rune === quote || rune === '\\') return `\\${rune}`;
  const code = rune.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (printable.test(rune)) return rune;
  const short = escapes.get(rune);
  if (short !== undefined) return short;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Package time's own quoting: what is not printable ASCII becomes the bytes of its UTF-8. */
export function quoteForTime(text: string): string {
  let quoted = '"';
  for (const rune of text) {
    const code = rune.codePointAt(0) ?? 0;
    if (code >= 0x80 || code < 0x20) {
      for (const byte of new TextEncoder().encode(rune)) quoted += `\\x${hex(byte, 2)}`;
    } else if (rune === '"' || rune === '\\') quoted += `\\${rune}`;
    else quoted += rune;
  }
  return `${quoted}"`;
}

const goSpace = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leadingSpace = new RegExp(`^[${goSpace}]+`, 'u');
const isSpace = new RegExp(`[${goSpace}]`, 'u');

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  const start = text.replace(leadingSpace, '');
  let end = start.length;
  while (end > 0 && isSpace.test(start[end - 1] ?? '')) end--;
  return start.slice(0, end);
}

/** The first byte of the text's UTF-8, as the rune of that number: pflag reads shorthands byte by byte. */
export function firstByte(text: string): string {
  const code = text.codePointAt(0) ?? 0;
  if (code < 0x80) return text.charAt(0);
  const rune = code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
  return String.fromCharCode(new TextEncoder().encode(rune)[0] ?? 0);
}
