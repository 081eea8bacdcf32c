/** How the problems of a configuration are put: what was expected, what is there instead, and what was probably meant. */

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { closest } from '../kube/index.ts';
import type { ChoiceType, Field, FieldType, ObjectType } from './configuration-field.ts';
import type { Problem } from './configuration-text.ts';

/** One line for a terminal or a log, in the form that editors and CI systems turn into a link. */
export function describeProblem(file: string, { line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** What a field takes, as it follows `expected `. */
export function expectationOf(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true or false';
    case 'text':
      return type.expected;
    case 'expiry':
      return 'a date such as 2027-03-31 or a timestamp such as 2027-03-31T18:00:00+01:00';
    case 'choice':
      return type.choices.length > 4 ? type.noun : listed(valuesOf(type), 'or');
    case 'list':
      return `a list, each element ${type.of.expected}`;
    case 'object':
      return `fields such as "${type.fields[0]?.name}: …"`;
    case 'records':
      return `a list, each element with ${expectationOf(type.of)}`;
  }
}

function valuesOf({ choices }: ChoiceType): readonly string[] {
  return choices.map(({ value }) => value);
}

/** Joins words as a sentence does: `a, b or c`. */
export function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** What stands there, in words, cut where it is long. */
export function describeNode(node: Node): string {
  if (isMap(node)) return node.items.length === 0 ? 'an empty mapping' : 'a mapping';
  if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list';
  if (!isScalar(node)) return 'an alias';
  const { value } = node;
  if (value === null) return 'no value';
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'string') return quote(value);
  return `the number ${clip(node.source ?? String(value))}`;
}

/** A text in quotes, escaped as JSON does, so that nothing in it reaches a terminal. */
export function quote(text: string): string {
  return JSON.stringify(clip(text)).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** The whole sentence for a value that is not what its field takes. */
export function describeMismatch(type: FieldType, node: Node): string {
  const hint = hintFor(type, node);
  return `expected ${expectationOf(type)}, but got ${describeNode(node)}${hint === undefined ? '' : `: ${hint}`}`;
}

function hintFor(type: FieldType, node: Node): string | undefined {
  if (isScalar(node) && node.value === null) {
    return node.comment ? 'a value that starts with # needs quotes' : 'give one, or remove the field';
  }
  switch (type.kind) {
    case 'text':
      return hintForText(node);
    case 'expiry':
      return undefined;
    case 'choice':
      return hintForChoice(type, node);
    case 'boolean':
      return hintForBoolean(node);
    case 'list':
      return isScalar(node) ? `for a single element write [${clip(node.source ?? String(node.value))}]` : undefined;
    case 'records':
      return isMap(node) ? 'put "- " before its first line' : undefined;
    case 'object':
      return isSeq(node) ? 'remove the "-" before them' : hintForObject(type, node);
  }
}

function hintForText(node: Node): string | undefined {
  if (isSeq(node)) return 'it takes a single value';
  if (!isScalar(node)) return undefined;
  if (typeof node.value !== 'string') return 'put it in quotes';
  if (/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u.test(node.value)) return 'remove what cannot be printed';
  return node.value.includes('*') ? 'patterns are not known, values are compared as they are' : undefined;
}

function hintForChoice(type: ChoiceType, node: Node): string | undefined {
  if (!isScalar(node)) return undefined;
  const values = valuesOf(type);
  // YAML 1.1, which Helm and kubectl read, takes a bare `off` for false and writes that.
  if (node.value === false && values.includes('off')) return 'if off is meant, write "off" in quotes';
  const near = typeof node.value === 'string' && values.length > 1 ? closest(node.value, values) : undefined;
  if (near !== undefined) return `did you mean ${near}?`;
  return values.length > 4 ? `there are ${listed(values, 'and')}` : undefined;
}

/** `metrics-server-kubelet-tls: warn` is easily written for `metrics-server-kubelet-tls: {mode: warn}`. */
function hintForObject({ fields: [first] }: ObjectType, node: Node): string | undefined {
  if (!isScalar(node) || first?.type.kind !== 'choice') return undefined;
  const value = valuesOf(first.type).find((candidate) => candidate === node.value);
  return value === undefined ? undefined : `write {${first.name}: ${value}}`;
}

function hintForBoolean(node: Node): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') return undefined;
  if (/^(true|yes|on|y)$/i.test(node.value)) return 'write true, without quotes';
  return /^(false|no|off|n)$/i.test(node.value) ? 'write false, without quotes' : undefined;
}

/** The sentence for a field that does not exist here, and the known field that was probably meant. */
export function describeUnknown(
  { noun, member, misplaced, fields }: ObjectType,
  name: string,
): { readonly message: string; readonly meant: string | undefined } {
  const known = fields.map((field) => field.name);
  const elsewhere = misplaced.get(name);
  if (elsewhere !== undefined) return { message: elsewhere, meant: undefined };
  if (name === '<<') return { message: 'merge keys are not read: write out what is meant', meant: undefined };
  const meant = closest(name, known);
  const suggestion = meant === undefined ? `${noun} has ${listed(known, 'and')}` : `did you mean ${meant}?`;
  return { message: `unknown ${member}: ${suggestion}`, meant };
}

/** The sentence for a field that has to be there: `missing, an exemption needs it: who answers for the deviation`. */
export function describeMissing({ noun }: ObjectType, { type, means }: Field): string {
  const [first = ''] = means.split('. ');
  const meaning = `${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, '')}`;
  const what = type.kind === 'choice' && type.choices.length === 1 ? `write ${expectationOf(type)}` : meaning;
  return `missing, ${noun} needs it: ${what}`;
}
