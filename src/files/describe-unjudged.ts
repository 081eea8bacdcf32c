/** Says of what could not be judged what it is, why, and what would help. */

import { groupKindOf, type JsonObject, namespaceOf } from '../kube/index.ts';
import { describeIdentity, identify, type Unjudged } from '../report/index.ts';
import type { FileScope } from './check-text.ts';
import { follow } from './locate.ts';
import { findMentions, type Mention } from './mentions.ts';
import type { BrokenDocument, ReadDocument } from './read-documents.ts';

const ownGroup = 'kubelet-tls-guard.io';

/** A document that is no YAML. In a directory only what looks like a manifest, or speaks of our subject, is counted as broken. */
export function describeBroken(scope: FileScope, document: BrokenDocument): Unjudged {
  const source = scope.text.slice(document.start, document.end);
  const mentions = mentionsIn(scope, document.start, document.end);
  const { line, column } = scope.lines().position(document.at);
  const place = { file: scope.file, line, column, mentions };
  if (/\{\{[^\n]*\}\}|\{\{-?\s*(if|range|with|define|include|end)\b/.test(source)) {
    const reason = 'only what it renders to can be judged: helm template … | kubelet-tls-guard check -';
    return { ...place, kind: 'template', what: 'a template ({{ … }})', reason };
  }
  if (!scope.explicit && mentions.length === 0 && !scope.looksLikeManifest()) {
    return { ...place, kind: 'not-kubernetes', what: 'no YAML', reason: document.message };
  }
  return {
    ...place,
    kind: 'broken',
    what: 'broken YAML or JSON',
    reason: `${document.message}; kubectl cannot read it either`,
  };
}

/** A document without kind and apiVersion, such as a chart's values. */
export function describeStranger(scope: FileScope, start: number): Unjudged {
  const { line, column } = scope.lines().position(start);
  return {
    kind: 'not-kubernetes',
    file: scope.file,
    line,
    column,
    what: 'no object of Kubernetes',
    reason: 'it has no apiVersion and kind; if it is the values of a chart, judge what the chart renders with them',
    mentions: mentionsIn(scope, 0, scope.text.length),
  };
}

/** An object that no rule looks at; worth a word of its own only if it speaks of what the rules are about. */
export function describeOther(
  scope: FileScope,
  document: ReadDocument,
  object: JsonObject,
  path: string,
): Unjudged | undefined {
  // Our own reports quote what they found.
  if (groupKindOf(object).group === ownGroup || mentionsIn(scope, document.start, document.end).length === 0)
    return undefined;
  const { start, end } = spanOf(document, path);
  const mentions = mentionsIn(scope, start, end);
  if (mentions.length === 0) return undefined;
  const what = describeIdentity(identify(object, namespaceOf(object)));
  return { ...placeOf(scope, start), kind: 'other-kind', what, reason: 'no rule reads objects of this kind', mentions };
}

/** An object whose values are hidden. */
export function describeEncrypted(
  scope: FileScope,
  document: ReadDocument,
  object: JsonObject,
  path: string,
): Unjudged {
  const what = `${describeIdentity(identify(object, namespaceOf(object)))} (encrypted)`;
  const reason = 'SOPS hides its values: sops --decrypt … | kubelet-tls-guard check -';
  return { ...placeOf(scope, spanOf(document, path).start), kind: 'encrypted', what, reason, mentions: [] };
}

/** One of more documents than are compared with each other. */
export function describeCrowd(scope: FileScope, document: ReadDocument, object: JsonObject, path: string): Unjudged {
  const what = describeIdentity(identify(object, namespaceOf(object)));
  const reason = `the file has ${scope.companions.length} kubeadm and kubelet documents, too many to be read together; split it`;
  return { ...placeOf(scope, spanOf(document, path).start), kind: 'too-large', what, reason, mentions: [] };
}

function placeOf(scope: FileScope, offset: number): { file: string; line: number; column: number } {
  const { line, column } = scope.lines().position(offset);
  return { file: scope.file, line, column };
}

function spanOf(document: ReadDocument, path: string): { readonly start: number; readonly end: number } {
  const values = path === '' ? undefined : document.values();
  if (values === undefined) return document;
  const { value } = follow(values, path).found;
  return { start: document.base + value.start, end: document.base + value.end };
}

function mentionsIn(scope: FileScope, start: number, end: number): readonly Mention[] {
  const mentions = findMentions(scope.text.slice(start, end));
  if (mentions.length === 0) return mentions;
  const first = scope.lines().position(start).line;
  return mentions.map(({ word, line }) => ({ word, line: first + line - 1 }));
}
