/** Who an object is: group, version, kind, namespace, name, and the owner that controls it. */

import { asArray, asString, get, getIn, type JsonObject } from './json.ts';

/** A group and kind; the core group is the empty string. Versions are left out: what we read is equal in all served ones. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** The `ownerReferences` entry with `controller: true`; the API server allows at most one. */
export interface ControllingOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** Reads group and kind from `apiVersion` and `kind`; missing or wrong-typed ones become empty strings. */
export function groupKindOf(object: JsonObject): GroupKind {
  const apiVersion = asString(get(object, 'apiVersion')) ?? '';
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), kind: asString(get(object, 'kind')) ?? '' };
}

/** `metadata.name`; on a CREATE with only `generateName`, that prefix followed by `*`. */
export function nameOf(object: JsonObject): string {
  const name = asString(getIn(object, 'metadata', 'name'));
  if (name !== undefined && name !== '') return name;
  const prefix = asString(getIn(object, 'metadata', 'generateName'));
  return prefix === undefined || prefix === '' ? '' : `${prefix}*`;
}

/** `metadata.namespace`, or the empty string. */
export function namespaceOf(object: JsonObject): string {
  return asString(getIn(object, 'metadata', 'namespace')) ?? '';
}

/** Names an object as kubectl's users do: `Deployment kube-system/metrics-server`. */
export function describeObject(object: JsonObject, namespace = namespaceOf(object)): string {
  const name = nameOf(object) || '(no name)';
  return `${groupKindOf(object).kind || 'object'} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** The controlling owner (`controller: true`, k8s.io/apimachinery pkg/apis/meta/v1 GetControllerOf), if any. */
export function controllingOwnerOf(object: JsonObject): ControllingOwner | undefined {
  for (const reference of asArray(getIn(object, 'metadata', 'ownerReferences'))) {
    if (get(reference, 'controller') !== true) continue;
    return {
      apiVersion: asString(get(reference, 'apiVersion')) ?? '',
      kind: asString(get(reference, 'kind')) ?? '',
      name: asString(get(reference, 'name')) ?? '',
    };
  }
  return undefined;
}

/** True once the API server has accepted a deletion and only finalizers hold the object. */
export function isBeingDeleted(object: JsonObject): boolean {
  return typeof getIn(object, 'metadata', 'deletionTimestamp') === 'string';
}
