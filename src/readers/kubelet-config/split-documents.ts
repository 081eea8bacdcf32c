/** Decides which documents kubeadm sees in a text: SplitConfigDocuments of cmd/kubeadm/app/util/marshal.go at v1.36.3. */

/** A document as kubeadm hands it on: its text is not quite the original's, since lines are put together anew. */
export interface DocumentText {
  readonly text: string;
  /** The offset in the original text of an offset in this one. */
  toOriginal(offset: number): number;
}

export type SplitDocuments = {
  readonly documents: readonly DocumentText[];
  /** Set when splitting itself fails; the documents before it are read first, and their errors come first. */
  readonly error: { readonly error: string; readonly at: number } | undefined;
};

/** bufio.Reader's default buffer. */
const BUFFER = 4096;

interface Line {
  readonly start: number;
  /** Without its line end. */
  readonly end: number;
  readonly next: number;
}

/**
 * Splits as apimachinery's YAMLReader does: at lines that start with `---`. Such a line is dropped when something stands before it
 * and kept when it opens a document. Lines end in LF or CR LF, and come out with LF.
 */
export function splitDocuments(text: string): SplitDocuments {
  const documents: DocumentText[] = [];
  let lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const line = lineAt(text, start);
    start = line.next;
    if (text.startsWith('---', line.start)) {
      const rest = trimSpace(text.slice(line.start + 3, line.end));
      if (rest !== '' && !rest.startsWith('#')) {
        return { documents, error: { error: `invalid Yaml document separator: ${rest}`, at: line.start } };
      }
      if (lines.length > 0) {
        documents.push(joinLines(text, lines));
        lines = [];
        continue;
      }
    }
    if (!isLost(text, line)) lines.push(line);
  }
  if (lines.length > 0) documents.push(joinLines(text, lines));
  return { documents, error: undefined };
}

function lineAt(text: string, start: number): Line {
  const found = text.indexOf('\n', start);
  if (found < 0) return { start, end: text.length, next: text.length };
  const end = found > start && text.charCodeAt(found - 1) === 0x0d ? found - 1 : found;
  return { start, end, next: found + 1 };
}

/**
 * A last line without a line end vanishes when it fills bufio's buffer exactly: ReadLine then reports the end of the file only with
 * the next, empty piece, and YAMLReader throws the line away with it. Whoever writes a `serverTLSBootstrap` there does so on purpose.
 */
function isLost(text: string, line: Line): boolean {
  if (line.next !== line.end || line.end - line.start < BUFFER / 3) return false;
  const bytes = new TextEncoder().encode(text.slice(line.start, line.end));
  let left = bytes.length;
  while (left >= BUFFER) {
    // A CR at the end of a full buffer is put back: it might belong to a CR LF.
    const last = bytes[bytes.length - left + BUFFER - 1];
    left -= last === 0x0d ? BUFFER - 1 : BUFFER;
  }
  return left === 0;
}

function joinLines(text: string, lines: readonly Line[]): DocumentText {
  const first = lines[0]?.start ?? 0;
  const last = lines[lines.length - 1];
  const end = last?.end ?? first;
  const hasBreak = last !== undefined && last.next > last.end;
  const slice = text.slice(first, hasBreak ? (last?.next ?? end) : end);
  if (!slice.includes('\r\n')) {
    return { text: hasBreak ? slice : `${slice}\n`, toOriginal: (offset) => Math.min(first + offset, text.length) };
  }
  return joinCrLf(text, lines);
}

function joinCrLf(text: string, lines: readonly Line[]): DocumentText {
  const starts: number[] = [];
  let length = 0;
  const parts: string[] = [];
  for (const line of lines) {
    starts.push(length);
    parts.push(text.slice(line.start, line.end), '\n');
    length += line.end - line.start + 1;
  }
  const toOriginal = (offset: number): number => {
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const line = lines[low];
    return line === undefined ? offset : Math.min(line.start + offset - (starts[low] ?? 0), line.end);
  };
  return { text: parts.join(''), toOriginal };
}

const SPACE_AT_START = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const SPACE_AT_END = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Go's strings.TrimSpace: unicode.IsSpace, which knows NEL and, unlike ECMAScript, not the byte order mark. */
export function trimSpace(text: string): string {
  let result = text.replace(SPACE_AT_START, '');
  let end = result.length;
  while (end > 0 && SPACE_AT_END.test(result.charAt(end - 1))) end--;
  result = result.slice(0, end);
  return result;
}

/** True when Kubernetes' decoders take a text for JSON: the first character that is no space is `{`. */
export function isJson(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x7b) return true;
    if (!SPACE_AT_END.test(text.charAt(i))) return false;
  }
  return false;
}
