/** Turns what the rules find into a verdict: modes, the ratchet against the old object, exemptions. The only catch around a rule. */

import { deepEqual, groupKindOf, isBeingDeleted, isObject } from '../kube/index.ts';
import type { Mode, Rule, RuleContext, Violation } from '../rules/rule.ts';
import { findExemption } from './exemptions.ts';
import { recogniseOrigin } from './origin.ts';
import { defaultSettings, type Policy, type RuleSettings } from './policy.ts';
import type { Action, Mitigation, Outcome, Subject, Verdict } from './verdict.ts';

const clean: Verdict = { allowed: true, outcomes: [] };
/** Writes to these leave the specification alone; judging them would only break the controllers that make them. */
const passedSubResources: ReadonlySet<string> = new Set(['status', 'scale', 'binding', 'eviction', 'resize']);

/**
 * Judges one object by all rules that know its kind.
 * @param now Milliseconds since 1970; exemptions end by it.
 */
export function judge(rules: readonly Rule[], policy: Policy, subject: Subject, now: number): Verdict {
  if (subject.subResource !== undefined && passedSubResources.has(subject.subResource)) return clean;
  const { group, kind } = groupKindOf(subject.object);
  let outcomes: Outcome[] | undefined;
  for (const rule of rules) {
    if (!knows(rule, group, kind)) continue;
    const settings = policy.rules.get(rule.id) ?? defaultSettings(rule);
    if (settings.mode === 'off' || (subject.operation === 'DELETE' && rule.judgesDelete !== true)) continue;
    const violations = evaluate(rule, settings, subject);
    if (violations.length === 0) continue;
    outcomes ??= [];
    outcomes.push(...decide(rule, settings, policy, subject, violations, now));
  }
  if (outcomes === undefined) return clean;
  return { allowed: !outcomes.some(({ action }) => action === 'deny'), outcomes };
}

function knows(rule: Rule, group: string, kind: string): boolean {
  for (const known of rule.kinds) if (known.kind === kind && known.group === group) return true;
  return false;
}

function contextOf(settings: RuleSettings, subject: Subject): RuleContext {
  return {
    namespace: subject.namespace,
    requireEnabled: settings.requireEnabled,
    ...(subject.operation === undefined ? {} : { operation: subject.operation }),
    ...(subject.oldObject === undefined ? {} : { oldObject: subject.oldObject }),
    ...(subject.related === undefined ? {} : { related: subject.related }),
    ...(subject.repeatedKeys === undefined ? {} : { repeatedKeys: subject.repeatedKeys }),
  };
}

/** Runs a rule. A throw is a defect of ours: it becomes an unclear finding, so that the rule's own settings decide and somebody hears of it. */
function evaluate(rule: Rule, settings: RuleSettings, subject: Subject): readonly Violation[] {
  try {
    return rule.evaluate(subject.object, contextOf(settings, subject));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      {
        level: 'unclear',
        path: '',
        where: 'the whole object',
        message: `the rule failed on it (${reason}); this is a defect of kubelet-tls-guard, please report it`,
        brief: 'kubelet-tls-guard failed to judge this object; please report it',
        identity: 'defect',
        gravity: 0,
      },
    ];
  }
}

function decide(
  rule: Rule,
  settings: RuleSettings,
  policy: Policy,
  subject: Subject,
  violations: readonly Violation[],
  now: number,
): Outcome[] {
  const origin = recogniseOrigin(subject);
  const unchanged = origin === undefined && leavesAsItWas(rule, subject);
  const old = origin === undefined && !unchanged ? oldViolations(rule, settings, subject) : [];
  const exemption = findExemption(policy.exemptions, rule.id, subject, origin, now);
  return violations.map((violation) => {
    const unmitigated = actionFor(violation, settings);
    const mitigation = mitigate(unmitigated, {
      origin,
      unchanged,
      existing: settings.existing === 'warn' && isKept(violation, old),
      exemption,
      rehearsal: policy.rehearsal,
    });
    const action = mitigation === undefined ? unmitigated : milder(unmitigated, mitigation);
    return {
      rule,
      mode: settings.mode,
      violation,
      action,
      unmitigated,
      ...(mitigation === undefined ? {} : { mitigation }),
    };
  });
}

const actionOfMode: Readonly<Record<Exclude<Mode, 'off'>, Action>> = { enforce: 'deny', warn: 'warn', audit: 'audit' };
const severity: Readonly<Record<Action, number>> = { audit: 0, warn: 1, deny: 2 };

/** The action that mode, level and the `unclear` setting ask for: the mildest of them. */
function actionFor(violation: Violation, settings: RuleSettings): Action {
  const byMode = settings.mode === 'off' ? 'audit' : actionOfMode[settings.mode];
  if (violation.level === 'violation') return byMode;
  const byLevel = violation.level === 'warning' ? 'warn' : settings.unclear;
  return severity[byLevel] < severity[byMode] ? byLevel : byMode;
}

interface Grounds {
  readonly origin: Mitigation | undefined;
  readonly unchanged: boolean;
  readonly existing: boolean;
  readonly exemption: Mitigation | undefined;
  readonly rehearsal: boolean;
}

/** The first ground that applies. Only a refusal needs one, except a controller's write, whose warnings nobody would read. */
function mitigate(unmitigated: Action, grounds: Grounds): Mitigation | undefined {
  if (grounds.origin !== undefined) return grounds.origin;
  if (unmitigated !== 'deny') return grounds.exemption;
  if (grounds.unchanged) return { kind: 'unchanged' };
  if (grounds.existing) return { kind: 'existing' };
  if (grounds.exemption !== undefined) return grounds.exemption;
  return grounds.rehearsal ? { kind: 'rehearsal' } : undefined;
}

function milder(unmitigated: Action, mitigation: Mitigation): Action {
  if (mitigation.kind === 'controller' || mitigation.kind === 'mirror-pod') return 'audit';
  return unmitigated === 'deny' ? 'warn' : unmitigated;
}

/** True for a write that cannot be what brought the violation: nothing the rule reads changed, or the object is on its way out. */
function leavesAsItWas(rule: Rule, subject: Subject): boolean {
  if (subject.operation !== 'UPDATE' || !isObject(subject.oldObject)) return false;
  if (isBeingDeleted(subject.object)) return true;
  const before = rule.reads(subject.oldObject);
  const after = rule.reads(subject.object);
  return before.length === after.length && before.every((value, index) => deepEqual(value, after[index]));
}

function oldViolations(rule: Rule, settings: RuleSettings, subject: Subject): readonly Violation[] {
  if (subject.operation !== 'UPDATE' || !isObject(subject.oldObject)) return [];
  const { oldObject, ...rest } = subject;
  return evaluate(rule, settings, { ...rest, object: oldObject });
}

function isKept(violation: Violation, old: readonly Violation[]): boolean {
  if (violation.inexcusable === true) return false;
  return old.some(({ identity, gravity }) => identity === violation.identity && gravity >= violation.gravity);
}
