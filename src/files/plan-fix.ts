/** Decides how a file must change for its objects to be as a rule's fix wants them, and proves it by reading the result. */

import { deepEqual, diff, get, type Json, type JsonObject } from '../kube/index.ts';
import { editDocument } from './edit-document.ts';
import type { Strategy } from './edit-scalar.ts';
import { findObjects, type ReadDocument, readDocuments } from './read-documents.ts';
import { applyEdits, type TextEdit } from './text-edit.ts';

/** An object of a document and what it should become. */
export interface WantedChange {
  readonly path: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

export type FixPlan =
  /** Offsets in the file's text. */
  | { readonly kind: 'edits'; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'impossible'; readonly reason: string };

const strategies: readonly Strategy[] = ['minimal', 'rewrite'];

/** Plans the changes of one document; the smallest edits whose result reads back as exactly what is wanted. */
export function planFix(text: string, document: ReadDocument, wanted: readonly WantedChange[]): FixPlan {
  const values = document.values();
  if (values === undefined) return { kind: 'impossible', reason: 'it is nested too deeply to be edited' };
  const source = text.slice(document.base, document.end);
  const operations = wanted.flatMap(({ path, before, after }) =>
    diff(before, after).map((operation) => ({ ...operation, path: path + operation.path })),
  );
  for (const strategy of strategies) {
    const edits = editDocument(source, values, operations, strategy);
    if (edits === undefined) continue;
    const moved = edits.map(({ start, end, text: replacement }) => ({
      start: start + document.base,
      end: end + document.base,
      text: replacement,
    }));
    if (isProved(text, document, wanted, moved)) return { kind: 'edits', edits: moved };
  }
  return {
    kind: 'impossible',
    reason: 'it is written in a way that cannot be changed without touching something else; change it by hand',
  };
}

/** True when the changed document is still one document and its objects are the wanted ones and otherwise what they were. */
function isProved(
  text: string,
  document: ReadDocument,
  wanted: readonly WantedChange[],
  edits: readonly TextEdit[],
): boolean {
  const local = edits.map(({ start, end, text: replacement }) => ({
    start: start - document.start,
    end: end - document.start,
    text: replacement,
  }));
  const changed = applyEdits(text.slice(document.start, document.end), local);
  if (changed === undefined) return false;
  const [read, ...others] = readDocuments(changed);
  if (read?.kind !== 'document' || others.length > 0) return false;
  const expected = new Map(wanted.map(({ path, after }) => [path, after]));
  const before = [...findObjects(document.root)];
  const after = [...findObjects(read.root)];
  if (before.length !== after.length || !sameAround(document.root, read.root)) return false;
  return before.every(({ object, path }, index) => {
    const now = after[index];
    return now !== undefined && now.path === path && deepEqual(expected.get(path) ?? object, now.object);
  });
}

/** What a List says of itself must not change either. */
function sameAround(before: Json, after: Json): boolean {
  if (!Array.isArray(get(before, 'items'))) return true;
  const outline = (root: Json): Json =>
    JSON.parse(JSON.stringify(root, (key, value) => (key === 'items' ? null : value)));
  return deepEqual(outline(before), outline(after));
}
