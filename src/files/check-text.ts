/** Judges every object of a file's text, and says of everything else in it what it is. */

import { type GroupKind, get, groupKindOf, isObject, type Json, type JsonObject, namespaceOf } from '../kube/index.ts';
import { judge, type Policy, type Subject } from '../policy/index.ts';
import { identify, type Note, type OtherKind, type Row, rowsOf, type Unjudged } from '../report/index.ts';
import type { Rule } from '../rules/rule.ts';
import { readCompanions, readTogether } from './companions.ts';
import {
  describeBroken,
  describeCrowd,
  describeEncrypted,
  describeOther,
  describeStranger,
} from './describe-unjudged.ts';
import { type DocumentFix, fixDocument, type JudgedObject } from './fix-document.ts';
import { indexLines, type LineIndex } from './line-index.ts';
import { findObjects, isTyped, type ReadDocument, readDocuments } from './read-documents.ts';
import { createRowSource } from './row-source.ts';

export interface CheckOptions {
  readonly rules: readonly Rule[];
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** For objects that name none. */
  readonly namespace: string;
  /** `rows`: each row gets the edits that repair it. `documents`: all that can be repaired is planned. */
  readonly fixes: 'none' | 'rows' | 'documents';
}

export interface CheckedText {
  readonly rows: readonly Row[];
  readonly unjudged: readonly Unjudged[];
  readonly otherKinds: ReadonlyMap<string, OtherKind>;
  readonly notes: readonly Note[];
  readonly objects: number;
  readonly judged: number;
  readonly fixes: readonly DocumentFix[];
}

/** What a file is judged with: shared by its documents. */
export interface FileScope {
  readonly file: string;
  /** Named on the command line, not found in a directory. */
  readonly explicit: boolean;
  readonly text: string;
  readonly options: CheckOptions;
  /** `group/kind` of everything that a rule looks at. */
  readonly kinds: ReadonlySet<string>;
  /** The objects that kubeadm reads together, where there are any. */
  readonly companions: readonly JsonObject[];
  lines(): LineIndex;
  /** Whether anything in the file names an apiVersion. */
  looksLikeManifest(): boolean;
}

interface Gathering extends CheckedText {
  readonly rows: Row[];
  readonly unjudged: Unjudged[];
  readonly otherKinds: Map<string, OtherKind>;
  readonly notes: Note[];
  readonly fixes: DocumentFix[];
  objects: number;
  judged: number;
}

/** Objects of these groups are in no namespace. */
const withoutNamespace: ReadonlySet<string> = new Set([...readTogether, 'apiregistration.k8s.io']);
/** More than anybody's file has, and few enough for each to be shown all the others. */
const mostCompanions = 1000;

/**
 * Judges a text.
 * @param explicit True for a file that was named, false for one found in a directory, where much is that is no manifest.
 */
export function checkText(file: string, text: string, explicit: boolean, options: CheckOptions): CheckedText {
  let index: LineIndex | undefined;
  const lines = () => {
    index ??= indexLines(text);
    return index;
  };
  let manifest: boolean | undefined;
  const looksLikeManifest = () => {
    manifest ??= /\bapiVersion\b/.test(text);
    return manifest;
  };
  const documents = readCompanions(text);
  const kinds = new Set(options.rules.flatMap((rule) => rule.kinds.map(nameKind)));
  const scope: FileScope = {
    file,
    explicit,
    text,
    options,
    kinds,
    companions: documents?.companions ?? [],
    lines,
    looksLikeManifest,
  };
  const gathering: Gathering = {
    rows: [],
    unjudged: [],
    otherKinds: new Map(),
    notes: [],
    fixes: [],
    objects: 0,
    judged: 0,
  };
  let stranger: number | undefined;
  for (const document of documents?.documents ?? readDocuments(text)) {
    if (document.kind === 'broken') addUnjudged(gathering, describeBroken(scope, document));
    else if (checkDocument(scope, gathering, document) === 'stranger')
      stranger ??= document.base + (document.values()?.start ?? 0);
  }
  if (stranger !== undefined) gathering.unjudged.push(describeStranger(scope, stranger));
  return gathering;
}

