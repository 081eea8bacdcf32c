/** Decides what the kubelet makes of `$(VAR)` in a container's command and args. */

import { asArray, asString, get, isObject, type Json, type JsonObject } from '../../kube/json.ts';
import { type Element, joinPieces, makeElement, type Origin, type Piece } from './element.ts';

/** Looks a variable up: its text, or a hole where only the cluster knows; undefined where it certainly is not defined. */
export type Lookup = (name: string) => readonly Piece[] | undefined;

/** A container's variables and its two lists as the runtime receives them. */
export type ExpandedContainer = {
  readonly command: readonly Element[];
  readonly args: readonly Element[];
  readonly lookup: Lookup;
};

/**
 * Values may double at each step. One text that expands to more characters or holes than this, and whatever comes after an
 * environment of more characters than that in all, is not followed but counts as a hole.
 */
const expansionLimit = 1 << 20;
const pieceLimit = 256;
const environmentLimit = 1 << 22;

/**
 * Expands `container.command` and `container.args` (k8s.io/kubernetes v1.36.3 pkg/kubelet/container/helpers.go
 * ExpandContainerCommandAndArgs, third_party/forked/golang/expansion/expand.go). Entries that are no strings become holes.
 * `enableServiceLinks` is the pod's; the kubelet adds the variables of Services of the namespace unless it is false, and those
 * of the Service `kubernetes` always (pkg/kubelet/kubelet_pods.go getServiceEnvVarMap).
 */
export function expand(container: JsonObject, enableServiceLinks: boolean): ExpandedContainer {
  let lookup: Lookup | undefined;
  const lazy: Lookup = (name) => {
    lookup ??= readEnvironment(container, enableServiceLinks);
    return lookup(name);
  };
  const command = asArray(get(container, 'command')).map((entry, index) =>
    expandEntry(entry, { list: 'command', index }, lazy),
  );
  const args = asArray(get(container, 'args')).map((entry, index) => expandEntry(entry, { list: 'args', index }, lazy));
  return { command, args, lookup: lazy };
}

function expandEntry(entry: Json, origin: Origin, lookup: Lookup): Element {
  // The API server turns a null entry into an empty string.
  const text = entry === null ? '' : asString(entry);
  if (text === undefined) return makeElement([{ hole: 'it is not a string' }], origin);
  if (!text.includes('$')) return { text, pieces: text === '' ? [] : [text], origin, partial: false };
  return makeElement(expandText(text, lookup), origin);
}

/**
 * The container's environment as `makeEnvironmentVariables` builds it: `envFrom` first, then `env` in order, a later name
 * replacing an earlier one, each `value` expanded by what stands before it and by the Services' variables; `value` goes before
 * `valueFrom` unless it is empty; Services' variables last, where nothing else defines them.
 */
function readEnvironment(container: JsonObject, enableServiceLinks: boolean): Lookup {
  const envFrom = get(container, 'envFrom');
  const unknownSource = Array.isArray(envFrom) ? envFrom.length > 0 : envFrom !== undefined && envFrom !== null;
  const variables = new Map<string, readonly Piece[]>();
  let total = 0;
  const lookup: Lookup = (name) => {
    const known = variables.get(name);
    if (known !== undefined) return known;
    if (unknownSource) return [{ hole: `envFrom may define ${name}` }];
    if (isServiceVariable(name, enableServiceLinks)) return [{ hole: `the kubelet may define ${name} for a Service` }];
    return undefined;
  };
  for (const entry of asArray(get(container, 'env'))) {
    const name = asString(get(entry, 'name'));
    if (name === undefined) continue;
    const value =
      total > environmentLimit ? [{ hole: `env before ${name} is too long` }] : readVariable(entry, name, lookup);
    total += sizeOf(value);
    variables.set(name, value);
  }
  return lookup;
}

function readVariable(entry: Json, name: string, lookup: Lookup): readonly Piece[] {
  const value = get(entry, 'value');
  const valueFrom = get(entry, 'valueFrom');
  if (typeof value === 'string' && value !== '') return expandText(value, lookup);
  if (isObject(valueFrom)) return [{ hole: `env ${name} takes its value from elsewhere (valueFrom)` }];
  if (value === undefined || value === null || value === '') {
    return valueFrom === undefined || valueFrom === null
      ? []
      : [{ hole: `env ${name} has a valueFrom of the wrong type` }];
  }
  return [{ hole: `env ${name} has a value that is not a string` }];
}

/** Names that pkg/kubelet/envvars/envvars.go makes of a Service: upper case, `-` turned into `_`. */
const serviceVariable =
  /^[A-Z0-9][A-Z0-9_]*_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_[A-Z]+(?:_(?:PROTO|PORT|ADDR))?)?)$/;

function isServiceVariable(name: string, enableServiceLinks: boolean): boolean {
  if (name.length > 512 || !serviceVariable.test(name)) return false;
  return enableServiceLinks || name.startsWith('KUBERNETES_SERVICE_') || name.startsWith('KUBERNETES_PORT');
}

function sizeOf(pieces: readonly Piece[]): number {
  let size = 0;
  for (const piece of pieces) size += typeof piece === 'string' ? piece.length : 1;
  return size;
}

/**
 * Expands one text: `$(NAME)` by the lookup, left as it is when undefined; `$$` is `$`; any other `$` stands for itself, and
 * so does `$(` that is never closed.
 */
export function expandText(text: string, lookup: Lookup): readonly Piece[] {
  const pieces: Piece[] = [];
  let size = text.length;
  let start = 0;
  let closer = 0;
  for (let at = text.indexOf('$'); at >= 0 && at + 1 < text.length; at = text.indexOf('$', start)) {
    pieces.push(text.slice(start, at));
    const next = text[at + 1];
    if (next === '$') {
      pieces.push('$');
      start = at + 2;
    } else if (next === '(') {
      if (closer >= 0 && closer < at + 2) closer = text.indexOf(')', at + 2);
      if (closer < 0) {
        pieces.push('$(');
        start = at + 2;
        continue;
      }
      const name = text.slice(at + 2, closer);
      const value = lookup(name) ?? [`$(${name})`];
      size += sizeOf(value);
      if (size > expansionLimit || pieces.length > pieceLimit) return [{ hole: 'its variables expand to too much' }];
      for (const piece of value) pieces.push(piece);
      start = closer + 1;
    } else {
      const rune = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
      pieces.push('$', rune);
      start = at + 1 + rune.length;
    }
  }
  pieces.push(text.slice(start));
  return joinPieces(pieces);
}
