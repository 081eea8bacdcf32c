/** Whether a document is what a definition asks for; reports everything that is not, each with what would be right. */

import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { extend, fieldPath } from '../kube/index.ts';
import { parseExpiry } from './configuration-expiry.ts';
import type {
  ChoiceType,
  ExpiryType,
  FieldType,
  ListType,
  ObjectType,
  RecordsType,
  TextType,
} from './configuration-field.ts';
import type { ConfigurationText, Problem } from './configuration-text.ts';
import {
  describeMismatch,
  describeMissing,
  describeUnknown,
  expectationOf,
  listed,
  quote,
} from './configuration-wording.ts';

/** A decoded value. What was wrong is left out, so it may be used only where there is no problem. */
export type Decoded = string | boolean | readonly Decoded[] | DecodedObject;
export type DecodedObject = ReadonlyMap<string, Decoded>;

/** More problems than this are more than anybody reads at once. */
const problemLimit = 50;
/** More values than a file of the largest size holds; aliases can multiply few lines to more. */
const valueLimit = 100_000;

/** One run: where values stand, what was found so far, how many values were read. */
interface Run {
  readonly text: ConfigurationText;
  readonly problems: Problem[];
  values: number;
}

/** Decodes a document by its definition. All problems are listed, up to a number that can still be read. */
export function decode(
  type: ObjectType,
  text: ConfigurationText,
): { readonly decoded: DecodedObject | undefined; readonly problems: readonly Problem[] } {
  const run: Run = { text, problems: [], values: 0 };
  const decoded = decodeObject(type, text.root, '', run);
  const problems = run.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const { line, column } = problems.at(-1) ?? { line: 1, column: 1 };
  if (run.values > valueLimit) {
    const message = `the aliases of this file multiply to more than ${valueLimit} values: write out what is meant`;
    problems.push({ line, column, path: '', message });
  } else if (problems.length >= problemLimit) {
    const message = `these were the first ${problemLimit} problems; what follows was not read`;
    problems.push({ line, column, path: '', message });
  }
  return { decoded, problems };
}

/** True once there is no point in reading on. */
function isDone(run: Run): boolean {
  return run.problems.length >= problemLimit || run.values > valueLimit;
}

function report(run: Run, node: unknown, path: string, message: string): undefined {
  const field = fieldPath(path);
  const position = run.text.positionOf(startOf(node));
  run.problems.push({ ...position, path: field, message: field === '' ? message : `${field}: ${message}` });
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Decodes one value. The depth is the definition's, never the document's: what a definition does not know is not entered. */
function decodeValue(type: FieldType, written: unknown, path: string, run: Run): Decoded | undefined {
  run.values++;
  if (isDone(run)) return undefined;
  const node = dereference(written, path, run);
  if (node === undefined) return undefined;
  switch (type.kind) {
    case 'object':
      return decodeObject(type, node, path, run);
    case 'records':
      return decodeRecords(type, node, path, run);
    case 'list':
      return decodeList(type, node, path, run);
    case 'text':
      return decodeText(type, node, path, run);
    case 'choice':
      return decodeChoice(type, node, path, run);
    case 'expiry':
      return decodeExpiry(node, path, run);
    case 'boolean':
      if (isScalar(node) && typeof node.value === 'boolean') return node.value;
      return report(run, node, path, describeMismatch(type, node));
  }
}

/** Replaces an alias by what it stands for. */
function dereference(written: unknown, path: string, run: Run): Node | undefined {
  if (isScalar(written) || isMap(written) || isSeq(written)) return written;
  if (!isAlias(written)) return report(run, written, path, 'there is no value here');
  const target = run.text.targets.get(written);
  if (target !== undefined) return target;
  return report(run, written, path, `the alias *${written.source} has no anchor &${written.source} before it`);
}

function decodeObject(type: ObjectType, node: Node, path: string, run: Run): DecodedObject | undefined {
  if (!isMap(node)) return report(run, node, path, describeMismatch(type, node));
  const decoded = new Map<string, Decoded>();
  const lines = new Map<string, number>();
  const excused = new Set<string>();
  for (const { key, value } of node.items) {
    if (isDone(run)) return undefined;
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    if (name === undefined) {
      report(run, key, path, "a field's name has to be plain text");
      continue;
    }
    const where = extend(path, name.length <= 100 ? name : `${name.slice(0, 99)}…`);
    const first = lines.get(name);
    if (first !== undefined) {
      report(run, key, where, `given twice, first on line ${first}: keep one of them`);
      continue;
    }
    lines.set(name, run.text.positionOf(startOf(key)).line);
    const field = type.fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      const { message, meant } = describeUnknown(type, name);
      report(run, key, where, message);
      if (meant !== undefined) excused.add(meant);
    } else {
      const result =
        value === null ? reportNothing(field.type, key, where, run) : decodeValue(field.type, value, where, run);
      if (result !== undefined) decoded.set(name, result);
    }
  }
  const isThere = (name: string) => lines.has(name) || excused.has(name);
  reportMissing(type, isThere, node, path, run);
  return decoded;
}

