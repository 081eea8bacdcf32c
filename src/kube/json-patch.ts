/** The JSON Patch (RFC 6902) that turns one object into another, as small as the guard's own fixes need. */

import { deepEqual } from './deep-equal.ts';
import { get, isObject, type Json, type JsonArray, type JsonObject } from './json.ts';
import { extend } from './json-pointer.ts';

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/**
 * Compares two objects and lists the operations that turn `before` into `after`, to be applied in order.
 * Elements taken out of a list become `remove` operations from the highest index down, so that every index still holds when it is used;
 * any other change to a list replaces that list.
 */
export function diff(before: JsonObject, after: JsonObject): readonly PatchOperation[] {
  const operations: PatchOperation[] = [];
  diffObject(before, after, '', operations);
  return operations;
}

function diffObject(before: JsonObject, after: JsonObject, path: string, operations: PatchOperation[]): void {
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) operations.push({ op: 'remove', path: extend(path, key) });
  }
  for (const key of Object.keys(after)) {
    const value = get(after, key);
    if (value === undefined) continue;
    const old = get(before, key);
    if (old === undefined) operations.push({ op: 'add', path: extend(path, key), value });
    else diffValue(old, value, extend(path, key), operations);
  }
}

function diffValue(before: Json, after: Json, path: string, operations: PatchOperation[]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) diffObject(before, after, path, operations);
  else if (Array.isArray(before) && Array.isArray(after)) diffArray(before, after, path, operations);
  else operations.push({ op: 'replace', path, value: after });
}

function diffArray(before: JsonArray, after: JsonArray, path: string, operations: PatchOperation[]): void {
  if (before.length === after.length) {
    before.forEach((value, index) => {
      diffValue(value, after[index] ?? null, extend(path, index), operations);
    });
    return;
  }
  const removed = removedIndexes(before, after);
  if (removed === undefined) operations.push({ op: 'replace', path, value: after });
  else for (const index of removed) operations.push({ op: 'remove', path: extend(path, index) });
}

/** The indexes to take out of `before`, highest first, if `after` is what then remains; else `undefined`. */
function removedIndexes(before: JsonArray, after: JsonArray): number[] | undefined {
  const removed: number[] = [];
  let kept = 0;
  before.forEach((value, index) => {
    if (kept < after.length && deepEqual(value, after[kept])) kept++;
    else removed.unshift(index);
  });
  return kept === after.length ? removed : undefined;
}
