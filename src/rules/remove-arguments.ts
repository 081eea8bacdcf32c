/** Takes arguments out of containers, as a changed copy that shares everything else with the object. */

import { get, isObject, type Json, type JsonObject, segmentsOf } from '../kube/index.ts';
import type { Element } from '../readers/argv/index.ts';
import { describeContainer, type ReadContainer } from './read-pod.ts';
import type { Fix } from './rule.ts';

interface Removal {
  readonly read: ReadContainer;
  readonly elements: readonly Element[];
}

/** Removes list entries; `undefined` if there is nothing to remove. */
export function removeArguments(object: JsonObject, removals: readonly Removal[]): Fix | undefined {
  let changed = object;
  const changes: string[] = [];
  for (const { read, elements } of removals) {
    if (elements.length === 0) continue;
    for (const list of ['command', 'args'] as const) {
      const gone = new Set(elements.filter(({ origin }) => origin.list === list).map(({ origin }) => origin.index));
      const entries = get(read.visited.container, list);
      if (gone.size === 0 || !Array.isArray(entries)) continue;
      const kept = entries.filter((_, index) => !gone.has(index));
      changed = replaceAt(changed, [...segmentsOf(read.visited.path), list], kept);
      const removed = entries.filter((_, index) => gone.has(index)).map((entry) => JSON.stringify(entry));
      changes.push(`removed ${removed.join(' ')} from ${list} of ${describeContainer(read.visited)}`);
    }
  }
  return changes.length === 0 ? undefined : { object: changed, changes };
}

/** Copies only what lies on the way to the place. */
function replaceAt(holder: JsonObject, segments: readonly string[], value: Json): JsonObject {
  const replaced = replaceIn(holder, segments, value);
  return isObject(replaced) ? replaced : holder;
}

function replaceIn(holder: Json | undefined, [head, ...rest]: readonly string[], value: Json): Json {
  if (head === undefined) return value;
  if (Array.isArray(holder)) return holder.with(Number(head), replaceIn(holder[Number(head)], rest, value));
  return { ...(isObject(holder) ? holder : {}), [head]: replaceIn(get(holder, head), rest, value) };
}
