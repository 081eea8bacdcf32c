/** Decides the entries of block collections, as go.yaml.in/yaml/v2 v2.4.3 parserc.go does. */

import { endOf, fail, isOneOf, type Parser } from './parser.ts';
import { peekToken, takeToken } from './scan-token.ts';
import type { Token } from './scanner.ts';
import { emptyScalar, type YamlNode } from './yaml-node.ts';

export function parseBlockSequence(p: Parser, children: YamlNode[], opening: Token): number | undefined {
  takeToken(p.s);
  for (;;) {
    const token = peekToken(p.s);
    if (token === undefined) return undefined;
    if (token.type === 'block-end') {
      takeToken(p.s);
      return endOf(children, token.start);
    }
    if (token.type !== 'block-entry') return fail(p, "did not find expected '-' indicator", token, opening.line);
    takeToken(p.s);
    const next = peekToken(p.s);
    if (next === undefined) return undefined;
    const empty = next.type === 'block-entry' || next.type === 'block-end';
    const child = empty ? emptyScalar(token.end, token.line) : p.parseNode(p, true, false);
    if (child === undefined) return undefined;
    children.push(child);
  }
}

export function parseIndentless(p: Parser, children: YamlNode[]): number | undefined {
  for (;;) {
    const token = peekToken(p.s);
    if (token === undefined) return undefined;
    if (token.type !== 'block-entry') return endOf(children, token.start);
    takeToken(p.s);
    const next = peekToken(p.s);
    if (next === undefined) return undefined;
    const empty = isOneOf(next, 'block-entry', 'key', 'value', 'block-end');
    const child = empty ? emptyScalar(token.end, token.line) : p.parseNode(p, true, false);
    if (child === undefined) return undefined;
    children.push(child);
  }
}

export function parseBlockMapping(p: Parser, children: YamlNode[], opening: Token): number | undefined {
  takeToken(p.s);
  for (;;) {
    const token = peekToken(p.s);
    if (token === undefined) return undefined;
    if (token.type === 'block-end') {
      takeToken(p.s);
      return endOf(children, token.start);
    }
    if (token.type !== 'key') return fail(p, 'did not find expected key', token, opening.line);
    takeToken(p.s);
    const key = parseBlockPart(p, token);
    if (key === undefined) return undefined;
    const mark = peekToken(p.s);
    if (mark === undefined) return undefined;
    let value: YamlNode | undefined;
    if (mark.type === 'value') {
      takeToken(p.s);
      value = parseBlockPart(p, mark);
    } else value = emptyScalar(mark.start, mark.line);
    if (value === undefined) return undefined;
    children.push(key, value);
  }
}

/** What stands behind a `?` or `:` in a block mapping; nothing is an empty scalar. */
function parseBlockPart(p: Parser, indicator: Token): YamlNode | undefined {
  const next = peekToken(p.s);
  if (next === undefined) return undefined;
  if (isOneOf(next, 'key', 'value', 'block-end')) return emptyScalar(indicator.end, indicator.line);
  return p.parseNode(p, true, true);
}
