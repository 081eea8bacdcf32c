/** Whether two JSON values are the same, whatever the order of their keys. */

import { isObject, type Json } from './json.ts';

/** Compares two JSON values without recursion, so that no nesting can overflow the stack; `undefined` equals only itself. */
export function deepEqual(left: Json | undefined, right: Json | undefined): boolean {
  const pending: [Json | undefined, Json | undefined][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (let i = 0; i < a.length; i++) pending.push([a[i], b[i]]);
    } else if (isObject(a) && isObject(b)) {
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(b, key)) return false;
        pending.push([a[key], b[key]]);
      }
    } else {
      return false;
    }
  }
  return true;
}
