/** Turns values that know where they stand into plain JSON, as a rule sees it. */

import type { Json, JsonObject } from '../kube/index.ts';
import type { ObjectValue, Value } from '../readers/yaml11/index.ts';

/** Plain JSON of a value. Its depth is limited by the readers, so recursion is safe. */
export function toJson(value: Value): Json {
  switch (value.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(value.text);
    case 'list':
      return value.items.map(toJson);
    case 'object':
      return objectToJson(value);
    default:
      return value.value;
  }
}

/** Plain JSON of a mapping; `__proto__` is a key like any other. */
export function objectToJson(value: ObjectValue): JsonObject {
  const object: Record<string, Json> = {};
  for (const { key, value: inner } of value.members) {
    if (key === '__proto__') {
      Object.defineProperty(object, key, {
        value: toJson(inner),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else object[key] = toJson(inner);
  }
  return object;
}
