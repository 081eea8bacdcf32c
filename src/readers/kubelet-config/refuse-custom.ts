/** Decides what the types with an UnmarshalJSON of their own refuse: metav1.Duration and Time, resource.Quantity, TimeOrMetaDuration. */

import type { StringValue, Value } from '../yaml11/index.ts';
import type { FieldType } from './field-type.ts';
import { fitsNumber } from './fits-number.ts';
import { jsonNameOf } from './interpret-type.ts';
import { type Refusal, refuseDuration, refuseQuantity, refuseTime } from './parse-values.ts';

export type CustomRule = (FieldType & { kind: 'custom' })['rule'];

/** `json` is the text where the value comes from JSON; `notAString` words the error of a wrong type. */
export function refuseCustom(
  value: Value,
  rule: CustomRule,
  json: string | undefined,
  notAString: () => string,
): Refusal {
  const expectsString = (): Refusal => ({ error: notAString() });
  switch (rule) {
    case 'Duration':
      // encoding/json leaves the string empty for null, and an empty duration is refused.
      if (value.kind === 'null') return refuseDuration('');
      return value.kind === 'string' ? refuseDuration(value.value) : expectsString();
    case 'Time':
      if (value.kind === 'null') return undefined;
      return value.kind === 'string' ? refuseTime(value.value) : expectsString();
    case 'Quantity':
      if (value.kind === 'null') return undefined;
      if (value.kind === 'string') return refuseQuantity(rawString(value, json));
      return refuseQuantity(value.kind === 'number' ? value.text : '{');
    default:
      return refuseTimeOrDuration(value);
  }
}

/** A string is a duration; anything else must be a whole number of nanoseconds. */
function refuseTimeOrDuration(value: Value): Refusal {
  if (value.kind === 'null') return undefined;
  if (value.kind === 'string') return refuseDuration(value.value);
  const isNumber = value.kind === 'number';
  if (isNumber && fitsNumber(value.text, { kind: 'integer', bits: 64, go: 'int64' })) return undefined;
  const raw = isNumber ? value.text : value.kind === 'boolean' ? String(value.value) : jsonNameOf(value);
  const what = isNumber ? `number ${value.text}` : jsonNameOf(value);
  return { error: `invalid duration "${raw}": json: cannot unmarshal ${what} into Go value of type time.Duration` };
}

const ESCAPED = /["\\<>&\u2028\u2029\u0000-\u001f]/;

/** Quantity looks at the JSON text of its string, escapes and all; no escape is part of a quantity. */
function rawString(value: StringValue, json: string | undefined): string {
  if (json !== undefined) return json.slice(value.start + 1, value.end - 1);
  return ESCAPED.test(value.value) ? '\\' : value.value;
}
