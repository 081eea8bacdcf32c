/** What a field of a configuration can be: the vocabulary of its definition. */

export interface BooleanType {
  readonly kind: 'boolean';
}

export interface TextType {
  readonly kind: 'text';
  /** What is expected, as it follows `expected `. */
  readonly expected: string;
  /** An ECMA-262 pattern that Python and Go read alike; tested only on texts within `maxLength`, so that it need not be linear. */
  readonly pattern: string;
  readonly maxLength: number;
  /** True for sentences, whose line breaks (YAML's folding leaves some) are read as spaces. */
  readonly prose: boolean;
}

/** A point in time, see `parseExpiry`. */
export interface ExpiryType {
  readonly kind: 'expiry';
}

export interface ChoiceType {
  readonly kind: 'choice';
  /** What is chosen, as it follows `expected ` where the choices are too many to be listed. */
  readonly noun: string;
  readonly choices: readonly { readonly value: string; readonly means: string }[];
}

/** Exact texts, at least one; `wildcard` allows `"*"` as the only element. */
export interface ListType {
  readonly kind: 'list';
  readonly of: TextType;
  readonly wildcard: boolean;
}

export interface ObjectType {
  readonly kind: 'object';
  /** What it is, with its article: `an exemption`. */
  readonly noun: string;
  /** What its fields are called: `field`, or `rule` where they are the rules. */
  readonly member: 'field' | 'rule';
  readonly fields: readonly Field[];
  /** Fields that exist elsewhere, or for others, and what to do about them here. */
  readonly misplaced: ReadonlyMap<string, string>;
  /** Of these at least one has to be given. */
  readonly needsOneOf: readonly string[];
}

export interface RecordsType {
  readonly kind: 'records';
  readonly of: ObjectType;
}

export type FieldType = BooleanType | TextType | ExpiryType | ChoiceType | ListType | ObjectType | RecordsType;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  /** The value where the field is not given; absent where there is none. */
  readonly default?: string | boolean;
  readonly means: string;
}