function reportNothing(type: FieldType, key: unknown, path: string, run: Run): undefined {
  return report(run, key, path, `expected ${expectationOf(type)}, but got no value: give one, or remove it`);
}

/** Names each field that has to be there and is not, unless another was probably meant for it. */
function reportMissing(type: ObjectType, isThere: (name: string) => boolean, node: Node, path: string, run: Run): void {
  for (const field of type.fields) {
    if (field.required && !isThere(field.name)) {
      report(run, node, extend(path, field.name), describeMissing(type, field));
    }
  }
  if (type.needsOneOf.length === 0 || type.needsOneOf.some(isThere)) return;
  const message = `it would cover every object and every user: add ${listed(type.needsOneOf, 'or')} (names: ["*"] if all is meant)`;
  report(run, node, path, message);
}

function decodeRecords(type: RecordsType, node: Node, path: string, run: Run): readonly Decoded[] | undefined {
  if (!isSeq(node)) return report(run, node, path, describeMismatch(type, node));
  return decodeElements(type.of, node.items, path, run);
}

function decodeElements(type: FieldType, items: readonly unknown[], path: string, run: Run): readonly Decoded[] {
  const decoded: Decoded[] = [];
  for (let index = 0; index < items.length && !isDone(run); index++) {
    const element = decodeValue(type, items[index], extend(path, index), run);
    if (element !== undefined) decoded.push(element);
  }
  return decoded;
}

function decodeList(type: ListType, node: Node, path: string, run: Run): readonly Decoded[] | undefined {
  if (!isSeq(node)) return report(run, node, path, describeMismatch(type, node));
  if (node.items.length === 0) {
    return report(run, node, path, 'an empty list would cover nothing: name something, or remove the line');
  }
  const wildcard = type.wildcard ? node.items.find((item) => isScalar(item) && item.value === '*') : undefined;
  if (wildcard === undefined) return decodeElements(type.of, node.items, path, run);
  if (node.items.length === 1) return ['*'];
  return report(run, wildcard, path, '"*" stands for all, so it has to stand alone: remove it or everything else');
}

function decodeText(type: TextType, node: Node, path: string, run: Run): string | undefined {
  const value = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
  if (value === undefined) return report(run, node, path, describeMismatch(type, node));
  const length = [...value].length;
  if (length > type.maxLength) {
    return report(
      run,
      node,
      path,
      `${length} characters are more than the ${type.maxLength} that it may have: shorten it`,
    );
  }
  if (!new RegExp(type.pattern, 'u').test(value)) return report(run, node, path, describeMismatch(type, node));
  return type.prose ? value.trim().replaceAll(/\s+/g, ' ') : value;
}

function decodeChoice(type: ChoiceType, node: Node, path: string, run: Run): string | undefined {
  const value = isScalar(node) ? node.value : undefined;
  const found = type.choices.find((choice) => choice.value === value);
  return found === undefined ? report(run, node, path, describeMismatch(type, node)) : found.value;
}

function decodeExpiry(node: Node, path: string, run: Run): string | undefined {
  const type: ExpiryType = { kind: 'expiry' };
  const value = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
  if (value === undefined) return report(run, node, path, describeMismatch(type, node));
  const expiry = parseExpiry(value);
  if (expiry.kind === 'expiry') return value;
  return report(run, node, path, `expected a date or a timestamp, but got ${quote(value)}: ${expiry.hint}`);
}
