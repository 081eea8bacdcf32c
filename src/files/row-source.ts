/** Adds to an object's rows what only its file knows: the place, the lines around it, and the edits that repair it. */

import type { JsonObject } from '../kube/index.ts';
import { defaultSettings, type Outcome, type Policy, type Subject } from '../policy/index.ts';
import type { Location, RowFix, RowSource } from '../report/index.ts';
import type { Fix, Rule, RuleContext } from '../rules/rule.ts';
import type { FileScope } from './check-text.ts';
import { type LineIndex, regionOf } from './line-index.ts';
import { placeOf } from './locate.ts';
import { planFix } from './plan-fix.ts';
import type { ReadDocument } from './read-documents.ts';

/** Lines shown before and behind a finding, and the most that it is shown itself. */
const around = 1;
const longestRegion = 3;

/** The source of rows for one object of a document. */
export function createRowSource(scope: FileScope, document: ReadDocument, path: string, subject: Subject): RowSource {
  return {
    locate(violation) {
      const values = document.values();
      const source = scope.text.slice(document.base, document.end);
      const place =
        values === undefined
          ? { start: document.start - document.base, end: document.start - document.base }
          : placeOf(source, values, path + violation.path, violation.position);
      return locationOf(scope.file, scope.lines(), document.base + place.start, document.base + place.end);
    },
    fix: (outcome) => fixOutcome(scope, document, path, subject, outcome),
  };
}

function locationOf(file: string, lines: LineIndex, start: number, end: number): Location {
  const region = regionOf(lines, start, end);
  const firstLine = Math.max(1, region.line - around);
  const lastLine = Math.min(lines.count, Math.min(region.endLine, region.line + longestRegion - 1) + around);
  const shown: string[] = [];
  for (let line = firstLine; line <= lastLine; line++) shown.push(lines.lineAt(line));
  // A final line break begins no line worth showing.
  if (lastLine === lines.count && shown.at(-1) === '' && lastLine > region.line) shown.pop();
  return { file, ...region, excerpt: { firstLine, lines: shown } };
}

/** An exempted finding is somebody's decision: it is not repaired. */
export function mayBeFixed(outcome: Outcome): boolean {
  return (
    outcome.rule.fix !== undefined && outcome.mitigation?.kind !== 'exempt' && outcome.violation.identity !== 'defect'
  );
}

/** Runs a rule's fix for findings of these identities, in the context that it was evaluated in; a throw is no fix. */
export function repair(
  rule: Rule,
  policy: Policy,
  subject: Subject,
  object: JsonObject,
  identities: ReadonlySet<string>,
): Fix | undefined {
  const { requireEnabled } = policy.rules.get(rule.id) ?? defaultSettings(rule);
  const { namespace, related, repeatedKeys } = subject;
  const context: RuleContext = {
    namespace,
    requireEnabled,
    ...(related === undefined ? {} : { related }),
    ...(repeatedKeys === undefined ? {} : { repeatedKeys }),
  };
  try {
    return rule.fix?.(object, context, identities);
  } catch {
    return undefined;
  }
}

function fixOutcome(
  scope: FileScope,
  document: ReadDocument,
  path: string,
  subject: Subject,
  outcome: Outcome,
): { readonly fixable: boolean; readonly fix?: RowFix } {
  if (!mayBeFixed(outcome)) return { fixable: false };
  const identities = new Set([outcome.violation.identity]);
  const fixed = repair(outcome.rule, scope.options.policy, subject, subject.object, identities);
  if (fixed === undefined) return { fixable: false };
  if (scope.options.fixes !== 'rows') return { fixable: true };
  const plan = planFix(scope.text, document, [{ path, before: subject.object, after: fixed.object }]);
  if (plan.kind === 'impossible') return { fixable: false };
  const lines = scope.lines();
  const replacements = plan.edits.map(({ start, end, text }) => ({ ...regionOf(lines, start, end), text }));
  return { fixable: true, fix: { description: fixed.changes.join('; '), replacements } };
}
