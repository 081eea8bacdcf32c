/** Decides what a JSON reader says when it meets what it does not expect: the words of Go's encoding/json scanner. */

export interface Reader {
  readonly text: string;
  pos: number;
  depth: number;
  failure: { readonly message: string; readonly at: number; readonly beyond: boolean } | undefined;
}

export function unexpected(r: Reader, context: string): undefined {
  const message =
    r.pos >= r.text.length
      ? 'unexpected end of JSON input'
      : `invalid character ${quoteByte(r.text.codePointAt(r.pos) ?? 0)} ${context}`;
  r.failure ??= { message, at: r.pos, beyond: false };
  return undefined;
}

const CONTROLS: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '"'],
  [0x27, "\\'"],
  [0x5c, '\\\\'],
]);

/** Go names the first byte of what it did not expect, so `é` shows as `Ã`. */
function quoteByte(c: number): string {
  if (c >= 0x10000) return `'${String.fromCharCode(0xf0 | (c >> 18))}'`;
  if (c >= 0x800) return `'${String.fromCharCode(0xe0 | (c >> 12))}'`;
  if (c >= 0x80) return `'${String.fromCharCode(0xc0 | (c >> 6))}'`;
  const known = CONTROLS.get(c);
  if (known !== undefined) return `'${known}'`;
  return c < 0x20 || c === 0x7f ? `'\\x${c.toString(16).padStart(2, '0')}'` : `'${String.fromCharCode(c)}'`;
}
