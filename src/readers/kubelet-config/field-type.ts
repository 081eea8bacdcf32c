/** The shape of the generated table: what Go's reflection says about the fields of KubeletConfiguration. */

/** `go` is the type's name as Go's errors print it. */
export type FieldType =
  | { readonly kind: 'boolean' | 'string' | 'bytes'; readonly go: string }
  | { readonly kind: 'integer' | 'unsigned' | 'float'; readonly bits: number; readonly go: string }
  | { readonly kind: 'pointer'; readonly to: FieldType }
  | { readonly kind: 'list' | 'map'; readonly of: FieldType; readonly go: string }
  | { readonly kind: 'struct'; readonly go: string }
  | { readonly kind: 'custom'; readonly rule: 'Duration' | 'Time' | 'Quantity' | 'TimeOrMetaDuration' };

/** A field by its JSON name; `path` is the name with the embedded structs it comes through in front. */
export interface Field {
  readonly path: string;
  readonly type: FieldType;
}

export interface StructType {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
}
