/** Decides which apiVersion and kind a document has, as apimachinery v0.36.3's MetaFactories do before any typed decoding. */

import type { Member, ObjectValue, Value } from '../yaml11/index.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export type Interpreted =
  | { readonly kind: 'type'; readonly type: GroupVersionKind }
  | { readonly kind: 'error'; readonly error: string; readonly at: number };

/** What Go's errors call a JSON value. */
export function jsonNameOf(value: Value): string {
  switch (value.kind) {
    case 'boolean':
      return 'bool';
    case 'list':
      return 'array';
    default:
      return value.kind;
  }
}

/**
 * `splitting` is how kubeadm looks at each document (serializer/yaml SimpleMetaFactory): sigs.k8s.io/yaml turns numbers and booleans
 * into the strings it expects. `decoding` is what every serializer does with the JSON (serializer/json SimpleMetaFactory). Both use
 * encoding/json, which matches names regardless of case and takes the last. `sorted`: the value comes from YAML.
 */
export function interpretType(root: Value, manner: 'splitting' | 'decoding', sorted: boolean): Interpreted {
  const coerce = manner === 'splitting';
  const prefix = coerce
    ? 'could not interpret GroupVersionKind; unmarshal error: error unmarshaling JSON: while decoding JSON: '
    : "couldn't get version/kind; json parse error: ";
  const error = (text: string, at: number): Interpreted => ({ kind: 'error', error: prefix + text, at });
  let apiVersion = '';
  let kind = '';
  if (root.kind === 'object') {
    for (const member of inOrder(root, sorted)) {
      const name = foldedName(member.key);
      if (name === undefined) continue;
      const text = textOf(member.value, coerce);
      if (text === undefined) {
        const field = `${coerce ? 'TypeMeta' : ''}.${name}`;
        const what = `json: cannot unmarshal ${jsonNameOf(member.value)} into Go struct field ${field} of type string`;
        return error(what, member.valueStart);
      }
      if (text === null) continue;
      if (name === 'kind') kind = text;
      else apiVersion = text;
    }
  } else if (root.kind !== 'null') {
    const target = coerce
      ? 'runtime.TypeMeta'
      : 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    return error(`json: cannot unmarshal ${jsonNameOf(root)} into Go value of type ${target}`, root.start);
  }
  return parseGroupVersion(apiVersion, kind, root.start);
}

/** What could be meant, in the order in which Go meets it: a YAML mapping's keys are sorted on their way to JSON. */
function inOrder(root: ObjectValue, sorted: boolean): readonly Member[] {
  const meant = root.members.filter((member) => foldedName(member.key) !== undefined);
  if (sorted && meant.length > 1) meant.sort((a, b) => (a.key < b.key ? -1 : 1));
  return meant;
}

/** encoding/json's folding: ASCII letters, and the two letters outside ASCII that fold into it. */
function foldedName(key: string): 'kind' | 'apiVersion' | undefined {
  if (key === 'kind' || key === 'apiVersion') return key;
  if (key.length !== 4 && key.length !== 10) return undefined;
  const folded = key.replaceAll('\u212a', 'k').replaceAll('\u017f', 's');
  if (/^kind$/i.test(folded)) return 'kind';
  return /^apiversion$/i.test(folded) ? 'apiVersion' : undefined;
}

/** null leaves a string field as it is. */
function textOf(value: Value, coerce: boolean): string | null | undefined {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'null') return null;
  if (!coerce) return undefined;
  if (value.kind === 'number') return value.text;
  return value.kind === 'boolean' ? String(value.value) : undefined;
}

function parseGroupVersion(apiVersion: string, kind: string, at: number): Interpreted {
  if (apiVersion === '' || apiVersion === '/') return { kind: 'type', type: { group: '', version: '', kind } };
  const parts = apiVersion.split('/');
  if (parts.length > 2) return { kind: 'error', error: `unexpected GroupVersion string: ${apiVersion}`, at };
  const [first = '', second] = parts;
  return {
    kind: 'type',
    type: second === undefined ? { group: '', version: first, kind } : { group: first, version: second, kind },
  };
}
