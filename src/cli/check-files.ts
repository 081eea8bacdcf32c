/** Takes the files of a `check` through reading, judging and repairing, one after the other. */

import { readFileSync, statSync } from 'node:fs';
import {
  applyEdits,
  type CheckedText,
  type CheckOptions,
  checkText,
  decodeBytes,
  explainError,
  findFiles,
  findObjects,
  readDocuments,
  renderUnifiedDiff,
  replaceFile,
  type TextEdit,
} from '../files/index.ts';
import type { JsonObject } from '../kube/index.ts';
import type { FileChange, Note, OtherKind, Row, Unjudged } from '../report/index.ts';

export interface RunOptions extends CheckOptions {
  /** What happens to repairs: nothing, they are written, or they are shown. */
  readonly repairs: 'none' | 'write' | 'show';
}

/** Everything that a run found; a report is made of it. */
export interface Run {
  readonly rows: Row[];
  readonly unjudged: Unjudged[];
  readonly otherKinds: Map<string, OtherKind>;
  readonly notes: Note[];
  readonly changes: FileChange[];
  /** What belongs on standard output instead of a report: diffs, or standard input repaired. */
  readonly output: string[];
  files: number;
  objects: number;
  judged: number;
}

/** Files beyond this are not read: no manifest comes near, and a string cannot hold much more. */
const largest = 256 * 1024 * 1024;

/**
 * Checks all files that the paths name.
 * @param readStdin Called for `-`.
 * @param onProgress Called after each file.
 */
export async function checkFiles(
  paths: readonly string[],
  options: RunOptions,
  readStdin: () => Promise<Uint8Array>,
  onProgress: (run: Run) => void,
): Promise<Run> {
  const run: Run = {
    rows: [],
    unjudged: [],
    otherKinds: new Map(),
    notes: [],
    changes: [],
    output: [],
    files: 0,
    objects: 0,
    judged: 0,
  };
  for (const found of findFiles(paths)) {
    run.files++;
    if (found.kind === 'unreadable') run.unjudged.push(unreadable(found.file, 'unreadable', found.reason));
    else {
      const read = found.file === '-' ? await readStream(readStdin) : readFile(found.file);
      if (read.kind === 'failed') run.unjudged.push(unreadable(found.file, read.what, read.reason));
      else checkBytes(run, found.file, found.explicit, read.bytes, options);
    }
    onProgress(run);
  }
  return run;
}

type ReadResult =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly what: 'unreadable' | 'too-large'; readonly reason: string };

async function readStream(readStdin: () => Promise<Uint8Array>): Promise<ReadResult> {
  try {
    return { kind: 'read', bytes: await readStdin() };
  } catch (error) {
    return { kind: 'failed', what: 'unreadable', reason: explainError(error) };
  }
}

function readFile(file: string): ReadResult {
  try {
    if (statSync(file).size > largest) {
      return { kind: 'failed', what: 'too-large', reason: 'it is larger than 256 MiB; split it' };
    }
    return { kind: 'read', bytes: readFileSync(file) };
  } catch (error) {
    return { kind: 'failed', what: 'unreadable', reason: explainError(error) };
  }
}

function unreadable(file: string, kind: Unjudged['kind'], reason: string): Unjudged {
  const what =
    { 'too-large': 'too large', binary: 'a binary file', broken: 'no UTF-8 text' }[String(kind)] ?? 'cannot be read';
  return { kind, file, line: 1, column: 1, what, reason, mentions: [] };
}

function checkBytes(run: Run, file: string, explicit: boolean, bytes: Uint8Array, options: RunOptions): void {
  const decoded = decodeBytes(bytes);
  if (decoded.kind === 'binary') {
    run.unjudged.push(unreadable(file, 'binary', 'it holds NUL characters, which no manifest does'));
  } else if (decoded.kind === 'not-utf-8') {
    run.unjudged.push({
      ...unreadable(file, 'broken', `byte ${decoded.at + 1} is no UTF-8; save the file as UTF-8`),
      line: decoded.line,
    });
  } else {
    const checked = checkText(file, decoded.text, explicit, options);
    if (options.repairs === 'none') merge(run, checked);
    else repairFile(run, file, explicit, bytes, decoded.text, decoded.encoding === 'utf-8', checked, options);
    return;
  }
  if (file === '-' && options.repairs === 'write') run.output.push(new TextDecoder().decode(bytes));
}

function merge(run: Run, checked: CheckedText): void {
  for (const row of checked.rows) run.rows.push(row);
  for (const item of checked.unjudged) run.unjudged.push(item);
  for (const note of checked.notes) run.notes.push(note);
  for (const [key, other] of checked.otherKinds) {
    run.otherKinds.set(key, { ...other, count: other.count + (run.otherKinds.get(key)?.count ?? 0) });
  }
  run.objects += checked.objects;
  run.judged += checked.judged;
}

/** Repairs a file, or shows how, and takes over what is then still to be said about it. */
function repairFile(
  run: Run,
  file: string,
  explicit: boolean,
  bytes: Uint8Array,
  text: string,
  isUtf8: boolean,
  checked: CheckedText,
  options: RunOptions,
): void {
  const edits = checked.fixes.flatMap((fix) => fix.edits);
  const changes = checked.fixes.flatMap((fix) => fix.changes);
  const reasons = checked.fixes.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  const repaired = edits.length === 0 ? undefined : applyProved(text, edits);
  if (edits.length > 0 && repaired === undefined) reasons.push('the changes do not fit together; change it by hand');
  const failed = reasons.map((reason): FileChange => ({ file, outcome: 'failed', changes: [], reason }));
  if (repaired === undefined) {
    if (file === '-' && options.repairs === 'write') run.output.push(text);
    finish(run, checked, failed);
  } else if (options.repairs === 'show') {
    run.output.push(renderUnifiedDiff(file, text, edits));
    finish(run, checked, [{ file, outcome: 'shown', changes }, ...failed]);
  } else {
    const written = isUtf8
      ? write(run, file, bytes, repaired)
      : { kind: 'failed' as const, reason: 'it is UTF-16; save it as UTF-8' };
    if (written.kind === 'failed')
      finish(run, checked, [{ file, outcome: 'failed', changes, reason: written.reason }, ...failed]);
    else finish(run, checkText(file, repaired, explicit, options), [{ file, outcome: 'written', changes }, ...failed]);
  }
}

function finish(run: Run, checked: CheckedText, changes: readonly FileChange[]): void {
  merge(run, checked);
  run.changes.push(...changes);
}

function write(run: Run, file: string, bytes: Uint8Array, repaired: string) {
  if (file !== '-') return replaceFile(file, bytes, new TextEncoder().encode(repaired));
  run.output.push(repaired);
  return { kind: 'written' } as const;
}

/** Applies the edits of all documents and reads the whole once more: as many documents and objects as before, or nothing is changed. */
function applyProved(text: string, edits: readonly TextEdit[]): string | undefined {
  const repaired = applyEdits(text, edits);
  if (repaired === undefined) return undefined;
  const outline = (source: string) =>
    JSON.stringify(
      [...readDocuments(source)].map((document) =>
        document.kind === 'broken'
          ? document.message
          : [...findObjects(document.root)].map(({ object, path }) => [path, named(object)]),
      ),
    );
  return outline(text) === outline(repaired) ? repaired : undefined;
}

function named({ apiVersion, kind, metadata }: JsonObject) {
  return [apiVersion, kind, typeof metadata === 'object' ? metadata : null];
}
