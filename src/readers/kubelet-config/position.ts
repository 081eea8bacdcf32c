/** Decides which line and column an offset is, as editors and `kubectl edit` count them. */

/** `offset` in UTF-16 units from 0; `line` and `column` from 1, lines ending in LF, CR LF or CR, columns in characters. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds positions in one text. The first one asked for takes time linear in the text, the others only that of the way from the one before,
 * so that asking for many in their order stays linear even where the text is one long line.
 */
export type Locator = (offset: number) => Position;

export function createLocator(text: string): Locator {
  let starts: readonly number[] | undefined;
  let before: Position = { offset: 0, line: 1, column: 1 };
  return (wanted) => {
    starts ??= lineStarts(text);
    const offset = Math.max(0, Math.min(wanted, text.length));
    const line = lineOf(starts, offset);
    const near = before.line === line && before.offset <= offset;
    const from = near ? before : { offset: starts[line - 1] ?? 0, column: 1 };
    before = { offset, line, column: from.column + countCharacters(text, from.offset, offset) };
    return before;
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

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  for (let high = starts.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** Characters between two offsets: the second half of a surrogate pair is none of its own. */
function countCharacters(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xdc00 || c > 0xdfff) count++;
  }
  return count;
}
