/** Decides the JSON value of a YAML node tree, as go.yaml.in/yaml/v2 v2.4.3 decode.go and sigs.k8s.io/yaml v1.6.0 do together. */

import { findUnfit, keyText, UNSUPPORTED } from './mapping-key.ts';
import { resolveScalar, type Scalar } from './resolve-scalar.ts';
import { offsetOf, type Source } from './source.ts';
import type { DuplicateKey, Member, Value } from './tree.ts';
import type { YamlNode } from './yaml-node.ts';

/** What decoding found: a value, or why there is none. `yaml` is an error of go-yaml, `json` one of the step to JSON. */
export type Decoded =
  | {
      readonly kind: 'value';
      readonly value: Value;
      readonly duplicates: readonly DuplicateKey[];
      readonly unstable: boolean;
    }
  | { readonly kind: 'error'; readonly error: string; readonly at: number }
  | { readonly kind: 'beyond'; readonly at: number };

/** Values nested deeper than this through aliases are not read. */
const DEEPEST = 1000;

interface Decoder {
  readonly source: Source;
  readonly open: Set<YamlNode>;
  readonly duplicates: DuplicateKey[];
  count: number;
  aliasCount: number;
  aliasDepth: number;
  depth: number;
  /** A value or key was seen that JSON cannot hold; it matters only if it is still there at the end. */
  suspect: boolean;
  unstable: boolean;
  failure: { readonly message: string; readonly at: number; readonly beyond: boolean } | undefined;
}

/** A mapping while it is being filled: Go compares keys with their type, so 1 and "1" are two keys here and one in JSON. */
interface Filling {
  readonly root: boolean;
  readonly strings: Map<string, Member>;
  others: Map<string, Member> | undefined;
}

/** The value of a node; `node` undefined is an empty text, which is null. */
export function decodeTree(source: Source, node: YamlNode | undefined): Decoded {
  const d: Decoder = {
    source,
    open: new Set(),
    duplicates: [],
    count: 1,
    aliasCount: 0,
    aliasDepth: 0,
    depth: 0,
    suspect: false,
    unstable: false,
    failure: undefined,
  };
  const value: Value | undefined = node === undefined ? { kind: 'null', start: 0, end: 0 } : decodeNode(d, node);
  if (value === undefined) {
    const { message = '', at = 0, beyond = false } = d.failure ?? {};
    return beyond ? { kind: 'beyond', at } : { kind: 'error', error: `yaml: ${message}`, at };
  }
  const unfit = d.suspect ? findUnfit(value) : undefined;
  if (unfit !== undefined) return { kind: 'error', ...unfit };
  return { kind: 'value', value, duplicates: d.duplicates, unstable: d.unstable };
}

function fail(d: Decoder, message: string, node: YamlNode, beyond = false): undefined {
  d.failure ??= { message, at: offsetOf(d.source, node.start), beyond };
  return undefined;
}

/** go-yaml's guard against alias bombs: how much of all decoding may come from aliases. */
function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99;
  if (count >= 4_000_000) return 0.1;
  return 0.99 - 0.89 * ((count - 400_000) / 3_600_000);
}

function countNode(d: Decoder, node: YamlNode): boolean {
  d.count++;
  if (d.aliasDepth > 0) d.aliasCount++;
  if (d.aliasCount > 100 && d.count > 1000 && d.aliasCount / d.count > allowedAliasRatio(d.count)) {
    fail(d, 'document contains excessive aliasing', node);
    return false;
  }
  return true;
}

function decodeNode(d: Decoder, node: YamlNode): Value | undefined {
  if (!countNode(d, node)) return undefined;
  switch (node.kind) {
    case 'scalar':
      return decodeScalar(d, node);
    case 'alias':
      return throughAlias(d, node, (target) => decodeNode(d, target));
    default:
      break;
  }
  if (d.depth >= DEEPEST) return fail(d, '', node, true);
  d.depth++;
  const value = node.kind === 'sequence' ? decodeSequence(d, node) : decodeMapping(d, node);
  d.depth--;
  return value;
}

function throughAlias<T>(d: Decoder, node: YamlNode, decode: (target: YamlNode) => T | undefined): T | undefined {
  const { target } = node;
  if (target === undefined || d.open.has(node)) return fail(d, `anchor '${node.value}' value contains itself`, node);
  d.open.add(node);
  d.aliasDepth++;
  const result = decode(target);
  d.aliasDepth--;
  d.open.delete(node);
  return result;
}

function decodeScalar(d: Decoder, node: YamlNode): Value | undefined {
  const start = offsetOf(d.source, node.start);
  const end = offsetOf(d.source, node.end);
  const scalar = resolveScalar(node.tag, node.implicit, node.value);
  switch (scalar.kind) {
    case 'string':
      return { kind: 'string', value: scalar.value, start, end };
    case 'boolean':
      return { kind: 'boolean', value: scalar.value, start, end };
    case 'null':
      return { kind: 'null', start, end };
    case 'integer':
      return { kind: 'number', text: scalar.text, start, end };
    case 'float':
      if (!Number.isFinite(scalar.value)) d.suspect = true;
      return { kind: 'number', text: formatFloat(scalar.value), start, end };
    case 'error':
      return fail(d, scalar.message, node);
  }
}