/** A template breaks in several places, which says no more than the first. */
function addUnjudged({ unjudged }: Gathering, item: Unjudged): void {
  if (item.kind !== 'template' || !unjudged.some(({ kind }) => kind === 'template')) unjudged.push(item);
}

function nameKind({ group, kind }: GroupKind): string {
  return `${group}/${kind}`;
}

/** Judges what a document holds; `stranger` when something in it is no object of Kubernetes. */
function checkDocument(scope: FileScope, gathering: Gathering, document: ReadDocument): 'stranger' | undefined {
  for (const { at, message, repeatedKey } of document.notes) {
    // What kubeadm reads gets a finding instead: `kubeadm config validate` refuses it.
    if (repeatedKey !== undefined && readTogether.has(groupOf(document.root))) continue;
    gathering.notes.push({ file: scope.file, ...scope.lines().position(at), message });
  }
  const judged: JudgedObject[] = [];
  let stranger: 'stranger' | undefined;
  for (const { object, path } of findObjects(document.root)) {
    if (!isTyped(object)) stranger = 'stranger';
    else if (checkObject(scope, gathering, document, object, path, judged) === 'judged') gathering.judged++;
  }
  if (judged.length > 0 && scope.options.fixes === 'documents')
    gathering.fixes.push(fixDocument(scope, document, judged));
  return (
    stranger ??
    (document.root === null || isObject(document.root) || Array.isArray(document.root) ? undefined : 'stranger')
  );
}

function checkObject(
  scope: FileScope,
  gathering: Gathering,
  document: ReadDocument,
  object: JsonObject,
  path: string,
  violating: JudgedObject[],
): 'judged' | undefined {
  gathering.objects++;
  const kind = groupKindOf(object);
  const unjudged = !scope.kinds.has(nameKind(kind))
    ? describeOther(scope, document, object, path)
    : isEncrypted(object)
      ? describeEncrypted(scope, document, object, path)
      : scope.companions.length > mostCompanions && readTogether.has(kind.group)
        ? describeCrowd(scope, document, object, path)
        : undefined;
  if (!scope.kinds.has(nameKind(kind))) countOther(gathering, object);
  else if (unjudged === undefined) {
    judgeObject(scope, gathering, document, subjectOf(scope, object, document, kind), path, violating);
    return 'judged';
  }
  if (unjudged !== undefined) gathering.unjudged.push(unjudged);
  return undefined;
}

function judgeObject(
  scope: FileScope,
  gathering: Gathering,
  document: ReadDocument,
  subject: Subject,
  path: string,
  violating: JudgedObject[],
): void {
  const { rules, policy, now } = scope.options;
  const verdict = judge(rules, policy, subject, now);
  if (verdict.outcomes.length === 0) return;
  gathering.rows.push(...rowsOf(verdict, subject, policy, createRowSource(scope, document, path, subject), now));
  violating.push({ subject, path, outcomes: verdict.outcomes });
}

function countOther({ otherKinds }: Gathering, object: JsonObject): void {
  const { apiVersion, kind } = identify(object, '');
  const key = `${apiVersion} ${kind}`;
  otherKinds.set(key, { apiVersion, kind, count: (otherKinds.get(key)?.count ?? 0) + 1 });
}

/** SOPS leaves kind and name readable and hides the values, which then say nothing. */
function isEncrypted(object: JsonObject): boolean {
  const sops = get(object, 'sops');
  return isObject(sops) && (get(sops, 'mac') !== undefined || get(sops, 'version') !== undefined);
}

function groupOf(root: Json): string {
  return isObject(root) ? groupKindOf(root).group : '';
}

function subjectOf(scope: FileScope, object: JsonObject, document: ReadDocument, { group }: GroupKind): Subject {
  const namespace = withoutNamespace.has(group) ? '' : namespaceOf(object) || scope.options.namespace;
  if (!readTogether.has(group)) return { object, namespace };
  const repeatedKeys = document.notes.flatMap((note) => note.repeatedKey ?? []);
  return { object, namespace, related: scope.companions.filter((other) => other !== document.root), repeatedKeys };
}
