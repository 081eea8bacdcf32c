/** The shape of a text once read: JSON values that still know where they stand. */

/** Offsets are UTF-16 offsets in the text that was read, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface NullValue extends Span {
  readonly kind: 'null';
}
export interface BooleanValue extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}
/** A number as the JSON text it becomes: Go's typed decoding judges the text, not the number. */
export interface NumberValue extends Span {
  readonly kind: 'number';
  readonly text: string;
}
export interface StringValue extends Span {
  readonly kind: 'string';
  readonly value: string;
}
export interface ListValue extends Span {
  readonly kind: 'list';
  readonly items: readonly Value[];
}
export interface ObjectValue extends Span {
  readonly kind: 'object';
  readonly members: readonly Member[];
}
export type Value = NullValue | BooleanValue | NumberValue | StringValue | ListValue | ObjectValue;

/** A key with its value, each with the place where it is written: an alias's own place, where the value comes through one. */
export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly value: Value;
}

/** A key that is set again in the same mapping: lenient decoding takes the last, strict decoding complains. */
export interface DuplicateKey {
  readonly key: string;
  readonly at: number;
  /** Where the one stands that it replaces. */
  readonly replaces: number;
  /** Set in the root mapping itself, also by a merge into it. */
  readonly inRoot: boolean;
  /** Line of the value that is set again, from 1, as go-yaml names it. */
  readonly line: number;
}

/** The member that counts: the last one of that name. */
export function lastMember(value: Value, key: string): Member | undefined {
  if (value.kind !== 'object') return undefined;
  for (let i = value.members.length - 1; i >= 0; i--) {
    const member = value.members[i];
    if (member !== undefined && member.key === key) return member;
  }
  return undefined;
}
