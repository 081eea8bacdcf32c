/** The one visitor of containers: every list a kubelet runs containers from, with the path of each. */

import { asArray, get, isObject, type JsonObject } from './json.ts';
import { extend } from './json-pointer.ts';
import type { PodTemplate } from './pod-template.ts';

/** The container lists of a PodSpec, in the order in which the kubelet starts them (k8s.io/api core/v1 PodSpec). */
export const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
export type ContainerList = (typeof containerLists)[number];

export interface VisitedContainer {
  readonly container: JsonObject;
  readonly list: ContainerList;
  readonly index: number;
  /** JSON Pointer of the container in the object. */
  readonly path: string;
}

/** Most containers are found to be of no interest, so their paths are put together only when somebody asks. */
class Visited implements VisitedContainer {
  readonly container: JsonObject;
  readonly list: ContainerList;
  readonly index: number;
  readonly #specPath: string;

  constructor(container: JsonObject, list: ContainerList, index: number, specPath: string) {
    this.container = container;
    this.list = list;
    this.index = index;
    this.#specPath = specPath;
  }

  get path(): string {
    return extend(this.#specPath, this.list, this.index);
  }
}

/** Visits every container of a pod template; elements that are no objects are passed over (the API server refuses them). */
export function visitContainers(template: PodTemplate): readonly VisitedContainer[] {
  const visited: VisitedContainer[] = [];
  for (const list of containerLists) {
    const containers = asArray(get(template.spec, list));
    for (let index = 0; index < containers.length; index++) {
      const container = containers[index];
      if (isObject(container)) visited.push(new Visited(container, list, index, template.specPath));
    }
  }
  return visited;
}