/** encoding/json prints floats as ECMAScript does, but keeps the sign of zero. */
function formatFloat(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function decodeSequence(d: Decoder, node: YamlNode): Value | undefined {
  const items: Value[] = [];
  for (const child of node.children) {
    const value = decodeNode(d, child);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return { kind: 'list', items, start: offsetOf(d.source, node.start), end: offsetOf(d.source, node.end) };
}

function decodeMapping(d: Decoder, node: YamlNode): Value | undefined {
  const filling: Filling = { root: d.depth === 1, strings: new Map(), others: undefined };
  if (!fillMapping(d, node, filling)) return undefined;
  const members = filling.others === undefined ? [...filling.strings.values()] : joinKeys(d, filling, filling.others);
  return { kind: 'object', members, start: offsetOf(d.source, node.start), end: offsetOf(d.source, node.end) };
}

/** Two keys of different types with one text: Go walks its map in random order, so either may win. */
function joinKeys(d: Decoder, filling: Filling, others: ReadonlyMap<string, Member>): readonly Member[] {
  const joined = new Map(filling.strings);
  for (const member of others.values()) {
    if (joined.has(member.key) && !member.key.startsWith(UNSUPPORTED)) d.unstable = true;
    joined.set(member.key, member);
  }
  return [...joined.values()];
}

/** Key by key in the order of the text: a merge overwrites what stands before it, whatever the YAML merge specification says. */
function fillMapping(d: Decoder, node: YamlNode, filling: Filling): boolean {
  const { children } = node;
  for (let i = 0; i + 1 < children.length; i += 2) {
    const keyNode = children[i];
    const valueNode = children[i + 1];
    if (keyNode === undefined || valueNode === undefined) break;
    const done = isMerge(keyNode) ? merge(d, valueNode, filling) : setKey(d, keyNode, valueNode, filling);
    if (!done) return false;
  }
  return true;
}

function isMerge(node: YamlNode): boolean {
  return node.value === '<<' && node.kind === 'scalar' && (node.implicit || node.tag === 'tag:yaml.org,2002:merge');
}

function setKey(d: Decoder, keyNode: YamlNode, valueNode: YamlNode, filling: Filling): boolean {
  const key = decodeKey(d, keyNode);
  if (key === undefined) return false;
  const value = decodeNode(d, valueNode);
  if (value === undefined) return false;
  const text = keyText(key);
  const member: Member = {
    key: text,
    keyStart: offsetOf(d.source, keyNode.start),
    keyEnd: offsetOf(d.source, keyNode.end),
    valueStart: offsetOf(d.source, valueNode.start),
    valueEnd: offsetOf(d.source, valueNode.end),
    value,
  };
  if (text.startsWith(UNSUPPORTED)) d.suspect = true;
  const isString = key.kind === 'string';
  if (!isString) filling.others ??= new Map();
  const members = isString || filling.others === undefined ? filling.strings : filling.others;
  const identity = isString ? text : `${key.kind} ${text} ${key.kind === 'float' ? key.value : ''}`;
  const replaced = members.get(identity);
  if (replaced !== undefined && key.kind === 'float' && Number.isNaN(key.value)) {
    // To a Go map no two NaNs are the same key, and both become `.nan`.
    d.unstable = true;
  } else if (replaced !== undefined) {
    d.duplicates.push({
      key: text,
      at: member.keyStart,
      replaces: replaced.keyStart,
      inRoot: filling.root,
      line: valueNode.line + 1,
    });
  }
  members.set(identity, member);
  return true;
}

/** A key must be a scalar, or an alias to one. */
function decodeKey(d: Decoder, node: YamlNode): Scalar | undefined {
  if (node.kind === 'alias') {
    if (!countNode(d, node)) return undefined;
    return throughAlias(d, node, (target) => decodeKey(d, target));
  }
  if (node.kind !== 'scalar') {
    // go-yaml decodes the collection first, and what is wrong inside it is reported instead.
    if (decodeNode(d, node) === undefined) return undefined;
    return fail(
      d,
      `invalid map key: ${node.kind === 'mapping' ? 'map[interface {}]interface {}' : '[]interface {}'}`,
      node,
    );
  }
  if (!countNode(d, node)) return undefined;
  const scalar = resolveScalar(node.tag, node.implicit, node.value);
  return scalar.kind === 'error' ? fail(d, scalar.message, node) : scalar;
}

const WANT_MAP = 'map merge requires map or sequence of maps as the value';

function merge(d: Decoder, node: YamlNode, filling: Filling): boolean {
  if (node.kind === 'scalar') {
    fail(d, WANT_MAP, node);
    return false;
  }
  if (node.kind !== 'sequence') return mergeOne(d, node, filling);
  // Backwards, so that of a list the first wins.
  for (let i = node.children.length - 1; i >= 0; i--) {
    const child = node.children[i];
    if (child !== undefined && !mergeOne(d, child, filling)) return false;
  }
  return true;
}

function mergeOne(d: Decoder, node: YamlNode, filling: Filling): boolean {
  const mapping = node.kind === 'alias' ? node.target : node;
  if (mapping === undefined || mapping.kind !== 'mapping') {
    fail(d, WANT_MAP, node);
    return false;
  }
  if (!countNode(d, node)) return false;
  if (node.kind === 'mapping') return mergeMapping(d, node, filling);
  const filled = throughAlias(d, node, (target) =>
    countNode(d, target) && mergeMapping(d, target, filling) ? true : undefined,
  );
  return filled === true;
}

function mergeMapping(d: Decoder, node: YamlNode, filling: Filling): boolean {
  if (d.depth >= DEEPEST) {
    fail(d, '', node, true);
    return false;
  }
  d.depth++;
  const done = fillMapping(d, node, filling);
  d.depth--;
  return done;
}
