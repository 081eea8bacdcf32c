/** What the API server is told: allowed or not, the status of a refusal, warnings for the person, annotations for the audit log. */

import { fieldPath, groupKindOf, nameOf } from '../kube/index.ts';
import {
  composeRefusal,
  composeWarning,
  describeMitigation,
  describeOutcome,
  listLimit,
  type Outcome,
  type Policy,
  type Subject,
  type Verdict,
} from '../policy/index.ts';
import type { Review } from './review.ts';

/** admission.k8s.io/v1 AdmissionResponse (k8s.io/api admission/v1 types.go). */
export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: Status;
  readonly patchType?: 'JSONPatch';
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

interface Status {
  readonly status: 'Failure';
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: {
    readonly name: string;
    readonly group: string;
    readonly kind: string;
    readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  };
}

/** An answer that lets the request pass and says nothing. */
export function allow(uid: string): AdmissionResponse {
  return { uid, allowed: true };
}

/** The answer to a review whose version we do not speak: no guess is made about what it asks. */
export function unsupported(uid: string, version: string): AdmissionResponse {
  const message = `kubelet-tls-guard speaks admission.k8s.io/v1 AdmissionReview only, but got ${version}: set admissionReviewVersions: ["v1"] in the webhook configuration`;
  return { uid, allowed: false, status: { status: 'Failure', code: 400, reason: 'BadRequest', message } };
}

/** Puts a verdict into a response. */
export function respond(review: Review, subject: Subject, verdict: Verdict, policy: Policy): AdmissionResponse {
  if (verdict.outcomes.length === 0) return allow(review.uid);
  const warnings = warningsOf(verdict);
  return {
    uid: review.uid,
    allowed: verdict.allowed,
    ...(verdict.allowed ? {} : { status: refusalStatus(review, subject, verdict, policy) }),
    ...(warnings.length === 0 ? {} : { warnings }),
    auditAnnotations: annotate(verdict, subject),
  };
}

/** One warning for each finding that is neither refused (the message says it) nor for the audit log only; never the same twice. */
function warningsOf(verdict: Verdict): readonly string[] {
  const warned = verdict.outcomes.filter(({ action }) => action === 'warn');
  const warnings = [...new Set(warned.map(composeWarning))];
  if (warnings.length <= listLimit) return warnings;
  return [...warnings.slice(0, listLimit), `kubelet-tls-guard: and ${warnings.length - listLimit} more warnings`];
}

function refusalStatus(review: Review, subject: Subject, verdict: Verdict, policy: Policy): Status {
  const denied = verdict.outcomes.filter(({ action }) => action === 'deny');
  return {
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
    message: composeRefusal(denied, subject, policy),
    details: {
      name: nameOf(subject.object),
      group: groupKindOf(subject.object).group,
      kind: review.resource,
      causes: denied.slice(0, listLimit).map((outcome) => ({
        reason: outcome.rule.id,
        message: describeOutcome(outcome, subject),
        field: fieldPath(outcome.violation.path),
      })),
    },
  };
}

const worst = { deny: 'denied', warn: 'warned', audit: 'audited' } as const;

/** Annotations for the audit log; the API server puts the webhook's name before each key. */
function annotate(verdict: Verdict, subject: Subject): Readonly<Record<string, string>> {
  const { outcomes } = verdict;
  const has = (action: Outcome['action']) => outcomes.some((outcome) => outcome.action === action);
  const annotations: Record<string, string> = {
    verdict: worst[has('deny') ? 'deny' : has('warn') ? 'warn' : 'audit'],
    rule: joined(outcomes.map(({ rule }) => rule.id)),
    mode: joined(outcomes.map(({ mode }) => mode)),
    violations: outcomes
      .slice(0, listLimit)
      .map((outcome) => describeOutcome(outcome, subject))
      .join('; '),
    count: String(outcomes.length),
  };
  const mitigations = outcomes.flatMap(({ mitigation }) => (mitigation === undefined ? [] : [mitigation]));
  const exempt = mitigations.filter(({ kind }) => kind === 'exempt').map(describeMitigation);
  const others = mitigations.filter(({ kind }) => kind !== 'exempt').map(describeMitigation);
  if (exempt.length > 0) annotations['exemption'] = joined(exempt);
  if (others.length > 0) annotations['not-refused-because'] = joined(others);
  return annotations;
}

function joined(values: readonly string[]): string {
  return [...new Set(values)].join(', ');
}
