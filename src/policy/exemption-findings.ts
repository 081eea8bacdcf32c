/** What is to be done about the exemptions themselves: those that have ended, end soon, or are of no use. */

import { groupKindOf } from '../kube/index.ts';
import { coverageOf } from './exemptions.ts';
import type { Exemption } from './policy.ts';
import type { Subject, Verdict } from './verdict.ts';

/** An exemption that ends within this many milliseconds ends soon: two weeks, enough to renew it or to do without. */
export const soon = 14 * 24 * 60 * 60 * 1000;

/** How often an exemption was met among what was looked at. */
export interface ExemptionUse {
  /** Objects that it covers, for some of its users where nobody is known to write. */
  readonly matched: number;
  /** Those of them that violate its rule, so that it is needed. */
  readonly used: number;
}

/**
 * `expired`: it counts no longer. `expiring`: it ends soon. `unmatched`: nothing that it covers was seen.
 * `unused`: what it covers was seen, and none of it violates the rule.
 */
export interface ExemptionFinding {
  readonly kind: 'expired' | 'expiring' | 'unmatched' | 'unused';
  readonly exemption: Exemption;
  /** Its place in the configuration's list, from 0. */
  readonly index: number;
  /** What it is, and what to do: sentences that stand alone. */
  readonly message: string;
}

/** Counts for each exemption what it covers among objects that were judged. Ended ones are counted too. */
export function recordUses(
  exemptions: readonly Exemption[],
  judged: Iterable<{ readonly subject: Subject; readonly verdict: Verdict }>,
  rules: readonly {
    readonly id: string;
    readonly kinds: readonly { readonly group: string; readonly kind: string }[];
  }[],
): ReadonlyMap<Exemption, ExemptionUse> {
  const uses = new Map<Exemption, ExemptionUse>();
  const kindsOf = new Map(
    rules.map(({ id, kinds }) => [id, new Set(kinds.map(({ group, kind }) => `${group}/${kind}`))]),
  );
  for (const { subject, verdict } of judged) {
    const { group, kind } = groupKindOf(subject.object);
    const violated = new Set(
      verdict.outcomes.flatMap(({ rule, violation }) => (violation.level === 'warning' ? [] : [rule.id])),
    );
    for (const exemption of exemptions) {
      if (kindsOf.get(exemption.rule)?.has(`${group}/${kind}`) !== true) continue;
      if (coverageOf(exemption, subject, undefined) === 'not-covered') continue;
      const { matched, used } = uses.get(exemption) ?? { matched: 0, used: 0 };
      uses.set(exemption, { matched: matched + 1, used: used + (violated.has(exemption.rule) ? 1 : 0) });
    }
  }
  return uses;
}

/**
 * Lists what is to be done about exemptions, in their order.
 * @param uses What was met while everything that they could cover was looked at; `undefined` where not everything was.
 * @param now Milliseconds since 1970.
 */
export function examineExemptions(
  exemptions: readonly Exemption[],
  uses: ReadonlyMap<Exemption, ExemptionUse> | undefined,
  now: number,
): readonly ExemptionFinding[] {
  return exemptions.flatMap((exemption, index): ExemptionFinding[] => {
    const finding = (kind: ExemptionFinding['kind'], what: string): ExemptionFinding => ({
      kind,
      exemption,
      index,
      message: `exemptions[${index}] (${describeExemption(exemption)}) ${what}`,
    });
    if (exemption.expiresAt <= now) return [finding('expired', endedMessage(exemption))];
    const findings: ExemptionFinding[] = [];
    if (exemption.expiresAt - now <= soon) findings.push(finding('expiring', endingMessage(exemption, now)));
    if (uses === undefined) return findings;
    const { matched, used } = uses.get(exemption) ?? { matched: 0, used: 0 };
    if (matched === 0) {
      const advice = 'Look for a slip in its names and namespaces, or remove it';
      findings.push(finding('unmatched', `covers nothing that was looked at. ${advice}.`));
    } else if (used === 0) {
      const advice = 'Remove it, before something new hides behind it';
      findings.push(
        finding('unused', `is needed no more: ${count(matched)} it covers, none with a violation. ${advice}.`),
      );
    }
    return findings;
  });
}

/** An end takes nothing away from what runs: admission sees only writes, so the text says what is left to do. */
function endedMessage({ owner, expires }: Exemption): string {
  const left = 'What it let in is still there and keeps running: an end undoes nothing';
  return `ended (expires: ${expires}) and counts no longer. ${left}. Ask ${owner} to repair that, then remove the exemption, or give it a new end.`;
}

function endingMessage({ owner, expires, expiresAt }: Exemption, now: number): string {
  const days = Math.floor((expiresAt - now) / (24 * 60 * 60 * 1000));
  const when = days === 0 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  return `ends ${when} (expires: ${expires}). Ask ${owner} to repair what it covers, or give it a new end: afterwards it covers no new write, and what is there stays.`;
}

function count(objects: number): string {
  return objects === 1 ? '1 object' : `${objects} objects`;
}

/** Names an exemption by what it covers: `metrics-server-kubelet-tls in kube-system for metrics-server, owner platform`. */
export function describeExemption({ rule, namespaces, names, users, groups, owner }: Exemption): string {
  const parts = [rule];
  if (namespaces !== undefined) parts.push(`namespaces ${abridge(namespaces)}`);
  if (names !== undefined) parts.push(`names ${abridge(names)}`);
  if (users !== undefined) parts.push(`users ${abridge(users)}`);
  if (groups !== undefined) parts.push(`groups ${abridge(groups)}`);
  return `${parts.join(', ')}; owner: ${owner}`;
}

function abridge(values: readonly string[]): string {
  return values.length <= 3 ? values.join(', ') : `${values.slice(0, 2).join(', ')} and ${values.length - 2} more`;
}
