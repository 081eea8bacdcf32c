/** Plans the repair of everything in a document that the rules can repair. */

import { describeObject } from '../kube/index.ts';
import type { Outcome, Subject } from '../policy/index.ts';
import type { Rule } from '../rules/rule.ts';
import type { CheckOptions, FileScope } from './check-text.ts';
import { planFix, type WantedChange } from './plan-fix.ts';
import type { ReadDocument } from './read-documents.ts';
import { mayBeFixed, repair } from './row-source.ts';
import type { TextEdit } from './text-edit.ts';

/** An object with what was found on it; `path` is its JSON Pointer in the document. */
export interface JudgedObject {
  readonly subject: Subject;
  readonly path: string;
  readonly outcomes: readonly Outcome[];
}

export interface DocumentFix {
  /** Offsets in the file's text; empty where nothing can be done. */
  readonly edits: readonly TextEdit[];
  /** What the edits do, an object's name in front of each. */
  readonly changes: readonly string[];
  /** Why what a rule could repair was left as it is. */
  readonly reason?: string;
}

/** Plans the changes of a document's objects together; if they cannot all be made, none is. */
export function fixDocument(scope: FileScope, document: ReadDocument, judged: readonly JudgedObject[]): DocumentFix {
  const wanted: WantedChange[] = [];
  const changes: string[] = [];
  for (const { subject, path, outcomes } of judged) {
    const repaired = repairObject(scope.options, subject, outcomes);
    if (repaired === undefined) continue;
    wanted.push({ path, before: subject.object, after: repaired.after });
    const name = describeObject(subject.object, subject.namespace).replace(/ \(no name\)$/, '');
    changes.push(...repaired.changes.map((change) => `${name}: ${change}`));
  }
  if (wanted.length === 0) return { edits: [], changes: [] };
  const plan = planFix(scope.text, document, wanted);
  if (plan.kind === 'edits') return { edits: plan.edits, changes };
  const { line } = scope.lines().position(document.start);
  return { edits: [], changes: [], reason: `the document at line ${line}: ${plan.reason}` };
}

function repairObject({ policy }: CheckOptions, subject: Subject, outcomes: readonly Outcome[]) {
  const byRule = new Map<Rule, Set<string>>();
  for (const outcome of outcomes) {
    if (!mayBeFixed(outcome)) continue;
    const identities = byRule.get(outcome.rule);
    if (identities === undefined) byRule.set(outcome.rule, new Set([outcome.violation.identity]));
    else identities.add(outcome.violation.identity);
  }
  let after = subject.object;
  const changes: string[] = [];
  for (const [rule, identities] of byRule) {
    const fixed = repair(rule, policy, subject, after, identities);
    if (fixed === undefined) continue;
    after = fixed.object;
    changes.push(...fixed.changes);
  }
  return changes.length === 0 ? undefined : { after, changes };
}
