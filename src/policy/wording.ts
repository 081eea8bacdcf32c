/** How verdicts are put into words: the same sentences in refusals, warnings, `check` and reports. */

import { describeObject } from '../kube/index.ts';
import type { Policy } from './policy.ts';
import type { Mitigation, Outcome, Subject } from './verdict.ts';

/** kubectl shows a warning in one line, and the API server cuts what is longer once several add up (apiserver pkg/endpoints/filters/warning.go). */
export const warningLimit = 120;

/** More findings than this are counted, not listed: an object may hold thousands of containers, and a message has to stay readable. */
export const listLimit = 10;

/** What is wrong and where, as one sentence: `Deployment kube-system/metrics-server, container "metrics-server", args[4]: …`. */
export function describeOutcome(outcome: Outcome, subject: Subject): string {
  const { where, message } = outcome.violation;
  const object = describeObject(subject.object, subject.namespace);
  return `${object}, ${where}: ${message}`;
}

/**
 * The whole refusal: what and where for each finding, then once per rule why it matters and what to do, then where to read on.
 * It has to stand alone in a terminal, in an event and in the status of a GitOps tool.
 */
export function composeRefusal(outcomes: readonly Outcome[], subject: Subject, policy: Policy): string {
  const lines: string[] = [];
  const byRule = groupByRule(outcomes);
  for (const [id, group] of byRule) {
    for (const outcome of group.slice(0, listLimit)) lines.push(`${id}: ${describeOutcome(outcome, subject)}.`);
    if (group.length > listLimit) lines.push(`${id}: and ${group.length - listLimit} more of the same kind.`);
    const [first] = group;
    if (first === undefined) continue;
    lines.push(`Why: ${first.violation.why ?? first.rule.why}`);
    lines.push(...sayWhatToDo(first.violation.remediation ?? first.rule.remediation));
  }
  lines.push(`More: ${policy.helpURL}${policy.contact === undefined ? '' : ` - questions: ${policy.contact}`}`);
  return lines.join('\n');
}

function groupByRule(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const group = groups.get(outcome.rule.id);
    if (group === undefined) groups.set(outcome.rule.id, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

/** A line for each step: they stay apart even where a status line runs them together. */
function sayWhatToDo(steps: readonly string[]): readonly string[] {
  if (steps.length === 1) return [`What to do: ${steps[0] ?? ''}`];
  return ['What to do:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}

/** One warning: the rule's name, what and where in a few words, and why it was not refused. Never longer than a line. */
export function composeWarning(outcome: Outcome): string {
  const ground = outcome.mitigation === undefined ? '' : groundOf(outcome.mitigation);
  return clipWarning(`${outcome.rule.id}: ${ground}${outcome.violation.brief}`);
}

function groundOf(mitigation: Mitigation): string {
  switch (mitigation.kind) {
    case 'rehearsal':
      return 'would be refused: ';
    case 'exempt':
      return `exempt until ${mitigation.exemption.expires}: `;
    case 'existing':
    case 'unchanged':
      return 'not new: ';
    case 'controller':
    case 'mirror-pod':
      return '';
  }
}

/** Cuts a text to a warning's length, at a code point's border. */
export function clipWarning(text: string): string {
  if (text.length <= warningLimit) return text;
  const points = [...text];
  return points.length <= warningLimit ? text : `${points.slice(0, warningLimit - 1).join('')}…`;
}

/** Why an outcome is milder than its rule's mode: for audit annotations and reports. */
export function describeMitigation(mitigation: Mitigation): string {
  switch (mitigation.kind) {
    case 'rehearsal':
      return 'rehearsal: it would be refused';
    case 'exempt': {
      const { owner, reason, expires } = mitigation.exemption;
      return `exempt until ${expires}: ${reason} (owner: ${owner})`;
    }
    case 'unchanged':
      return 'this write leaves it as it was';
    case 'existing':
      return 'the object had it before this write';
    case 'controller':
      return `written by Kubernetes' ${mitigation.controller}`;
    case 'mirror-pod':
      return 'a static pod, reported by its kubelet';
  }
}
