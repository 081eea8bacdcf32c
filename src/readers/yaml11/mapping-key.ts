/** Decides the text of a mapping key, and what in a value JSON cannot hold, as sigs.k8s.io/yaml v1.6.0 does. */

import { formatKeyFloat } from './format-float.ts';
import type { Scalar } from './resolve-scalar.ts';
import type { Value } from './tree.ts';

/** A key that JSON has no text for; what follows is the Go type that sigs.k8s.io/yaml names. */
export const UNSUPPORTED = '\0unsupported ';

/** How sigs.k8s.io/yaml turns a key into a string. */
export function keyText(key: Scalar): string {
  switch (key.kind) {
    case 'string':
      return key.value;
    case 'boolean':
      return key.value ? 'true' : 'false';
    case 'integer':
      return key.unsigned ? `${UNSUPPORTED}uint64, key: 0x${BigInt(key.text).toString(16)}` : key.text;
    case 'float':
      return formatKeyFloat(key.value);
    default:
      return `${UNSUPPORTED}%!s(<nil>), key: <nil>`;
  }
}

/** What is left in the final value that JSON cannot hold: unsupported keys first, as that step comes first. */
export function findUnfit(value: Value): { readonly error: string; readonly at: number } | undefined {
  let unfit: { readonly error: string; readonly at: number } | undefined;
  const pending: Value[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'list') for (const item of next.items) pending.push(item);
    else if (next.kind === 'object') {
      for (const member of next.members) {
        if (member.key.startsWith(UNSUPPORTED)) {
          return { error: `unsupported map key of type: ${member.key.slice(UNSUPPORTED.length)}`, at: member.keyStart };
        }
        pending.push(member.value);
      }
    } else if (next.kind === 'number' && /[If]|NaN/.test(next.text)) {
      unfit = { error: `json: unsupported value: ${next.text}`, at: next.start };
    }
  }
  return unfit;
}
