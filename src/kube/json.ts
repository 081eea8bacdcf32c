/** The shapes of plain JSON as the API server sends it, and the only ways the guard narrows `unknown`. */

export type Json = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
export type JsonObject = { readonly [key: string]: Json | undefined };

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads an own property. Keys such as `__proto__` and `constructor` are legal in Kubernetes objects (a ConfigMap may hold them),
 * so nothing inherited may ever answer.
 */
export function get(value: unknown, key: string): Json | undefined {
  if (!isObject(value)) return undefined;
  const found = value[key];
  // Most keys that are asked for are absent; only what was found needs to be proved the object's own.
  return found !== undefined && Object.hasOwn(value, key) ? found : undefined;
}

/** Reads a nested own property; `undefined` as soon as a step is missing or not an object. */
export function getIn(value: unknown, ...keys: readonly string[]): Json | undefined {
  let current: unknown = value;
  for (const key of keys) current = get(current, key);
  return current as Json | undefined;
}

/** The value if it is a string, else `undefined`. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value if it is an array, else an empty one. */
export function asArray(value: unknown): JsonArray {
  return Array.isArray(value) ? value : [];
}
