/** What one element of an argument vector is: known text, and holes whose text only the running cluster knows. */

/** A stretch of text that cannot be read from the object, and why (a phrase such as `env X takes its value from elsewhere`). */
export type Hole = { readonly hole: string };

export type Piece = string | Hole;

/** Where an element stands in the container. */
export type Origin = { readonly list: 'command' | 'args'; readonly index: number };

/**
 * One argument as the program receives it. A hole never splits an element: the kubelet and `execve` keep each one whole.
 * `text` is the whole text where there is no hole. `partial` marks an element that is only a part of the list entry at
 * `origin` (a word of a shell script, a word of `env -S`), which therefore cannot be removed by removing the entry.
 */
export type Element = {
  readonly text: string | undefined;
  readonly pieces: readonly Piece[];
  readonly origin: Origin;
  readonly partial: boolean;
};

/** Builds an element, joining neighbouring texts and dropping empty ones. */
export function makeElement(pieces: readonly Piece[], origin: Origin, partial = false): Element {
  const joined = joinPieces(pieces);
  const first = joined[0];
  const text = joined.length === 0 ? '' : joined.length === 1 && typeof first === 'string' ? first : undefined;
  return { text, pieces: joined, origin, partial };
}

/** Joins neighbouring texts and drops empty ones. */
export function joinPieces(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      if (text !== '') joined.push(text);
      text = '';
      joined.push(piece);
    }
  }
  if (text !== '') joined.push(text);
  return joined;
}

/** The pieces from a place in the leading text onwards; the element must begin with at least that much text. */
export function dropText(pieces: readonly Piece[], length: number): readonly Piece[] {
  const first = pieces[0];
  if (typeof first !== 'string') return pieces;
  return first.length > length ? [first.slice(length), ...pieces.slice(1)] : pieces.slice(1);
}

/** The text before the first hole. */
export function leadingText(pieces: readonly Piece[]): string {
  const first = pieces[0];
  return typeof first === 'string' ? first : '';
}

/** Why the first hole cannot be read; undefined where there is none. */
export function firstHole(pieces: readonly Piece[]): string | undefined {
  for (const piece of pieces) if (typeof piece !== 'string') return piece.hole;
  return undefined;
}

/** The element as a person would write it, holes as `$(…)`. */
export function showElement(element: Element): string {
  return element.pieces.map((piece) => (typeof piece === 'string' ? piece : '$(…)')).join('');
}

/**
 * Whether some text for the holes makes the pieces equal to `candidate`. Linear in pieces and candidate: texts between holes
 * are searched leftmost first, which is enough because a hole stands for anything.
 */
export function canEqual(pieces: readonly Piece[], candidate: string): boolean {
  if (pieces.length === 0) return candidate === '';
  let start = 0;
  let end = candidate.length;
  let from = 0;
  let to = pieces.length;
  const first = pieces[0];
  if (typeof first === 'string') {
    if (!candidate.startsWith(first)) return false;
    if (pieces.length === 1) return candidate === first;
    start = first.length;
    from = 1;
  }
  const last = pieces[to - 1];
  if (typeof last === 'string') {
    if (last.length > end - start || !candidate.endsWith(last)) return false;
    end -= last.length;
    to -= 1;
  }
  for (let i = from; i < to; i++) {
    const piece = pieces[i];
    if (typeof piece !== 'string') continue;
    const found = candidate.indexOf(piece, start);
    if (found < 0 || found + piece.length > end) return false;
    start = found + piece.length;
  }
  return true;
}

/** Whether the pieces can be the empty string: holes only. */
export function canBeEmpty(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => typeof piece !== 'string');
}
