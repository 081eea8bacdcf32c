/** Whether somebody answers for a deviation: the one evaluator of exemptions for admission, `check` and every report. */

import { asString, controllingOwnerOf, getIn, groupKindOf, type JsonObject } from '../kube/index.ts';
import type { Exemption } from './policy.ts';
import type { Mitigation, Subject, User } from './verdict.ts';

/**
 * Whether an exemption covers a subject, its end left aside. `conditional`: it would for some users, but nobody is known to write
 * the object (it comes from a file or from a cluster's store).
 */
export type Coverage = 'covered' | 'conditional' | 'not-covered';

/** An exemption as a ground for a milder action. */
export type Exempt = Extract<Mitigation, { readonly kind: 'exempt' }>;

/**
 * Finds the first exemption in force that covers a subject for a rule.
 * @param origin Whose write it is, by `recogniseOrigin`; `undefined` for a person's and where nobody writes.
 * @param now Milliseconds since 1970.
 */
export function findExemption(
  exemptions: readonly Exemption[],
  rule: string,
  subject: Subject,
  origin: Mitigation | undefined,
  now: number,
): Exempt | undefined {
  const exemption = findFirst(exemptions, rule, subject, origin, now, 'covered');
  return exemption === undefined ? undefined : { kind: 'exempt', exemption };
}

/** Finds the first exemption in force that would cover a subject if one of its users wrote it: for rows of reports. It exempts nothing. */
export function findConditionalExemption(
  exemptions: readonly Exemption[],
  rule: string,
  subject: Subject,
  now: number,
): Exemption | undefined {
  return findFirst(exemptions, rule, subject, undefined, now, 'conditional');
}

/** What a row says of it: `exempt for alice or members of platform until 2027-03-31`. */
export function describeConditionalExemption({ users = [], groups = [], expires }: Exemption): string {
  const whom: string[] = [];
  if (users.length > 0) whom.push(abridge(users));
  if (groups.length > 0) whom.push(`members of ${abridge(groups)}`);
  return `exempt for ${whom.join(' or ')} until ${expires}`;
}

function abridge(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

function findFirst(
  exemptions: readonly Exemption[],
  rule: string,
  subject: Subject,
  origin: Mitigation | undefined,
  now: number,
  wanted: Coverage,
): Exemption | undefined {
  return exemptions.find(
    (exemption) =>
      exemption.rule === rule && exemption.expiresAt > now && coverageOf(exemption, subject, origin) === wanted,
  );
}

/**
 * Compares an exemption with a subject. Nothing that whoever writes the object may choose counts, except its own name and namespace:
 * no label, no annotation, and on a request no ownerReference, unless a controller of Kubernetes wrote it.
 */
export function coverageOf(exemption: Exemption, subject: Subject, origin: Mitigation | undefined): Coverage {
  if (!includes(exemption.namespaces, [subject.namespace])) return 'not-covered';
  const name = asString(getIn(subject.object, 'metadata', 'name'));
  const requested = subject.operation !== undefined || subject.user !== undefined;
  const trusted = !requested || origin?.kind === 'controller';
  const names = [...(name === undefined ? [] : [name]), ...(trusted ? ancestorsOf(subject.object) : [])];
  if (!includes(exemption.names, names)) return 'not-covered';
  if (exemption.users === undefined && exemption.groups === undefined) return 'covered';
  if (!requested) return 'conditional';
  return subject.user !== undefined && isNamed(exemption, subject.user) ? 'covered' : 'not-covered';
}

function includes(wanted: readonly string[] | undefined, given: readonly string[]): boolean {
  return wanted === undefined || wanted[0] === '*' || given.some((value) => wanted.includes(value));
}

function isNamed({ users = [], groups = [] }: Exemption, user: User): boolean {
  return users.includes(user.username) || user.groups.some((group) => groups.includes(group));
}

/** Which built-in kinds control which (k8s.io/kubernetes pkg/controller), by child and by owner with its group. */
const parents: ReadonlyMap<string, readonly string[]> = new Map([
  ['apps/ReplicaSet', ['apps/Deployment']],
  ['batch/Job', ['batch/CronJob']],
  ['/Pod', ['apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet', '/ReplicationController', 'batch/Job']],
]);

/** The names of the object's controlling owner and, where its name tells, of that one's owner. */
function ancestorsOf(object: JsonObject): readonly string[] {
  const owner = controllingOwnerOf(object);
  if (owner === undefined || owner.name === '') return [];
  const { group, kind } = groupKindOf(object);
  const parent = groupKindOf({ apiVersion: owner.apiVersion, kind: owner.kind });
  if (!parents.get(`${group}/${kind}`)?.includes(`${parent.group}/${parent.kind}`)) return [];
  const grandparent = kind === 'Pod' ? grandparentOf(owner.name, parent.kind, object) : undefined;
  return grandparent === undefined ? [owner.name] : [owner.name, grandparent];
}

/** A hash as pkg/controller ComputeHash makes it: an unsigned 32-bit number in the alphabet of apimachinery's rand.SafeEncodeString. */
const templateHash = /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/;
/** A scheduled time in minutes since 1970 (pkg/controller/cronjob getJobName), in seconds before v1.21; less is somebody's own numbering. */
const scheduledTime = /^(.+)-\d{8,10}$/;

/** A Deployment names its ReplicaSets `<its name>-<pod-template-hash>`, a CronJob its Jobs `<its name>-<scheduled time>`. */
function grandparentOf(owner: string, ownerKind: string, pod: JsonObject): string | undefined {
  if (ownerKind === 'Job') return scheduledTime.exec(owner)?.[1];
  if (ownerKind !== 'ReplicaSet') return undefined;
  const hash = asString(getIn(pod, 'metadata', 'labels', 'pod-template-hash')) ?? '';
  if (!templateHash.test(hash) || !owner.endsWith(`-${hash}`)) return undefined;
  return owner.slice(0, -hash.length - 1) || undefined;
}
