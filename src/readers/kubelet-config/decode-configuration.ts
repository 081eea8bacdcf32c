/** Decides whether a JSON value decodes into KubeletConfiguration, as sigs.k8s.io/json does with the types of k8s.io/kubelet v0.36.3. */

import type { Member, ObjectValue, Value } from '../yaml11/index.ts';
import type { FieldType } from './field-type.ts';
import { fitsNumber, type NumberType } from './fits-number.ts';
import { jsonNameOf } from './interpret-type.ts';
import { structTypes } from './kubelet-configuration-types.generated.ts';
import { type CustomRule, refuseCustom } from './refuse-custom.ts';

/** A field that no type has, or that is set twice: lenient decoding passes over it, strict decoding complains. */
export interface Complaint {
  readonly kind: 'unknown' | 'duplicate';
  /** As Go names it: `authentication.webhook.foo`, `registerWithTaints[0].foo`. */
  readonly path: string;
  readonly at: number;
}

export interface DecodeError {
  readonly error: string;
  readonly at: number;
  readonly unclear: boolean;
}

export interface DecodedConfiguration {
  readonly error: DecodeError | undefined;
  readonly complaints: readonly Complaint[];
}

/** Where the value comes from: JSON keeps its text and order, YAML reaches the decoder as JSON with sorted keys. */
export interface Origin {
  readonly json: string | undefined;
}

const ROOT = 'v1beta1.KubeletConfiguration';

interface Decoder {
  readonly origin: Origin;
  readonly sorted: boolean;
  readonly complaints: Complaint[];
  /** Name of the innermost struct, and the fields on the way to the value, as Go's errors print them. */
  struct: string;
  readonly fields: string[];
  readonly path: string[];
  /** The first wrong type: decoding goes on behind it. */
  saved: DecodeError | undefined;
  /** An error of a type's own UnmarshalJSON: decoding ends there, and it is the one reported. */
  final: DecodeError | undefined;
}

/** Decodes leniently; what strict decoding would complain about is listed. */
export function decodeConfiguration(root: Value, origin: Origin): DecodedConfiguration {
  const decoder = decodeIn(root, origin, false);
  if (decoder.saved === undefined && decoder.final === undefined) {
    return { error: undefined, complaints: decoder.complaints };
  }
  // Which error comes first depends on the order in which Go meets the keys.
  const ordered = origin.json === undefined ? decodeIn(root, origin, true) : decoder;
  return { error: ordered.final ?? ordered.saved, complaints: decoder.complaints };
}

function decodeIn(root: Value, origin: Origin, sorted: boolean): Decoder {
  const d: Decoder = {
    origin,
    sorted,
    complaints: [],
    struct: '',
    fields: [],
    path: [],
    saved: undefined,
    final: undefined,
  };
  if (root.kind === 'object') decodeStruct(d, root, ROOT);
  return d;
}

function membersOf(d: Decoder, object: ObjectValue): readonly Member[] {
  if (!d.sorted) return object.members;
  return [...object.members].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function decodeStruct(d: Decoder, object: ObjectValue, go: string): void {
  const type = structTypes.get(go);
  if (type === undefined) return;
  const { struct } = d;
  const seen = d.origin.json === undefined ? undefined : new Set<string>();
  for (const member of membersOf(d, object)) {
    const field = type.fields.get(member.key);
    if (field === undefined) {
      complain(d, 'unknown', member);
      continue;
    }
    if (seen?.has(member.key)) complain(d, 'duplicate', member);
    seen?.add(member.key);
    d.struct = type.name;
    d.fields.push(field.path);
    d.path.push(d.path.length === 0 ? member.key : `.${member.key}`);
    decodeValue(d, member.value, field.type, member.valueStart);
    d.path.pop();
    d.fields.pop();
    d.struct = struct;
    if (d.final !== undefined) return;
  }
}

function complain(d: Decoder, kind: Complaint['kind'], member: Member): void {
  const path = d.path.length === 0 ? member.key : `${d.path.join('')}.${member.key}`;
  d.complaints.push({ kind, path, at: member.keyStart });
}

function decodeValue(d: Decoder, value: Value, type: FieldType, at: number): void {
  switch (type.kind) {
    case 'pointer':
      // null sets the pointer to nil before anything else looks at it.
      if (value.kind !== 'null') decodeValue(d, value, type.to, at);
      return;
    case 'custom':
      decodeCustom(d, value, type.rule, at);
      return;
    default:
      break;
  }
  if (value.kind === 'null') return;
  switch (type.kind) {
    case 'boolean':
    case 'string':
      if (value.kind !== type.kind) saveMismatch(d, jsonNameOf(value), type.go, at);
      return;
    case 'integer':
    case 'unsigned':
    case 'float':
      decodeNumber(d, value, type, at);
      return;
    case 'bytes':
      decodeBytes(d, value, type.go, at);
      return;
    case 'struct':
      if (value.kind === 'object') decodeStruct(d, value, type.go);
      else saveMismatch(d, jsonNameOf(value), type.go, at);
      return;
    case 'list':
      decodeList(d, value, type, at);
      return;
    case 'map':
      decodeMap(d, value, type, at);
      return;
  }
}

function save(d: Decoder, error: string, at: number): void {
  d.saved ??= { error, at, unclear: false };
}

function saveMismatch(d: Decoder, what: string, go: string, at: number): void {
  save(d, mismatch(d, what, go), at);
}

function mismatch(d: Decoder, what: string, go: string): string {
  return `json: cannot unmarshal ${what} into Go struct field ${d.struct}.${d.fields.join('.')} of type ${go}`;
}

function decodeList(d: Decoder, value: Value, type: FieldType & { kind: 'list' | 'map' }, at: number): void {
  if (value.kind !== 'list') {
    saveMismatch(d, jsonNameOf(value), type.go, at);
    return;
  }
  for (const [i, item] of value.items.entries()) {
    d.path.push(`[${i}]`);
    decodeValue(d, item, type.of, item.start);
    d.path.pop();
    if (d.final !== undefined) return;
  }
}

function decodeMap(d: Decoder, value: Value, type: FieldType & { kind: 'list' | 'map' }, at: number): void {
  if (value.kind !== 'object') {
    saveMismatch(d, jsonNameOf(value), type.go, at);
    return;
  }
  const seen = d.origin.json === undefined ? undefined : new Set<string>();
  for (const member of membersOf(d, value)) {
    if (seen?.has(member.key)) complain(d, 'duplicate', member);
    seen?.add(member.key);
    d.path.push(`.${member.key}`);
    decodeValue(d, member.value, type.of, member.valueStart);
    d.path.pop();
    if (d.final !== undefined) return;
  }
}

function decodeNumber(d: Decoder, value: Value, type: NumberType, at: number): void {
  if (value.kind !== 'number') saveMismatch(d, jsonNameOf(value), type.go, at);
  else if (!fitsNumber(value.text, type)) saveMismatch(d, `number ${value.text}`, type.go, at);
}

function decodeBytes(d: Decoder, value: Value, go: string, at: number): void {
  if (value.kind !== 'string') {
    saveMismatch(d, jsonNameOf(value), go, at);
    return;
  }
  const packed = value.value.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) save(d, 'illegal base64 data', at);
}

function decodeCustom(d: Decoder, value: Value, rule: CustomRule, at: number): void {
  const notAString = (): string => mismatch(d, jsonNameOf(value), 'string');
  const refusal = refuseCustom(value, rule, d.origin.json, notAString);
  if (refusal !== undefined) d.final = { error: refusal.error, at, unclear: refusal.unclear === true };
}
