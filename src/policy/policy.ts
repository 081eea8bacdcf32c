/** What an administrator decides: a mode per rule, exemptions with an owner and an end, and where messages point to. */

import type { Mode, Rule } from '../rules/rule.ts';

/** What happens to a finding that cannot be told for certain. */
export const unclearSettings = ['deny', 'warn', 'audit'] as const;
export type UnclearSetting = (typeof unclearSettings)[number];

/** What happens to an UPDATE that changes what a rule reads but only keeps a violation that was there before. */
export const existingSettings = ['warn', 'deny'] as const;
export type ExistingSetting = (typeof existingSettings)[number];

export const requireEnabledSettings = ['ratchet', 'always'] as const;
export type RequireEnabledSetting = (typeof requireEnabledSettings)[number];

export interface RuleSettings {
  readonly mode: Mode;
  readonly unclear: UnclearSetting;
  readonly existing: ExistingSetting;
  /** Whether `/mutate` applies this rule's fix. */
  readonly mutate: boolean;
  readonly requireEnabled: RequireEnabledSetting;
}

/** A deviation that somebody answers for. An absent list of namespaces, names, users or groups matches all. */
export interface Exemption {
  readonly rule: string;
  readonly namespaces?: readonly string[];
  readonly names?: readonly string[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly owner: string;
  readonly reason: string;
  /** As written by the administrator, for messages. */
  readonly expires: string;
  /** Milliseconds since 1970 at which it ends; a date alone means its end in UTC. */
  readonly expiresAt: number;
}

export interface Policy {
  /** True: nothing is refused; each would-be refusal is a warning, an audit annotation and a metric of its own. */
  readonly rehearsal: boolean;
  readonly rules: ReadonlyMap<string, RuleSettings>;
  readonly exemptions: readonly Exemption[];
  /** Replaces the page that messages point to. */
  readonly helpURL: string;
  /** Whom to ask, appended to refusals. */
  readonly contact: string | undefined;
}

/** Kubernetes' own page on the way that needs no insecure flag. */
export const defaultHelpURL =
  'https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs';

/** The settings a rule has when the configuration does not name it. */
export function defaultSettings(rule: Rule): RuleSettings {
  return { mode: rule.defaultMode, unclear: 'deny', existing: 'warn', mutate: false, requireEnabled: 'ratchet' };
}

/** The policy in force without a configuration file. */
export function defaultPolicy(rules: readonly Rule[]): Policy {
  return {
    rehearsal: false,
    rules: new Map(rules.map((rule) => [rule.id, defaultSettings(rule)])),
    exemptions: [],
    helpURL: defaultHelpURL,
    contact: undefined,
  };
}
