/** Reads the fixtures: YAML streams that state in their own comments what a rule must find, where, and what becomes of it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';
import { type JsonObject, segmentsOf } from '../../src/kube/index.ts';
import type { Level, Operation, Violation } from '../../src/rules/rule.ts';

/** A finding as a fixture states it: by line, or by JSON Pointer where a comment would change the meaning. */
export interface Expectation {
  readonly level: Level;
  readonly document: number;
  readonly line?: number;
  readonly path?: string;
}

export interface Fixture {
  readonly file: string;
  readonly documents: readonly FixtureDocument[];
  readonly expectations: readonly Expectation[];
  readonly context: { readonly operation?: Operation; readonly requireEnabled?: 'ratchet' | 'always' };
  readonly old: string | undefined;
  readonly decision: string | undefined;
  /** Numbers of documents that the API server would not accept, counted from 1; 0 stands for all. */
  readonly invalid: readonly number[];
}

export interface FixtureDocument {
  readonly object: JsonObject;
  /** The line on which a finding stands. */
  lineOf(violation: Violation): number;
}

const root = 'test/fixtures';

/** All fixtures of a rule. */
export function readFixtures(rule: string): readonly Fixture[] {
  const folder = join(root, rule);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFixture(join(folder, name)));
}

/** One fixture. */
export function readFixture(file: string): Fixture {
  const text = readFileSync(file, 'utf8');
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: false,
    lineCounter: counter,
    logLevel: 'silent',
    merge: true,
  });
  if (!Array.isArray(parsed)) throw new Error(`${file} is empty`);
  const documents = parsed.flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    const object: unknown = document.toJS({ maxAliasCount: -1 });
    if (object === null) return [];
    return [
      {
        object: object as JsonObject,
        contents: document.contents,
        start: counter.linePos(document.range?.[0] ?? 0).line,
      },
    ];
  });
  const starts = documents.map(({ contents }) => counter.linePos(contents?.range[0] ?? 0).line);
  const header = (name: string) => new RegExp(`^# ${name}(?:\\[(\\d+)\\])?: (.*)$`, 'gm');
  const context = header('context').exec(text)?.[2];
  return {
    file,
    documents: documents.map(({ object, contents }) => ({
      object,
      lineOf: (violation) => lineOf(contents, counter, violation),
    })),
    expectations: [...markers(text, starts), ...stated(text, header('expect'))],
    context: context === undefined ? {} : JSON.parse(context),
    old: header('old').exec(text)?.[2],
    decision: header('decision').exec(text)?.[2],
    invalid: [...text.matchAll(header('invalid'))].map((match) => Number(match[1] ?? 0)),
  };
}

function markers(text: string, starts: readonly number[]): readonly Expectation[] {
  return text.split('\n').flatMap((content, index) => {
    const marker = /# <- ([a-z, ]+)$/.exec(content.trimEnd());
    if (marker === null) return [];
    const line = index + 1;
    const document = Math.max(
      0,
      starts.findLastIndex((start) => start <= line),
    );
    return (marker[1] ?? '').split(',').map((level) => ({ level: level.trim() as Level, document, line }));
  });
}

function stated(text: string, header: RegExp): readonly Expectation[] {
  return [...text.matchAll(header)].map((match) => {
    const [level = '', path = ''] = (match[2] ?? '').trim().split(/\s+/);
    return { level: level as Level, document: Number(match[1] ?? 1) - 1, path };
  });
}

function lineOf(contents: ParsedNode | null, counter: LineCounter, { path, position }: Violation): number {
  const { node, keyOffset } = find(contents, segmentsOf(path));
  const offset = node?.range?.[0] ?? keyOffset;
  const embedded = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  if (position !== undefined && embedded) return counter.linePos(offset).line + position.line;
  return counter.linePos(isMap(node) || isSeq(node) ? keyOffset : offset).line;
}

function find(
  contents: ParsedNode | null,
  segments: readonly string[],
): { node: ParsedNode | null; keyOffset: number } {
  let node: ParsedNode | null = contents;
  let keyOffset = contents?.range?.[0] ?? 0;
  for (const segment of segments) {
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === segment);
      if (pair === undefined) return { node: null, keyOffset };
      keyOffset = (pair.key as ParsedNode).range?.[0] ?? keyOffset;
      node = (pair.value as ParsedNode | null) ?? null;
    } else if (isSeq(node)) {
      node = (node.items[Number(segment)] as ParsedNode | undefined) ?? null;
      keyOffset = node?.range?.[0] ?? keyOffset;
    } else return { node: null, keyOffset };
  }
  return { node, keyOffset };
}
