/** Turns the text of an AdmissionReview into the text of its response. Knows no HTTP. */

import { diff } from '../kube/index.ts';
import { amend, clipWarning, judge, type Policy, type Subject, type Verdict } from '../policy/index.ts';
import type { Rule } from '../rules/rule.ts';
import { type AdmissionResponse, allow, respond, unsupported } from './response.ts';
import { type Review, readReview } from './review.ts';

/** What is needed to answer a review. */
export interface Guard {
  readonly rules: readonly Rule[];
  readonly policy: Policy;
}

/** What happened, for logs and metrics. */
export interface AdmissionEvent {
  readonly endpoint: 'validate' | 'mutate';
  readonly uid: string;
  readonly operation: string;
  readonly resource: string;
  readonly subResource: string;
  readonly namespace: string;
  readonly name: string;
  readonly username: string;
  readonly dryRun: boolean;
  readonly verdict: Verdict;
  /** What a mutation changed, in words; empty elsewhere. */
  readonly changes: readonly string[];
  readonly subject: Subject | undefined;
}

export type Admission =
  | { readonly kind: 'reviewed'; readonly body: string; readonly event: AdmissionEvent }
  /** No AdmissionReview with a uid: nothing can be answered, the server says so by status 400. */
  | { readonly kind: 'malformed'; readonly reason: string };

const clean: Verdict = { allowed: true, outcomes: [] };
const refused: Verdict = { allowed: false, outcomes: [] };
const unreviewed: Omit<Review, 'uid'> = {
  operation: '',
  resource: '',
  subResource: '',
  namespace: '',
  name: '',
  username: '',
  dryRun: false,
  subject: undefined,
};

/**
 * Answers a review by a verdict. A dry run gets the same one.
 * @param now Milliseconds since 1970.
 */
export function validate(text: string, { rules, policy }: Guard, now: number): Admission {
  return answer('validate', text, (review) => {
    if (review.subject === undefined) return { response: allow(review.uid), verdict: clean };
    const verdict = judge(rules, policy, review.subject, now);
    return { response: respond(review, review.subject, verdict, policy), verdict };
  });
}

/**
 * Answers a review by a JSON Patch where the policy switches a fix on and the write may be changed; it never refuses.
 * @param now Milliseconds since 1970.
 */
export function mutate(text: string, { rules, policy }: Guard, now: number): Admission {
  return answer('mutate', text, (review) => {
    const amendment = review.subject === undefined ? undefined : amend(rules, policy, review.subject, now);
    if (review.subject === undefined || amendment === undefined) return { response: allow(review.uid), verdict: clean };
    const patch = JSON.stringify(diff(review.subject.object, amendment.object));
    const response: AdmissionResponse = {
      ...allow(review.uid),
      patchType: 'JSONPatch',
      patch: Buffer.from(patch, 'utf8').toString('base64'),
      warnings: amendment.changes.map(clipWarning),
      auditAnnotations: { changed: amendment.changes.join('; ') },
    };
    return { response, verdict: clean, changes: amendment.changes };
  });
}

interface Answer {
  readonly response: AdmissionResponse;
  readonly verdict: Verdict;
  readonly changes?: readonly string[];
}

function answer(endpoint: AdmissionEvent['endpoint'], text: string, decide: (review: Review) => Answer): Admission {
  const read = readReview(text);
  if (read.kind === 'malformed') return read;
  const review = read.kind === 'review' ? read.review : { ...unreviewed, uid: read.uid };
  const decided =
    read.kind === 'review' ? decide(review) : { response: unsupported(read.uid, read.apiVersion), verdict: refused };
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: decided.response,
  });
  return {
    kind: 'reviewed',
    body,
    event: { endpoint, ...review, verdict: decided.verdict, changes: decided.changes ?? [] },
  };
}
