/** Decides which line and column an offset is, as editors and `kubectl edit` count them. */

/** `offset` in UTF-16 units from 0; `line` and `column` from 1, lines ending in LF, CR LF or CR, columns in characters. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Finds positions in one text; the first one asked for takes time linear in the text, the others only that of their line. */
export type Locator = (offset: number) => Position;

export function createLocator(text: string): Locator {
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    return locate(text, starts, Math.max(0, Math.min(offset, text.length)));
  };
}

/** The position of one offset in a text. */
export function positionAt(text: string, offset: number): Position {
  return createLocator(text)(offset);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a || (c === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1);
  }
  return starts;
}

function locate(text: string, starts: readonly number[], offset: number): Position {
  let low = 0;
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  let column = 1;
  for (let i = starts[low] ?? 0; i < offset; i++) {
    const c = text.charCodeAt(i);
    // The second half of a surrogate pair is no column of its own.
    if (c < 0xdc00 || c > 0xdfff) column++;
  }
  return { offset, line: low + 1, column };
}
