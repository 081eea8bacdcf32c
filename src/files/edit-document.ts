/** Translates a JSON Patch into edits of the text that the object was read from. */

import { type PatchOperation, segmentsOf } from '../kube/index.ts';
import type { Span, Value } from '../readers/yaml11/index.ts';
import { removeItems, rewriteList } from './edit-list.ts';
import { addMember, removeMember } from './edit-object.ts';
import { editScalar, type Strategy } from './edit-scalar.ts';
import { type Found, follow } from './locate.ts';
import { inlineJson, type TextEdit, trimmedEnd } from './text-edit.ts';

/**
 * The edits of a source that carry out a patch, made by `diff` against the very object that `root` holds.
 * `undefined` where a place is written in a way that cannot be edited, such as through an alias.
 */
export function editDocument(
  source: string,
  root: Value,
  operations: readonly PatchOperation[],
  strategy: Strategy,
): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  const removals = new Map<string, number[]>();
  for (const operation of operations) {
    const { parent, key } = splitPath(operation.path);
    const holder = follow(root, parent);
    if (!holder.complete) return undefined;
    if (operation.op === 'remove' && holder.found.value.kind === 'list') {
      removals.set(parent, [...(removals.get(parent) ?? []), Number(key)]);
      continue;
    }
    const made = editOne(source, root, operation, holder.found, key, strategy);
    if (made === undefined) return undefined;
    edits.push(...made);
  }
  for (const [parent, indexes] of removals) {
    const { value } = follow(root, parent).found;
    const made =
      value.kind === 'list' && !isAlias(source, follow(root, parent).found)
        ? removeItems(source, value, indexes)
        : undefined;
    if (made === undefined) return undefined;
    edits.push(...made);
  }
  return edits;
}

function splitPath(path: string): { readonly parent: string; readonly key: string } {
  return { parent: path.slice(0, path.lastIndexOf('/')), key: segmentsOf(path).at(-1) ?? '' };
}

function editOne(
  source: string,
  root: Value,
  operation: PatchOperation,
  holder: Found,
  key: string,
  strategy: Strategy,
): readonly TextEdit[] | undefined {
  const { found, complete } = follow(root, operation.path);
  if (operation.op === 'add') {
    if (holder.value.kind !== 'object' || isAlias(source, holder)) return undefined;
    return asList(addMember(source, holder.value, key, operation.value));
  }
  if (!complete || isAlias(source, found)) return undefined;
  if (operation.op === 'remove') {
    if (holder.value.kind !== 'object' || found.member === undefined) return undefined;
    return asList(removeMember(source, holder.value, found.member));
  }
  const { value } = found;
  if (value.kind === 'list' && Array.isArray(operation.value)) return rewriteList(source, value, operation.value);
  if (value.kind === 'list' || value.kind === 'object') {
    return [{ start: value.start, end: trimmedEnd(source, value.start, value.end), text: inlineJson(operation.value) }];
  }
  return asList(editScalar(source, value, ownSpan(found), operation.value, strategy));
}

function asList(edit: TextEdit | undefined): readonly TextEdit[] | undefined {
  return edit === undefined ? undefined : [edit];
}

function ownSpan({ value, member }: Found): Span {
  return member === undefined ? value : { start: member.valueStart, end: member.valueEnd };
}

/** What comes through an alias is written at its anchor, for others too. */
function isAlias(source: string, found: Found): boolean {
  const own = ownSpan(found);
  return source[own.start] === '*' && (found.value.start !== own.start || found.value.end !== own.end);
}
