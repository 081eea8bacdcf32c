/** Whose write a request is: a person's, one of Kubernetes' own controllers', or a kubelet's report of a static pod. */

import { asString, controllingOwnerOf, getIn, groupKindOf } from '../kube/index.ts';
import type { Mitigation, Subject } from './verdict.ts';

/** A child kind, the kind of its controlling owner, and the controllers that write it (k8s.io/kubernetes pkg/controller/*). */
const children: readonly { readonly child: string; readonly owner: string; readonly controller: string }[] = [
  { child: 'ReplicaSet', owner: 'Deployment', controller: 'deployment-controller' },
  { child: 'Pod', owner: 'ReplicaSet', controller: 'replicaset-controller' },
  { child: 'Pod', owner: 'ReplicationController', controller: 'replication-controller' },
  { child: 'Pod', owner: 'StatefulSet', controller: 'statefulset-controller' },
  { child: 'Pod', owner: 'DaemonSet', controller: 'daemon-set-controller' },
  { child: 'Pod', owner: 'Job', controller: 'job-controller' },
  { child: 'Job', owner: 'CronJob', controller: 'cronjob-controller' },
];

/**
 * Tells whether a write may not be refused because of who makes it. Both halves are needed: anyone can write an ownerReference,
 * and a controller's identity alone says nothing about which object it should be writing.
 * `system:kube-controller-manager` is every controller's name where `--use-service-account-credentials` is off.
 */
export function recogniseOrigin(subject: Subject): Mitigation | undefined {
  const username = subject.user?.username;
  if (username === undefined) return undefined;
  const { kind } = groupKindOf(subject.object);
  const controller = controllerOf(subject, kind, username);
  if (controller !== undefined) return { kind: 'controller', controller };
  if (kind === 'Pod' && isWrittenByItsKubelet(subject, username)) return { kind: 'mirror-pod' };
  return undefined;
}

function controllerOf(subject: Subject, kind: string, username: string): string | undefined {
  const owner = controllingOwnerOf(subject.object);
  if (owner === undefined) return undefined;
  for (const { child, owner: ownerKind, controller } of children) {
    if (child !== kind || ownerKind !== owner.kind) continue;
    if (
      username === `system:serviceaccount:kube-system:${controller}` ||
      username === 'system:kube-controller-manager'
    ) {
      return controller;
    }
  }
  return undefined;
}

/** A mirror pod is what the kubelet of its own node writes; the annotation alone proves nothing (NodeRestriction admits no other pod from it). */
function isWrittenByItsKubelet(subject: Subject, username: string): boolean {
  const nodeName = asString(getIn(subject.object, 'spec', 'nodeName'));
  return nodeName !== undefined && nodeName !== '' && username === `system:node:${nodeName}`;
}
