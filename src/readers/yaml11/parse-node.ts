/** Decides one node with its anchor and tag, as go.yaml.in/yaml/v2 v2.4.3 parserc.go does. */

import { parseBlockMapping, parseBlockSequence, parseIndentless } from './parse-block.ts';
import { parseFlowMapping, parseFlowSequence } from './parse-flow.ts';
import { fail, type Parser, type Properties, parseCollection, register } from './parser.ts';
import { peekToken, takeToken } from './scan-token.ts';
import type { Token } from './scanner.ts';
import { emptyScalar, NONE, type YamlNode } from './yaml-node.ts';

export function parseNode(p: Parser, block: boolean, indentless: boolean): YamlNode | undefined {
  const first = peekToken(p.s);
  if (first === undefined) return undefined;
  if (first.type === 'alias') return parseAlias(p, first);
  const properties: Properties = { anchor: '', tag: undefined, token: first, line: first.line };
  if (first.type === 'anchor' || first.type === 'tag') {
    if (!readProperties(p, properties)) return undefined;
  }
  const tag = resolveTag(p, properties);
  if (tag === undefined) return undefined;
  const { token, anchor, line } = properties;
  switch (token.type) {
    case 'plain':
    case 'quoted':
    case 'block':
      takeToken(p.s);
      return scalarNode(p, token, anchor, tag, line);
    case 'block-entry':
      if (indentless) return parseCollection(p, 'sequence', properties, parseIndentless);
      break;
    case 'flow-sequence-start':
      return parseCollection(p, 'sequence', properties, parseFlowSequence);
    case 'flow-mapping-start':
      return parseCollection(p, 'mapping', properties, parseFlowMapping);
    case 'block-sequence-start':
      if (block) return parseCollection(p, 'sequence', properties, parseBlockSequence);
      break;
    case 'block-mapping-start':
      if (block) return parseCollection(p, 'mapping', properties, parseBlockMapping);
      break;
    default:
      break;
  }
  if (anchor === '' && tag === '') return fail(p, 'did not find expected node content', token, line);
  const at = first.end;
  return register(p, anchor, { ...emptyScalar(at, line), tag, implicit: tag === '' });
}

function scalarNode(p: Parser, token: Token, anchor: string, tag: string, line: number): YamlNode {
  const { start, end, value } = token;
  const implicit = (tag === '' && token.type === 'plain') || tag === '!';
  return register(p, anchor, {
    kind: 'scalar',
    start,
    end,
    line,
    tag,
    value,
    implicit,
    children: NONE,
    target: undefined,
  });
}

function parseAlias(p: Parser, token: Token): YamlNode | undefined {
  takeToken(p.s);
  const { start, end, line, value } = token;
  const target = p.anchors.get(value);
  if (target === undefined) {
    p.s.failure ??= { message: `unknown anchor '${value}' referenced`, at: start };
    return undefined;
  }
  return { kind: 'alias', start, end, line, tag: '', value, implicit: false, children: NONE, target };
}

/** An anchor and a tag, in either order, each at most once. */
function readProperties(p: Parser, properties: Properties): boolean {
  for (let i = 0; i < 2; i++) {
    const { token } = properties;
    if (token.type === 'anchor' && properties.anchor === '') properties.anchor = token.value;
    else if (token.type === 'tag' && properties.tag === undefined) properties.tag = token;
    else return true;
    takeToken(p.s);
    const next = peekToken(p.s);
    if (next === undefined) return false;
    properties.token = next;
  }
  return true;
}

function resolveTag(p: Parser, properties: Properties): string | undefined {
  const { tag } = properties;
  if (tag === undefined) return '';
  if (tag.value === '') return tag.suffix;
  const prefix = p.tags.get(tag.value);
  const resolved = prefix === undefined ? '' : prefix + tag.suffix;
  return resolved === '' ? fail(p, 'found undefined tag handle', tag, properties.line) : resolved;
}
