/** Decides the entries of flow collections, as go.yaml.in/yaml/v2 v2.4.3 parserc.go does. */

import { fail, isOneOf, type Parser, type Properties, parseCollection } from './parser.ts';
import { peekToken, takeToken } from './scan-token.ts';
import type { Token, TokenType } from './scanner.ts';
import { emptyScalar, type YamlNode } from './yaml-node.ts';

export function parseFlowSequence(p: Parser, children: YamlNode[], opening: Token): number | undefined {
  takeToken(p.s);
  for (let first = true; ; first = false) {
    let token = peekToken(p.s);
    if (token === undefined) return undefined;
    if (token.type !== 'flow-sequence-end' && !first) {
      if (token.type !== 'flow-entry') return fail(p, "did not find expected ',' or ']'", token, opening.line);
      takeToken(p.s);
      token = peekToken(p.s);
      if (token === undefined) return undefined;
    }
    if (token.type === 'flow-sequence-end') {
      takeToken(p.s);
      return token.end;
    }
    const child = token.type === 'key' ? parsePair(p, token) : p.parseNode(p, false, false);
    if (child === undefined) return undefined;
    children.push(child);
  }
}

/** A `key: value` inside a flow sequence: a mapping of one. */
function parsePair(p: Parser, token: Token): YamlNode | undefined {
  const properties: Properties = { anchor: '', tag: undefined, token, line: token.line };
  return parseCollection(p, 'mapping', properties, parsePairContent);
}

function parsePairContent(p: Parser, children: YamlNode[]): number | undefined {
  takeToken(p.s);
  const token = peekToken(p.s);
  if (token === undefined) return undefined;
  let key: YamlNode | undefined;
  if (isOneOf(token, 'value', 'flow-entry', 'flow-sequence-end')) {
    // go-yaml skips this token, whatever it is, so `[? : a]` is refused.
    key = emptyScalar(token.end, token.line);
    takeToken(p.s);
  } else key = p.parseNode(p, false, false);
  if (key === undefined) return undefined;
  const value = parseFlowValue(p, 'flow-sequence-end');
  if (value === undefined || peekToken(p.s) === undefined) return undefined;
  children.push(key, value);
  return value.end;
}

/** The value behind a flow key; without a `:`, or with nothing behind it, an empty scalar. */
function parseFlowValue(p: Parser, closing: TokenType): YamlNode | undefined {
  let token = peekToken(p.s);
  if (token === undefined) return undefined;
  if (token.type === 'value') {
    takeToken(p.s);
    const next = peekToken(p.s);
    if (next === undefined) return undefined;
    if (!isOneOf(next, 'flow-entry', closing)) return p.parseNode(p, false, false);
    token = next;
  }
  return emptyScalar(token.start, token.line);
}

export function parseFlowMapping(p: Parser, children: YamlNode[], opening: Token): number | undefined {
  takeToken(p.s);
  for (let first = true; ; first = false) {
    let token = peekToken(p.s);
    if (token === undefined) return undefined;
    if (token.type !== 'flow-mapping-end' && !first) {
      if (token.type !== 'flow-entry') return fail(p, "did not find expected ',' or '}'", token, opening.line);
      takeToken(p.s);
      token = peekToken(p.s);
      if (token === undefined) return undefined;
    }
    if (token.type === 'flow-mapping-end') {
      takeToken(p.s);
      return token.end;
    }
    const pair = parseFlowPair(p, token);
    if (pair === undefined) return undefined;
    children.push(pair[0], pair[1]);
  }
}

function parseFlowPair(p: Parser, token: Token): readonly [YamlNode, YamlNode] | undefined {
  if (token.type !== 'key') {
    const key = p.parseNode(p, false, false);
    if (key === undefined) return undefined;
    const next = peekToken(p.s);
    return next === undefined ? undefined : [key, emptyScalar(next.start, next.line)];
  }
  takeToken(p.s);
  const next = peekToken(p.s);
  if (next === undefined) return undefined;
  const empty = isOneOf(next, 'value', 'flow-entry', 'flow-mapping-end');
  const key = empty ? emptyScalar(next.start, next.line) : p.parseNode(p, false, false);
  if (key === undefined) return undefined;
  const value = parseFlowValue(p, 'flow-mapping-end');
  return value === undefined ? undefined : [key, value];
}
