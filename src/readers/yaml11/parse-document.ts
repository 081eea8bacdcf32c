/** Decides the node tree of the first document of a text, as go.yaml.in/yaml/v2 v2.4.3 parserc.go and decode.go's parser do. */

import { parseNode } from './parse-node.ts';
import { fail, type Parser } from './parser.ts';
import { peekToken, takeToken } from './scan-token.ts';
import type { Scanner, Token } from './scanner.ts';
import { emptyScalar, type YamlNode } from './yaml-node.ts';

/** The root node of the first document; undefined when there is none (then `s.failure` is unset) or when it is refused. */
export function parseDocument(s: Scanner): YamlNode | undefined {
  const p: Parser = { s, tags: new Map(), anchors: new Map(), depth: 0, parseNode };
  const first = peekToken(s);
  if (first === undefined || first.type === 'stream-end') return undefined;
  const explicit =
    first.type === 'version-directive' || first.type === 'tag-directive' || first.type === 'document-start';
  const token = readDirectives(p, first);
  if (token === undefined) return undefined;
  if (explicit) {
    if (token.type !== 'document-start') return fail(p, 'did not find expected <document start>', token, 0);
    takeToken(s);
  }
  const root = explicit ? parseContent(p) : parseNode(p, true, false);
  if (root === undefined) return undefined;
  // go-yaml looks at one token behind the document: an error there counts, anything else is not read.
  return peekToken(s) === undefined ? undefined : root;
}

function readDirectives(p: Parser, first: Token): Token | undefined {
  let token: Token | undefined = first;
  let versioned = false;
  while (token !== undefined && (token.type === 'version-directive' || token.type === 'tag-directive')) {
    if (token.type === 'version-directive') {
      if (versioned) return fail(p, 'found duplicate %YAML directive', token, 0);
      if (token.value !== '1.1') return fail(p, 'found incompatible YAML document', token, 0);
      versioned = true;
    } else if (p.tags.has(token.value)) {
      return fail(p, 'found duplicate %TAG directive', token, 0);
    } else p.tags.set(token.value, token.suffix);
    takeToken(p.s);
    token = peekToken(p.s);
  }
  if (!p.tags.has('!')) p.tags.set('!', '!');
  if (!p.tags.has('!!')) p.tags.set('!!', 'tag:yaml.org,2002:');
  return token;
}

function parseContent(p: Parser): YamlNode | undefined {
  const token = peekToken(p.s);
  if (token === undefined) return undefined;
  switch (token.type) {
    case 'version-directive':
    case 'tag-directive':
    case 'document-start':
    case 'document-end':
    case 'stream-end':
      return emptyScalar(token.start, token.line);
    default:
      return parseNode(p, true, false);
  }
}
