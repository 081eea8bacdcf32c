/** What was decided about one object, and on what grounds: the same data for the webhook, `check` and every report. */

import type { JsonObject } from '../kube/index.ts';
import type { Mode, Operation, Rule, Violation } from '../rules/rule.ts';
import type { Exemption } from './policy.ts';

/** Who writes, as the API server authenticated them (authentication.k8s.io UserInfo). */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** One object to be judged, with the request that brings it if there is one. */
export interface Subject {
  readonly object: JsonObject;
  readonly oldObject?: JsonObject;
  /** Absent for files and for what is read from a cluster. */
  readonly operation?: Operation;
  readonly subResource?: string;
  readonly namespace: string;
  /** The other documents of the same file; kubeadm reads them together. */
  readonly related?: readonly JsonObject[];
  /** Keys that the document's text gives more than once; the object has the last of each. */
  readonly repeatedKeys?: readonly string[];
  readonly user?: User;
}

export type Action = 'deny' | 'warn' | 'audit';

/** Why an action is milder than the rule's mode alone would make it. */
export type Mitigation =
  | { readonly kind: 'rehearsal' }
  | { readonly kind: 'exempt'; readonly exemption: Exemption }
  /** The write leaves what the rule reads as it was, or the object is being deleted. */
  | { readonly kind: 'unchanged' }
  /** The old object had the same defect. */
  | { readonly kind: 'existing' }
  /** Kubernetes' own controller writes a child; refusing it would only hide the cause. */
  | { readonly kind: 'controller'; readonly controller: string }
  /** The kubelet reports a static pod, which runs whatever we say. */
  | { readonly kind: 'mirror-pod' };

/** One violation with what became of it. */
export interface Outcome {
  readonly rule: Rule;
  readonly mode: Mode;
  readonly violation: Violation;
  readonly action: Action;
  readonly mitigation?: Mitigation;
  /** What the action would be without the mitigation. */
  readonly unmitigated: Action;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly outcomes: readonly Outcome[];
}
