/** Decides where the documents of a manifest stream begin and end, as kubectl does. */

/** A stretch of a text, or a separator line that kubectl refuses together with what follows it. */
export type Chunk =
  | { readonly kind: 'document'; readonly start: number; readonly end: number }
  | { readonly kind: 'bad-separator'; readonly start: number; readonly end: number; readonly rest: string };

/**
 * Cuts a text at its `---` lines (k8s.io/apimachinery v0.36.3 pkg/util/yaml/decoder.go, YAMLReader): a line counts when it starts with
 * `---`, wherever it stands, and only blanks or a comment may follow. The first separator stays with its document, as there.
 */
export function* splitDocuments(text: string): Generator<Chunk> {
  let start = 0;
  let search = 0;
  for (;;) {
    const at = nextSeparator(text, search);
    if (at === undefined) break;
    const lineEnd = endOfLine(text, at);
    const rest = text.slice(at + 3, lineEnd).trim();
    search = lineEnd;
    if (rest !== '' && !rest.startsWith('#')) {
      if (at > start) yield { kind: 'document', start, end: at };
      yield { kind: 'bad-separator', start: at, end: lineEnd, rest };
      start = lineEnd;
    } else if (at > start) {
      yield { kind: 'document', start, end: at };
      start = lineEnd;
    }
  }
  if (start < text.length) yield { kind: 'document', start, end: text.length };
}

function nextSeparator(text: string, from: number): number | undefined {
  if (from === 0 && text.startsWith('---')) return 0;
  // The search begins at the line break that ends the last separator's line.
  const found = text.indexOf('\n---', from === 0 ? 0 : from - 1);
  return found < 0 ? undefined : found + 1;
}

/** The offset behind the line break of the line at `at`. */
function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}
