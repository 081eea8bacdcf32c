/** Makes text from files harmless on a terminal, and measures how many columns it takes there. */

/** Controls, format characters (bidirectional overrides among them), line and paragraph separators, lone surrogates. */
const dangerous = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const anyDangerous = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const plain = /^[\x20-\x7e]*$/;

/** Writes every character that a terminal could obey as a visible escape; tabs become one space. */
export function makeInert(text: string): string {
  if (plain.test(text) || !anyDangerous.test(text)) return text;
  return text.replace(dangerous, (character) => {
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** How many columns an inert text takes on a terminal: none for combining marks, two for East Asian wide characters and emoji. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

// Unicode's EastAsianWidth W and F, as ranges coarse enough for pointing at a column.
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return wide.some(([first, last]) => code >= first && code <= last);
}

/** Breaks an inert text into lines of at most `width` columns at spaces; a longer word stays whole, so that a URL can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    const columns = widthOf(word);
    if (used > 0 && used + 1 + columns > width) {
      lines.push(line);
      line = word;
      used = columns;
    } else {
      line = line === '' ? word : `${line} ${word}`;
      used += columns + (used > 0 ? 1 : 0);
    }
  }
  lines.push(line);
  return lines;
}
