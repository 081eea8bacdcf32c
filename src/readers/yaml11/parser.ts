/** Decides what every step of parsing shares: state, errors, depth, as go.yaml.in/yaml/v2 v2.4.3 parserc.go does. */

import type { Scanner, Token, TokenType } from './scanner.ts';
import type { YamlNode } from './yaml-node.ts';

/** Collections nested deeper than this are not read: Go's limit is 10,000, but its stack grows and ours does not. */
const DEEPEST = 500;

export interface Parser {
  readonly s: Scanner;
  readonly tags: Map<string, string>;
  readonly anchors: Map<string, YamlNode>;
  depth: number;
  /** Node and collection call each other; the collections call through here, so that files do not import in a circle. */
  readonly parseNode: (p: Parser, block: boolean, indentless: boolean) => YamlNode | undefined;
}

export function fail(p: Parser, problem: string, token: Token, contextLine: number): undefined {
  // Unlike the scanner's, the parser's line is printed as it is counted: from 0, and left out when 0.
  const line = token.line === 0 ? contextLine : token.line;
  p.s.failure ??= { message: line === 0 ? problem : `line ${line}: ${problem}`, at: token.start };
  return undefined;
}

export interface Properties {
  anchor: string;
  tag: Token | undefined;
  token: Token;
  line: number;
}

export function register(p: Parser, anchor: string, node: YamlNode): YamlNode {
  if (anchor !== '') p.anchors.set(anchor, node);
  return node;
}

export function parseCollection(
  p: Parser,
  kind: 'mapping' | 'sequence',
  properties: Properties,
  parse: (p: Parser, children: YamlNode[], opening: Token) => number | undefined,
): YamlNode | undefined {
  const { token, anchor, line } = properties;
  if (p.depth >= DEEPEST) {
    p.s.failure ??= { message: `nested deeper than ${DEEPEST} levels`, at: token.start, beyond: true };
    return undefined;
  }
  const children: YamlNode[] = [];
  const { start } = token;
  const node: YamlNode = {
    kind,
    start,
    end: start,
    line,
    tag: '',
    value: '',
    implicit: false,
    children,
    target: undefined,
  };
  register(p, anchor, node);
  p.depth++;
  const end = parse(p, children, token);
  p.depth--;
  if (end === undefined) return undefined;
  node.end = end;
  return node;
}

export function isOneOf(token: Token, ...types: readonly TokenType[]): boolean {
  return types.includes(token.type);
}

/** Where the last child ends: block collections have no closing character of their own. */
export function endOf(children: readonly YamlNode[], otherwise: number): number {
  return children[children.length - 1]?.end ?? otherwise;
}
