/** Whether a text is one YAML document that can be decoded safely, and at which line and column each part of it stands. */

import { Composer, CST, isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';

/** One thing that is wrong with a configuration; `message` stands alone, `line` and `column` count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  /** The field in Kubernetes' notation, such as `exemptions[0].expires`; empty for what concerns the file. */
  readonly path: string;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A readable document: its root, and how to find what aliases stand for. */
export interface ConfigurationText {
  readonly kind: 'text';
  readonly root: Node;
  /** What each alias stands for: the latest anchor of that name before it. */
  readonly targets: ReadonlyMap<Node, Node>;
  positionOf(offset: number): Position;
}

export type ReadText = ConfigurationText | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Room for a thousand exemptions; the answer to a larger file would only come late. */
const sizeLimit = 256 * 1024;
/** A configuration is four levels deep; the composer of `yaml` recurses, so what is deeper never gets there. */
const depthLimit = 64;
/** After so many syntax errors the rest are consequences. */
const syntaxErrorLimit = 10;

/** Reads YAML 1.2 (of which JSON is a part); every syntax error is a problem, never a throw and never a line on stderr. */
export function readConfigurationText(text: string): ReadText {
  if (text.length > sizeLimit) {
    const size = `${Math.ceil(text.length / 1024)} KiB`;
    return invalid(`the file has ${size}, more than the ${sizeLimit / 1024} KiB that a configuration may have`);
  }
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const code = (control[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `the file holds the control character U+${code}, which YAML does not allow: save it as plain UTF-8 text`;
    return { kind: 'invalid', problems: [{ ...positionOf(control.index), path: '', message }] };
  }
  const deep = findTooDeep(tokens);
  if (deep !== undefined) {
    const message = `this is nested more than ${depthLimit} levels deep, which no configuration is`;
    return { kind: 'invalid', problems: [{ ...positionOf(deep), path: '', message }] };
  }
  return compose(tokens, text.length, positionOf);
}

const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function compose(tokens: readonly CST.Token[], end: number, positionOf: ConfigurationText['positionOf']): ReadText {
  // `uniqueKeys` compares every key with every other; the decoder finds duplicates itself, in one pass.
  const options = {
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    schema: 'core',
    resolveKnownTags: false,
  } as const;
  const documents = [...new Composer({ ...options, merge: false }).compose(tokens, true, end)];
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length > 0) return { kind: 'invalid', problems: describeErrors(errors, positionOf) };
  const roots = documents.flatMap(({ contents }) => (isNode(contents) && !isNothing(contents) ? [contents] : []));
  const [root, second] = roots;
  if (root === undefined) {
    return invalid(
      'the file is empty: a configuration starts with "apiVersion: kubelet-tls-guard.io/v1alpha1" and "kind: GuardConfiguration"',
    );
  }
  if (second !== undefined) {
    const message = 'a second document starts here: a configuration is one document, so remove the "---" or the rest';
    return { kind: 'invalid', problems: [{ ...positionOf(second.range?.[0] ?? 0), path: '', message }] };
  }
  return { kind: 'text', root, targets: resolveAliases(root), positionOf };
}

/** True for a document that says nothing: only `---`, comments, or null. */
function isNothing(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function invalid(message: string): ReadText {
  return { kind: 'invalid', problems: [{ line: 1, column: 1, path: '', message }] };
}

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'check how far this line is indented',
  MULTILINE_IMPLICIT_KEY: 'look for a missing ":" or an open quote',
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " needs quotes',
  MISSING_CHAR: 'look for an open quote or bracket',
  TAG_RESOLVE_FAILED: 'remove the tag, quotes make a text',
  BAD_DIRECTIVE: 'remove the line, a configuration needs no directive',
};

function describeErrors(
  errors: readonly { readonly code: string; readonly message: string; readonly pos: readonly [number, number] }[],
  positionOf: ConfigurationText['positionOf'],
): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<number>();
  for (const { code, message, pos } of errors) {
    const position = positionOf(pos[0]);
    if (seen.has(position.line)) continue;
    seen.add(position.line);
    if (problems.length === syntaxErrorLimit) break;
    const hint = hints[code];
    const text = `not valid YAML: ${message.replaceAll(/\s+/g, ' ').replace('"quote', '" quote').slice(0, 200)}`;
    problems.push({ ...position, path: '', message: hint === undefined ? text : `${text} (${hint})` });
  }
  return problems;
}

/** The offset of the first token that is nested too deep, found without recursion. */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const pending = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > depthLimit) return token.offset;
    if (token.type === 'document' && token.value !== undefined) pending.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    for (const { key, value } of token.items) {
      if (key !== undefined && key !== null) pending.push({ token: key, depth: depth + 1 });
      if (value !== undefined) pending.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Pairs every alias with its anchor in one pass; `Alias.resolve` of `yaml` would visit the whole document for each. */
function resolveAliases(root: Node): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isPair(node)) pending.push(node.value, node.key);
    if (!isNode(node)) continue;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      continue;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isMap(node) || isSeq(node)) for (let i = node.items.length - 1; i >= 0; i--) pending.push(node.items[i]);
  }
  return targets;
}
