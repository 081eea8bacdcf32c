export { closest, editDistance } from './closest.ts';
export { type ContainerList, containerLists, type VisitedContainer, visitContainers } from './containers.ts';
export { deepEqual } from './deep-equal.ts';
export { asArray, asString, get, getIn, isObject, type Json, type JsonArray, type JsonObject } from './json.ts';
export { diff, type PatchOperation } from './json-patch.ts';
export { extend, fieldPath, pointer, segmentsOf } from './json-pointer.ts';
export {
  type ControllingOwner,
  controllingOwnerOf,
  describeObject,
  type GroupKind,
  groupKindOf,
  isBeingDeleted,
  nameOf,
  namespaceOf,
} from './kube-object.ts';
export { type PodTemplate, podTemplateOf, workloadKinds } from './pod-template.ts';
