/** Where each workload kind keeps its pod: the only place that knows template paths. */

import { get, isObject, type Json, type JsonObject } from './json.ts';
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
  /** JSON Pointer of the pod's spec. */
  readonly specPath: string;
}

function workload(group: string, kind: string, template: readonly string[] = ['spec', 'template']): WorkloadKind {
  return { group, kind, template, specPath: pointer(...template, 'spec') };
}

// k8s.io/api: core/v1, apps/v1, batch/v1. `extensions` served the first three until v1.16 and still turns up in files.
const workloads: readonly WorkloadKind[] = [
  workload('', 'Pod', []),
  workload('', 'ReplicationController'),
  workload('apps', 'Deployment'),
  workload('apps', 'DaemonSet'),
  workload('apps', 'StatefulSet'),
  workload('apps', 'ReplicaSet'),
  workload('extensions', 'Deployment'),
  workload('extensions', 'DaemonSet'),
  workload('extensions', 'ReplicaSet'),
  workload('batch', 'Job'),
  workload('batch', 'CronJob', ['spec', 'jobTemplate', 'spec', 'template']),
];

/** The kinds that run pods, for rules that look at containers. */
export const workloadKinds: readonly GroupKind[] = workloads.map(({ group, kind }) => ({ group, kind }));

const empty: JsonObject = {};

/** Finds the pod in a workload, or `undefined` where the kind runs no pods or the spec is no object. */
export function podTemplateOf(object: JsonObject): PodTemplate | undefined {
  const { group, kind } = groupKindOf(object);
  const workload = workloads.find((candidate) => candidate.kind === kind && candidate.group === group);
  if (workload === undefined) return undefined;
  let holder: Json | undefined = object;
  for (const key of workload.template) holder = get(holder, key);
  const spec = get(holder, 'spec');
  if (!isObject(spec)) return undefined;
  const metadata = get(holder, 'metadata');
  return { metadata: isObject(metadata) ? metadata : empty, spec, specPath: workload.specPath };
}
