/** Decides whether a JSON number fits a Go type. */

import type { FieldType } from './field-type.ts';

export type NumberType = FieldType & { kind: 'integer' | 'unsigned' | 'float' };

/** strconv.ParseInt, ParseUint and ParseFloat with the field's size. */
export function fitsNumber(text: string, type: NumberType): boolean {
  if (type.kind === 'float') return Number.isFinite(type.bits === 32 ? Math.fround(Number(text)) : Number(text));
  if (!(type.kind === 'unsigned' ? /^[0-9]+$/ : /^-?[0-9]+$/).test(text)) return false;
  // JSON numbers have no leading zeros, so what is longer than this fits no type.
  if (text.length > 20) return false;
  const value = BigInt(text);
  const bits = BigInt(type.bits);
  if (type.kind === 'unsigned') return value < 1n << bits;
  return value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
}
