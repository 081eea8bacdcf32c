/** What a report says about one finding: a verdict's outcome as plain data, the same for every form of output. */

import { extend, fieldPath, get, groupKindOf, type JsonObject, nameOf } from '../kube/index.ts';
import {
  type Action,
  describeConditionalExemption,
  describeMitigation,
  findConditionalExemption,
  type Mitigation,
  type Outcome,
  type Policy,
  type Subject,
  type Verdict,
} from '../policy/index.ts';
import type { Level, Mode, Violation } from '../rules/rule.ts';

/** A stretch of a file. Lines and columns count from 1, columns in UTF-16 code units; the end is the column behind the last character. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where in a file something is, with the lines around it to be shown. */
export interface Location extends Region {
  /** As given on the command line or found below it; `-` is standard input. */
  readonly file: string;
  /** Source lines without their line breaks; `firstLine` is the number of the first of them. */
  readonly excerpt?: { readonly firstLine: number; readonly lines: readonly string[] };
}

/** Who an object is, in the fields that Kubernetes users know it by. */
export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A change of the file that repairs a finding: each region is replaced by its text. */
export interface RowFix {
  readonly description: string;
  readonly replacements: readonly (Region & { readonly text: string })[];
}

export interface Row {
  readonly rule: string;
  readonly level: Level;
  readonly mode: Mode;
  readonly action: Action;
  /** What the action would be without the mitigation. */
  readonly unmitigated: Action;
  readonly mitigation?: { readonly kind: Mitigation['kind']; readonly text: string };
  /** An exemption that would apply if one of its users wrote the object: `exempt for alice until 2027-03-31`. It exempts nothing here. */
  readonly conditional?: string;
  readonly object: ObjectIdentity;
  /** Absent where the object was not read from a file. */
  readonly location?: Location;
  /** JSON Pointer inside the object. */
  readonly path: string;
  /** The same place as Kubernetes writes field paths. */
  readonly field: string;
  readonly where: string;
  readonly message: string;
  readonly why: string;
  readonly remediation: readonly string[];
  readonly url: string;
  readonly contact?: string;
  /** True where `--fix` knows a repair. */
  readonly fixable: boolean;
  readonly fix?: RowFix;
  /** Stays the same when lines move: rule, object and what the finding is about. */
  readonly fingerprint: string;
}

/** What the place where an object was read adds to its rows. */
export interface RowSource {
  locate(violation: Violation): Location | undefined;
  fix(outcome: Outcome): { readonly fixable: boolean; readonly fix?: RowFix };
}

/** Names an object in a report; the namespace is the one it is judged in. */
export function identify(object: JsonObject, namespace: string): ObjectIdentity {
  const apiVersion = get(object, 'apiVersion');
  return {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    kind: groupKindOf(object).kind,
    namespace,
    name: nameOf(object),
  };
}

/** `Deployment kube-system/metrics-server`; a configuration file's document has only its kind. */
export function describeIdentity({ kind, namespace, name }: ObjectIdentity): string {
  const full = namespace === '' ? name : `${namespace}/${name || '(no name)'}`;
  return full === '' ? kind || 'object' : `${kind || 'object'} ${full}`;
}

/**
 * Turns a verdict into rows, one per outcome, in the verdict's order.
 * @param now Milliseconds since 1970, by which the verdict was made.
 */
export function rowsOf(
  verdict: Verdict,
  subject: Subject,
  policy: Policy,
  source: RowSource,
  now: number,
): readonly Row[] {
  const object = identify(subject.object, subject.namespace);
  return verdict.outcomes.map((outcome) => {
    const { rule, violation, mitigation } = outcome;
    const location = source.locate(violation);
    const conditional =
      mitigation === undefined ? findConditionalExemption(policy.exemptions, rule.id, subject, now) : undefined;
    return {
      rule: rule.id,
      level: violation.level,
      mode: outcome.mode,
      action: outcome.action,
      unmitigated: outcome.unmitigated,
      ...(mitigation === undefined
        ? {}
        : { mitigation: { kind: mitigation.kind, text: describeMitigation(mitigation) } }),
      ...(conditional === undefined ? {} : { conditional: describeConditionalExemption(conditional) }),
      object,
      ...(location === undefined ? {} : { location }),
      path: violation.path,
      field: fieldPath(violation.path),
      where: violation.where,
      message: violation.message,
      why: violation.why ?? rule.why,
      remediation: violation.remediation ?? rule.remediation,
      url: policy.helpURL,
      ...(policy.contact === undefined ? {} : { contact: policy.contact }),
      ...source.fix(outcome),
      fingerprint: fingerprintOf(outcome, object),
    };
  });
}

function fingerprintOf({ rule, violation }: Outcome, object: ObjectIdentity): string {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  return hash(extend('', rule.id, group, object.kind, object.namespace, object.name, violation.identity));
}

/** FNV-1a over UTF-16 code units in two lanes of 32 bits: a name for a finding, not a protection of anything. */
function hash(text: string): string {
  let left = 0x811c9dc5;
  let right = 0xc2b2ae35;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    left = Math.imul(left ^ unit, 0x01000193);
    right = Math.imul(right ^ (unit + index), 0x85ebca6b);
    right ^= right >>> 13;
  }
  return [left, right].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** How grave a row is, in the words that compilers and code scanners share. An exemption makes it `exempt`. */
export type Standing = 'violation' | 'warning' | 'audit' | 'exempt';

/** Decides under which word a row is shown and counted. */
export function standingOf(row: Row): Standing {
  if (row.mitigation?.kind === 'exempt') return 'exempt';
  return row.action === 'deny' ? 'violation' : row.action === 'warn' ? 'warning' : 'audit';
}
