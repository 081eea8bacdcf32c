/** Decides which configuration documents kubeadm v1.36.3 finds in a text and what each says: SplitConfigDocuments and the decoders behind it. */

import { type DuplicateKey, readYaml, type Value } from '../yaml11/index.ts';
import { type GroupVersionKind, interpretType } from './interpret-type.ts';
import { readJson } from './read-json.ts';
import { type DocumentText, isJson, splitDocuments } from './split-documents.ts';

/** `beyond` is what this reader does not follow and Go does: texts nested hundreds of levels deep. */
export type ReadError =
  | { readonly kind: 'error'; readonly error: string; readonly at: number }
  | { readonly kind: 'beyond'; readonly at: number };

/** A text as a Kubernetes decoder sees it: the JSON it is, or the JSON that its YAML becomes. */
export interface Content {
  readonly kind: 'content';
  readonly value: Value;
  /** The text itself where it is JSON: some types look at the raw text of a value. */
  readonly json: string | undefined;
  /** YAML keys set again; JSON keeps repeated keys in the value. */
  readonly duplicates: readonly DuplicateKey[];
  /** Go's random map order decides between two keys with one text. */
  readonly unstable: boolean;
}

export interface ConfigDocument {
  readonly type: GroupVersionKind;
  readonly text: DocumentText;
  /** Offsets are those of `text.text`; `text.toOriginal` leads back. */
  readonly content: Content | ReadError;
}

export type ConfigDocuments =
  | { readonly kind: 'documents'; readonly documents: readonly ConfigDocument[] }
  /** `at` is an offset in the text that was given. */
  | ReadError;

/** Reads one text as the serializers of apimachinery do: JSON when it starts with `{`, else the first YAML document. */
export function readContent(text: string): Content | ReadError {
  return isJson(text) ? fromJson(text) : fromYaml(text);
}

function fromJson(text: string): Content | ReadError {
  const read = readJson(text);
  if (read.kind === 'error') return { ...read, error: `couldn't get version/kind; json parse error: ${read.error}` };
  if (read.kind === 'beyond') return read;
  return { kind: 'content', value: read.value, json: text, duplicates: [], unstable: false };
}

function fromYaml(text: string): Content | ReadError {
  const read = readYaml(text);
  if (read.kind !== 'value') return read;
  const { value, duplicates, unstable } = read;
  return { kind: 'content', value, json: undefined, duplicates, unstable };
}

/**
 * Reads a text as kubeadm reads ConfigMap data and `--config` files: documents split at `---` lines, each with apiVersion and kind,
 * no kind twice. The first error in kubeadm's order is the result, in its words.
 */
export function readYamlDocuments(text: string): ConfigDocuments {
  const split = splitDocuments(text);
  const documents: ConfigDocument[] = [];
  const kinds = new Set<string>();
  const repeated: { readonly error: string; readonly at: number }[] = [];
  for (const document of split.documents) {
    const read = readDocument(document);
    if (read.kind !== 'document') return { ...read, at: document.toOriginal(read.at) };
    const { kind } = read.document.type;
    if (kinds.has(kind)) {
      const error = `invalid configuration: kind "${kind}" is specified twice in YAML file`;
      repeated.push({ error, at: document.toOriginal(0) });
    } else documents.push(read.document);
    kinds.add(kind);
  }
  if (split.error !== undefined) return { kind: 'error', ...split.error };
  const [first] = repeated;
  if (first === undefined) return { kind: 'documents', documents };
  // errors.NewAggregate: several different ones stand in brackets.
  const errors = [...new Set(repeated.map(({ error }) => error))];
  return { kind: 'error', error: errors.length === 1 ? first.error : `[${errors.join(', ')}]`, at: first.at };
}

function readDocument(
  text: DocumentText,
): { readonly kind: 'document'; readonly document: ConfigDocument } | ReadError {
  // Even JSON is first looked at as YAML, so what only JSON allows (`\/`, surrogate pairs in escapes) is refused here.
  const yaml = fromYaml(text.text);
  if (yaml.kind === 'error') {
    const prefix = 'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: ';
    return { ...yaml, error: prefix + yaml.error };
  }
  if (yaml.kind === 'beyond') return yaml;
  const interpreted = interpretType(yaml.value, 'splitting', true);
  if (interpreted.kind === 'error') return interpreted;
  const { type } = interpreted;
  if (type.group === '' || type.version === '' || type.kind === '') {
    const name = `${type.group}/${type.version}, Kind=${type.kind}`;
    const error = `invalid configuration for GroupVersionKind ${name}: kind and apiVersion is mandatory information that must be specified`;
    return { kind: 'error', error, at: 0 };
  }
  const content = isJson(text.text) ? fromJson(text.text) : yaml;
  return { kind: 'document', document: { type, text, content } };
}
