/** Decides whether two decoded objects say the same. */

import type { ObjectValue, Value } from '../yaml11/index.ts';

type Pair = readonly [Value, Value];

/** Deep equality of values; members named `except` are left out at the root. Iterative, so depth is no concern. */
export function equalMembers(a: ObjectValue, b: ObjectValue, except: string): boolean {
  const pending: Pair[] = [];
  if (!pairMembers(a, b, except, pending)) return false;
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [x, y] = pair;
    if (x.kind === 'object' && y.kind === 'object') {
      if (!pairMembers(x, y, undefined, pending)) return false;
    } else if (x.kind === 'list' && y.kind === 'list') {
      if (x.items.length !== y.items.length) return false;
      x.items.forEach((item, i) => {
        const other = y.items[i];
        if (other !== undefined) pending.push([item, other]);
      });
    } else if (!equalScalars(x, y)) return false;
  }
  return true;
}

function pairMembers(a: ObjectValue, b: ObjectValue, except: string | undefined, pending: Pair[]): boolean {
  const left = a.members.filter(({ key }) => key !== except);
  const right = b.members.filter(({ key }) => key !== except);
  if (left.length !== right.length) return false;
  for (const [i, member] of left.entries()) {
    const other = right[i];
    if (other === undefined || other.key !== member.key) return false;
    pending.push([member.value, other.value]);
  }
  return true;
}

function equalScalars(x: Value, y: Value): boolean {
  switch (x.kind) {
    case 'null':
      return y.kind === 'null';
    case 'boolean':
    case 'string':
      return y.kind === x.kind && y.value === x.value;
    case 'number':
      return y.kind === 'number' && y.text === x.text;
    default:
      return false;
  }
}
