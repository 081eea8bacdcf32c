/** Decides what the documents of a manifest stream are, as kubectl reads them: YAML or JSON, one object or a list of them. */

import { asString, extend, get, isObject, type Json, type JsonArray, type JsonObject } from '../kube/index.ts';
import { readYaml, type Value } from '../readers/yaml11/index.ts';
import { type JsonRead, readJson, skipBlanks } from './read-json.ts';
import { splitDocuments } from './split-documents.ts';
import { toJson } from './to-json.ts';

/** A document of a text. `start` and `end` are offsets in the text; those in values count from `base`. */
export interface ReadDocument {
  readonly kind: 'document';
  readonly format: 'yaml' | 'json';
  readonly start: number;
  readonly end: number;
  readonly base: number;
  readonly root: Json;
  /** The same with its positions; read again where it was JSON. Absent where it is nested too deeply for that. */
  values(): Value | undefined;
  /** What was read otherwise than it looks: offsets in the text. */
  readonly notes: readonly { readonly at: number; readonly message: string; readonly repeatedKey?: string }[];
}

export interface BrokenDocument {
  readonly kind: 'broken';
  readonly start: number;
  readonly end: number;
  readonly at: number;
  readonly message: string;
}

/** Reads a text document by document. Never throws; a broken document does not keep the next one from being read. */
export function* readDocuments(text: string): Generator<ReadDocument | BrokenDocument> {
  for (const chunk of splitDocuments(text)) {
    const { start, end } = chunk;
    if (chunk.kind === 'bad-separator') {
      const message = `a line that begins with --- ends the document; kubectl refuses what follows it: ${chunk.rest}`;
      yield { kind: 'broken', start, end, at: start, message };
    } else if (text[skipBlanks(text, start)] === '{') yield* readJsonStream(text, start, end);
    else yield readYamlDocument(text, start, end);
  }
}

/**
 * What begins with `{` is JSON, or several JSON values in a row; only where the first is none is it read as YAML
 * (k8s.io/apimachinery v0.36.3 pkg/util/yaml/decoder.go, YAMLOrJSONDecoder.Decode).
 */
function* readJsonStream(text: string, start: number, end: number): Generator<ReadDocument | BrokenDocument> {
  const whole = parseJson(text.slice(start, end));
  if (whole !== undefined) {
    yield jsonDocument(text, start, end, whole);
    return;
  }
  let pos = start;
  for (let count = 0; skipBlanks(text, pos) < end; count++) {
    const read = readJson(text, pos, end);
    if (read.kind === 'error') {
      if (count === 0) yield readYamlDocument(text, start, end);
      else yield { kind: 'broken', start: pos, end, at: read.at, message: `after a JSON value: ${read.message}` };
      return;
    }
    yield jsonDocument(text, pos, read.end, toJson(read.value));
    pos = read.end;
  }
}

function parseJson(text: string): Json | undefined {
  try {
    // JSON.parse returns nothing that is not Json.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function jsonDocument(text: string, start: number, end: number, root: Json): ReadDocument {
  let read: JsonRead | undefined;
  const values = () => {
    read ??= readJson(text, start, end);
    return read.kind === 'value' ? read.value : undefined;
  };
  return { kind: 'document', format: 'json', start, end, base: 0, root, values, notes: [] };
}

function readYamlDocument(text: string, start: number, end: number): ReadDocument | BrokenDocument {
  const decoded = readYaml(text.slice(start, end));
  switch (decoded.kind) {
    case 'error':
      return { kind: 'broken', start, end, at: start + decoded.at, message: withoutLine(decoded.error) };
    case 'beyond':
      return {
        kind: 'broken',
        start,
        end,
        at: start + decoded.at,
        message: 'nested deeper than any Kubernetes object',
      };
    case 'value':
      break;
  }
  const notes: { at: number; message: string; repeatedKey?: string }[] = decoded.duplicates.map(({ key, at }) => ({
    at: start + at,
    repeatedKey: key,
    message: `the key ${JSON.stringify(key)} is given twice; the last one counts`,
  }));
  const ended = findIgnored(text, start + decoded.value.end, end);
  if (ended !== undefined) notes.push({ at: ended, message: 'kubectl does not read what stands behind this line' });
  const { value } = decoded;
  return { kind: 'document', format: 'yaml', start, end, base: start, root: toJson(value), values: () => value, notes };
}

/** Where a `...` line ends the document although something stands behind it: only the first document of a chunk is read. */
function findIgnored(text: string, from: number, end: number): number | undefined {
  const begin = Math.max(0, from - 1);
  const rest = text.slice(begin, end);
  const at = rest.indexOf('\n...');
  if (at < 0 || !/\s/.test(rest[at + 4] ?? '')) return undefined;
  const ignored = rest
    .slice(at + 1)
    .split('\n')
    .slice(1);
  return ignored.some((line) => /^\s*[^\s#]/.test(line)) ? begin + at + 1 : undefined;
}

/** go-yaml's line counts from the document's beginning (and sometimes from 0); the file's own line and column are shown instead. */
function withoutLine(error: string): string {
  return error.replace(/^(yaml|json): (line \d+: )?/, '');
}

/** One object of a document and its JSON Pointer there, which is empty unless it stands in a list. */
export interface FoundObject {
  readonly object: JsonObject;
  readonly path: string;
}

interface Pending {
  readonly value: Json;
  readonly path: string;
  readonly inherited: JsonObject;
}

/**
 * The objects of a document: itself, or the items of a list, however deep lists stand in lists. Anything with an `items` list is one,
 * and items without a kind take the list's (k8s.io/apimachinery v0.36.3 pkg/apis/meta/v1/unstructured/unstructured.go, decodeToList).
 * A list of objects without a List around it is taken apart as well. Parts that are no objects are left out.
 */
export function* findObjects(root: Json): Generator<FoundObject> {
  const pending: Pending[] = [{ value: root, path: '', inherited: {} }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path, inherited } = next;
    if (Array.isArray(value)) pushItems(pending, value, path, {});
    if (!isObject(value)) continue;
    const items = get(value, 'items');
    if (Array.isArray(items) && isTyped(value)) pushItems(pending, items, extend(path, 'items'), inheritedFrom(value));
    else yield { object: get(value, 'kind') === undefined ? { ...inherited, ...value } : value, path };
  }
}

function pushItems(pending: Pending[], items: JsonArray, path: string, inherited: JsonObject): void {
  for (let index = items.length - 1; index >= 0; index--) {
    const value = items[index];
    if (value !== undefined) pending.push({ value, path: extend(path, index), inherited });
  }
}

/** True for what could be an object of Kubernetes at all: it says its kind and version. */
export function isTyped(object: JsonObject): boolean {
  return (asString(get(object, 'kind')) ?? '') !== '' && (asString(get(object, 'apiVersion')) ?? '') !== '';
}

function inheritedFrom(list: JsonObject): JsonObject {
  const kind = asString(get(list, 'kind')) ?? '';
  if (kind === 'List' || !kind.endsWith('List')) return {};
  return { apiVersion: asString(get(list, 'apiVersion')) ?? '', kind: kind.slice(0, -'List'.length) };
}
