/** Reads every container of an object by the arguments reader, and names places in it: what both rules about the flag share. */

import {
  asArray,
  asString,
  controllingOwnerOf,
  extend,
  get,
  type JsonObject,
  nameOf,
  podTemplateOf,
  type VisitedContainer,
  visitContainers,
} from '../kube/index.ts';
import { type ContainerReading, type Element, readContainer } from '../readers/argv/index.ts';

export interface ReadContainer {
  readonly visited: VisitedContainer;
  readonly reading: ContainerReading;
  /** Names the container across writes: its list and its name, which the API server keeps unique within a pod. */
  readonly identity: string;
}

/** Reads the containers that have anything to do with metrics-server or its flags; all others cost next to nothing. */
export function readPod(object: JsonObject): readonly ReadContainer[] {
  const template = podTemplateOf(object);
  if (template === undefined) return [];
  const pod = {
    labels: get(template.metadata, 'labels'),
    names: [nameOf(object), controllingOwnerOf(object)?.name],
    enableServiceLinks: get(template.spec, 'enableServiceLinks'),
  };
  const read: ReadContainer[] = [];
  for (const visited of visitContainers(template)) {
    const reading = readContainer(visited.container, pod);
    if (reading.outcome === undefined && !('program' in reading)) continue;
    read.push({ visited, reading, identity: `${visited.list}/${nameOfContainer(visited)}` });
  }
  return read;
}

function nameOfContainer({ container, index }: VisitedContainer): string {
  return asString(get(container, 'name')) ?? `#${index}`;
}

const words = { initContainers: 'init container', containers: 'container', ephemeralContainers: 'ephemeral container' };

/** A container in people's words: `init container "wait"`. */
export function describeContainer(visited: VisitedContainer): string {
  return `${words[visited.list]} ${JSON.stringify(nameOfContainer(visited))}`;
}

/** Path and words for an argument; without one, for the container's program. */
export function placeOf(
  visited: VisitedContainer,
  element: Pick<Element, 'origin'> | undefined,
): { path: string; where: string } {
  const container = describeContainer(visited);
  if (element !== undefined) {
    const { list, index } = element.origin;
    return { path: extend(visited.path, list, index), where: `${container}, ${list}[${index}]` };
  }
  const hasCommand = Array.isArray(get(visited.container, 'command'));
  return { path: hasCommand ? extend(visited.path, 'command', 0) : visited.path, where: container };
}

/** The list entry that is a text, or a path that ends in it. */
export function findEntry(container: JsonObject, text: string): Pick<Element, 'origin'> | undefined {
  for (const list of ['command', 'args'] as const) {
    const index = asArray(get(container, list)).findIndex(
      (entry) => typeof entry === 'string' && (entry === text || entry.endsWith(`/${text}`)),
    );
    if (index >= 0) return { origin: { list, index } };
  }
  return undefined;
}
