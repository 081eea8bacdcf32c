/** Where each workload kind keeps its pod: the only place that knows template paths. */

import { get, getIn, isObject, type JsonObject } from './json.ts';
import { pointer } from './json-pointer.ts';
import { type GroupKind, groupKindOf } from './kube-object.ts';

/** A pod as written inside a workload: its metadata, its spec, and the JSON Pointer of the spec. */
export interface PodTemplate {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  readonly specPath: string;
}

interface WorkloadKind extends GroupKind {
  /** Path from the object to what holds `metadata` and `spec` of the pod. */
  readonly template: readonly string[];
}

const inTemplate = ['spec', 'template'];
// k8s.io/api: core/v1, apps/v1, batch/v1. `extensions` served the first three until v1.16 and still turns up in files.
const workloads: readonly WorkloadKind[] = [
  { group: '', kind: 'Pod', template: [] },
  { group: '', kind: 'ReplicationController', template: inTemplate },
  { group: 'apps', kind: 'Deployment', template: inTemplate },
  { group: 'apps', kind: 'DaemonSet', template: inTemplate },
  { group: 'apps', kind: 'StatefulSet', template: inTemplate },
  { group: 'apps', kind: 'ReplicaSet', template: inTemplate },
  { group: 'extensions', kind: 'Deployment', template: inTemplate },
  { group: 'extensions', kind: 'DaemonSet', template: inTemplate },
  { group: 'extensions', kind: 'ReplicaSet', template: inTemplate },
  { group: 'batch', kind: 'Job', template: inTemplate },
  { group: 'batch', kind: 'CronJob', template: ['spec', 'jobTemplate', 'spec', 'template'] },
];

/** The kinds that run pods, for rules that look at containers. */
export const workloadKinds: readonly GroupKind[] = workloads.map(({ group, kind }) => ({ group, kind }));

const empty: JsonObject = {};

/** Finds the pod in a workload, or `undefined` where the kind runs no pods or the spec is no object. */
export function podTemplateOf(object: JsonObject): PodTemplate | undefined {
  const { group, kind } = groupKindOf(object);
  for (const workload of workloads) {
    if (workload.kind !== kind || workload.group !== group) continue;
    const holder = getIn(object, ...workload.template);
    const spec = get(holder, 'spec');
    if (!isObject(spec)) return undefined;
    const metadata = get(holder, 'metadata');
    return { metadata: isObject(metadata) ? metadata : empty, spec, specPath: pointer(...workload.template, 'spec') };
  }
  return undefined;
}
