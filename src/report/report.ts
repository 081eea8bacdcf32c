/** What one run found, as plain data: rows, what could not be judged, and the counts that the exit code is decided by. */

import type { Rule } from '../rules/rule.ts';
import { type Row, type Standing, standingOf } from './row.ts';

/**
 * Why something was not judged. `template`, `encrypted`, `not-kubernetes` and `other-kind` are no failures: it is known what they are.
 * The others mean that the run is not complete.
 */
export type UnjudgedKind =
  | 'unreadable'
  | 'binary'
  | 'broken'
  | 'template'
  | 'encrypted'
  | 'not-kubernetes'
  | 'other-kind'
  | 'too-large';

const failures: ReadonlySet<UnjudgedKind> = new Set(['unreadable', 'binary', 'broken', 'too-large']);

/** Something that was found and not judged. Lines and columns count from 1. */
export interface Unjudged {
  readonly kind: UnjudgedKind;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What it is: `Helm template`, `HelmRelease kube-system/metrics-server`. */
  readonly what: string;
  /** Why it was not judged and what would help. */
  readonly reason: string;
  /** Lines on which it speaks of what the rules are about, so that somebody should look. */
  readonly mentions: readonly { readonly word: string; readonly line: number }[];
}

/** Objects that were read and that no rule looks at, by kind. */
export interface OtherKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly count: number;
}

/** A file that `--fix` changed, could not change, or (with `--diff`) would change. */
export interface FileChange {
  readonly file: string;
  readonly outcome: 'written' | 'shown' | 'failed';
  readonly changes: readonly string[];
  /** Why it was left as it was. */
  readonly reason?: string;
}

/** Something said about a file beside the findings: a duplicate key, an exemption that ends soon. */
export interface Note {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

export interface Report {
  readonly tool: { readonly name: string; readonly version?: string; readonly informationUri?: string };
  /** The time by which exemptions were judged, RFC 3339. */
  readonly at: string;
  readonly rehearsal: boolean;
  readonly rules: readonly Rule[];
  readonly rows: readonly Row[];
  readonly unjudged: readonly Unjudged[];
  readonly otherKinds: readonly OtherKind[];
  readonly changes: readonly FileChange[];
  readonly notes: readonly Note[];
  /** `objects` counts all that were read, `judged` those that at least one rule looks at. */
  readonly counts: { readonly files: number; readonly objects: number; readonly judged: number };
}

export interface Summary {
  readonly files: number;
  readonly objects: number;
  readonly judged: number;
  readonly violations: number;
  readonly warnings: number;
  readonly audits: number;
  readonly exempt: number;
  readonly fixable: number;
  readonly notJudged: number;
  /** False when something that should have been judged could not be, or a change could not be written. */
  readonly complete: boolean;
}

/** Counts a report. */
export function summarise(report: Report): Summary {
  const byStanding: Record<Standing, number> = { violation: 0, warning: 0, audit: 0, exempt: 0 };
  let fixable = 0;
  for (const row of report.rows) {
    byStanding[standingOf(row)]++;
    if (row.fixable) fixable++;
  }
  return {
    ...report.counts,
    violations: byStanding.violation,
    warnings: byStanding.warning,
    audits: byStanding.audit,
    exempt: byStanding.exempt,
    fixable,
    notJudged: report.unjudged.length,
    complete: !report.unjudged.some(isFailure) && !report.changes.some(({ outcome }) => outcome === 'failed'),
  };
}

/** True for what should have been judged: it makes a run incomplete. */
export function isFailure({ kind }: Unjudged): boolean {
  return failures.has(kind);
}
