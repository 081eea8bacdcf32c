/** Decides what the log says of a request: refusals at warn, changes at info, what is allowed at debug; never an object's contents. */

import type { AdmissionEvent } from '../admission/index.ts';
import { describeMitigation, describeOutcome, type Outcome } from '../policy/index.ts';
import type { Logger } from './create-logger.ts';

/** More of a verdict than this is not repeated in the log; the count is. */
const shownOutcomes = 5;
const longest = 400;

/**
 * Logs one request.
 * @param late True if the API server had stopped waiting, so that the webhook's failurePolicy decided instead of the verdict.
 */
export function logAdmission(log: Logger, event: AdmissionEvent, late: boolean): void {
  const { verdict, changes } = event;
  if (!verdict.allowed) log.warn(describe(event, late), late ? 'refused too late' : 'refused');
  else if (late) log.warn(describe(event, late), 'answered too late');
  else if (changes.length > 0) log.info({ ...describe(event, late), changes: changes.map(shorten) }, 'changed');
  else if (log.isLevelEnabled('debug')) {
    log.debug(describe(event, late), verdict.outcomes.length > 0 ? 'allowed with findings' : 'allowed');
  }
}

function describe(event: AdmissionEvent, late: boolean): Record<string, unknown> {
  const { outcomes } = event.verdict;
  const place = event.namespace === '' ? event.name : `${event.namespace}/${event.name}`;
  return {
    endpoint: event.endpoint,
    operation: shorten(event.operation),
    resource: shorten(event.subResource === '' ? event.resource : `${event.resource}/${event.subResource}`),
    object: shorten(place),
    user: shorten(event.username),
    uid: shorten(event.uid),
    dry_run: event.dryRun,
    ...(late ? { late } : {}),
    ...(outcomes.length === 0 ? {} : describeFindings(event, outcomes)),
  };
}

/** What decided comes first: refusals if there are any, else all. */
function describeFindings(event: AdmissionEvent, outcomes: readonly Outcome[]): Record<string, unknown> {
  const denied = outcomes.filter(({ action }) => action === 'deny');
  const relevant = denied.length > 0 ? denied : outcomes;
  const { subject } = event;
  const mitigations = relevant.flatMap(({ mitigation }) =>
    mitigation === undefined ? [] : [describeMitigation(mitigation)],
  );
  return {
    rules: [...new Set(relevant.map(({ rule }) => rule.id))],
    reasons: relevant
      .slice(0, shownOutcomes)
      .map((outcome) => shorten(subject === undefined ? outcome.violation.message : describeOutcome(outcome, subject))),
    ...(relevant.length > shownOutcomes ? { more: relevant.length - shownOutcomes } : {}),
    ...(mitigations.length === 0
      ? {}
      : { not_refused_because: [...new Set(mitigations)].slice(0, shownOutcomes).map(shorten) }),
  };
}

/** Every name in a request is its writer's choice, its length included. */
function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
