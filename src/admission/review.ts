/** Reads an AdmissionReview (admission.k8s.io/v1): the only place that turns its untrusted text into typed parts. */

import { asArray, asString, get, getIn, isObject, type Json, type JsonObject } from '../kube/index.ts';
import type { Subject, User } from '../policy/index.ts';
import type { Operation } from '../rules/rule.ts';

export interface Review {
  readonly uid: string;
  readonly operation: string;
  readonly resource: string;
  readonly subResource: string;
  readonly namespace: string;
  readonly name: string;
  readonly username: string;
  readonly dryRun: boolean;
  /** Absent where there is nothing to judge: CONNECT and operations that we do not know. */
  readonly subject: Subject | undefined;
}

export type ReadReview =
  | { readonly kind: 'review'; readonly review: Review }
  /** There is a uid to answer to, but the review is of a version that we do not speak. */
  | { readonly kind: 'unsupported'; readonly uid: string; readonly apiVersion: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Parses a review. Errors are values: whatever the text, this never throws. */
export function readReview(text: string): ReadReview {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch (error) {
    return {
      kind: 'malformed',
      reason: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  if (!isObject(review))
    return { kind: 'malformed', reason: 'the body is JSON, but no object: expected an AdmissionReview' };
  const request = get(review, 'request');
  if (!isObject(request)) {
    return {
      kind: 'malformed',
      reason: 'the body has no "request" object: expected an AdmissionReview of admission.k8s.io/v1',
    };
  }
  const uid = asString(get(request, 'uid'));
  if (uid === undefined || uid === '') {
    return { kind: 'malformed', reason: 'request.uid is missing or no string, so that nothing can be answered' };
  }
  const apiVersion = asString(get(review, 'apiVersion')) ?? '';
  if (apiVersion !== 'admission.k8s.io/v1' || get(review, 'kind') !== 'AdmissionReview') {
    return {
      kind: 'unsupported',
      uid,
      apiVersion: `${apiVersion || '(none)'} ${asString(get(review, 'kind')) ?? '(no kind)'}`,
    };
  }
  return { kind: 'review', review: readRequest(uid, request) };
}

function readRequest(uid: string, request: JsonObject): Review {
  return {
    uid,
    operation: asString(get(request, 'operation')) ?? '',
    resource: asString(getIn(request, 'resource', 'resource')) ?? '',
    subResource: asString(get(request, 'subResource')) ?? '',
    namespace: asString(get(request, 'namespace')) ?? '',
    name: asString(get(request, 'name')) ?? '',
    username: asString(getIn(request, 'userInfo', 'username')) ?? '',
    dryRun: get(request, 'dryRun') === true,
    subject: readSubject(request),
  };
}

/**
 * What is to be judged. On DELETE and DELETECOLLECTION the object is in `oldObject`, and the latter's `request.name` is empty
 * (k8s.io/apiserver pkg/endpoints/handlers/delete.go).
 */
function readSubject(request: JsonObject): Subject | undefined {
  const operation = get(request, 'operation');
  if (operation !== 'CREATE' && operation !== 'UPDATE' && operation !== 'DELETE') return undefined;
  const old = get(request, 'oldObject');
  const object = identified(operation === 'DELETE' ? old : get(request, 'object'), request);
  const subResource = asString(get(request, 'subResource'));
  return {
    object,
    operation: operation satisfies Operation,
    namespace: asString(get(request, 'namespace')) ?? asString(getIn(object, 'metadata', 'namespace')) ?? '',
    user: readUser(get(request, 'userInfo')),
    ...(operation === 'UPDATE' && isObject(old) ? { oldObject: identified(old, request) } : {}),
    ...(subResource === undefined || subResource === '' ? {} : { subResource }),
  };
}

/** Completes an object that names no kind, or none at all, from what the request says of it, so that its rules still see it. */
function identified(object: Json | undefined, request: JsonObject): JsonObject {
  if (isObject(object) && typeof get(object, 'kind') === 'string' && typeof get(object, 'apiVersion') === 'string')
    return object;
  const group = asString(getIn(request, 'kind', 'group')) ?? '';
  const version = asString(getIn(request, 'kind', 'version')) ?? '';
  const identity = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: asString(getIn(request, 'kind', 'kind')) ?? '',
  };
  if (isObject(object)) return { ...object, ...identity };
  const name = asString(get(request, 'name'));
  return { ...identity, metadata: name === undefined ? {} : { name } };
}

function readUser(userInfo: Json | undefined): User {
  const groups = asArray(get(userInfo, 'groups')).filter((group) => typeof group === 'string');
  return { username: asString(get(userInfo, 'username')) ?? '', groups };
}
