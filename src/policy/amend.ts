/** Whether and how a write is repaired before it is judged: the limits within which `/mutate` may apply a rule's fix. */

import { controllingOwnerOf, groupKindOf, isBeingDeleted, isObject, type JsonObject } from '../kube/index.ts';
import type { Rule, RuleContext } from '../rules/rule.ts';
import { findExemption } from './exemptions.ts';
import { recogniseOrigin } from './origin.ts';
import { defaultSettings, type Policy } from './policy.ts';
import type { Subject } from './verdict.ts';

/** The object as it should be stored, and what was changed, in words with the rule's name. */
export interface Amendment {
  readonly object: JsonObject;
  readonly changes: readonly string[];
}

/** Applies the fixes that the policy switches on, each only to what this write brings. `undefined`: leave the object alone. */
export function amend(rules: readonly Rule[], policy: Policy, subject: Subject, now: number): Amendment | undefined {
  if (policy.rehearsal || !mayBeAmended(subject)) return undefined;
  const { group, kind } = groupKindOf(subject.object);
  const origin = recogniseOrigin(subject);
  const changes: string[] = [];
  let object = subject.object;
  for (const rule of rules) {
    const settings = policy.rules.get(rule.id) ?? defaultSettings(rule);
    if (rule.fix === undefined || !settings.mutate || settings.mode === 'off') continue;
    if (!rule.kinds.some((candidate) => candidate.kind === kind && candidate.group === group)) continue;
    if (findExemption(policy.exemptions, rule.id, subject, origin, now) !== undefined) continue;
    const context: RuleContext = {
      namespace: subject.namespace,
      requireEnabled: settings.requireEnabled,
      ...written(subject),
    };
    const fixed = rule.fix(object, context, broughtBy(rule, object, context));
    if (fixed === undefined) continue;
    object = fixed.object;
    changes.push(...fixed.changes.map((change) => `${rule.id}: ${change}`));
  }
  return changes.length === 0 ? undefined : { object, changes };
}

/**
 * What must never be changed: a child of a controller (or a bare ReplicaSet, which a Deployment may adopt), because a changed child makes its
 * controller create another, without end; a Pod or Job after its creation, because their templates are immutable; what is being deleted.
 */
function mayBeAmended(subject: Subject): boolean {
  const { kind } = groupKindOf(subject.object);
  if (subject.subResource !== undefined && subject.subResource !== '') return false;
  if (subject.operation !== 'CREATE' && subject.operation !== 'UPDATE') return false;
  if (kind === 'ReplicaSet' || controllingOwnerOf(subject.object) !== undefined) return false;
  if (subject.operation === 'UPDATE' && (kind === 'Pod' || kind === 'Job')) return false;
  return !isBeingDeleted(subject.object);
}

function written(subject: Subject): Pick<RuleContext, 'operation' | 'oldObject'> {
  return {
    ...(subject.operation === undefined ? {} : { operation: subject.operation }),
    ...(isObject(subject.oldObject) ? { oldObject: subject.oldObject } : {}),
  };
}

/** The identities of the violations that the old object did not have. */
function broughtBy(rule: Rule, object: JsonObject, context: RuleContext): ReadonlySet<string> {
  const { oldObject, ...rest } = context;
  const old = oldObject === undefined ? [] : rule.evaluate(oldObject, { ...rest });
  const kept = new Map(old.map(({ identity, gravity }) => [identity, gravity]));
  const brought = rule
    .evaluate(object, context)
    .filter(({ identity, gravity }) => (kept.get(identity) ?? Number.NEGATIVE_INFINITY) < gravity);
  return new Set(brought.map(({ identity }) => identity));
}
