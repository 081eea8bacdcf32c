/** Reads every container of an object by the arguments reader, and names places in it: what both rules about the flag share. */

import {
  asArray,
  asString,
  controllingOwnerOf,
  extend,
  get,
  groupKindOf,
  type Json,
  type JsonObject,
  nameOf,
  podTemplateOf,
  type VisitedContainer,
  visitContainers,
} from '../kube/index.ts';
import { type ContainerReading, type Element, type PodIdentity, readContainer } from '../readers/argv/index.ts';

export interface ReadContainer {
  readonly visited: VisitedContainer;
  readonly reading: ContainerReading;
  /** Names the container across writes: its list and its name, which the API server keeps unique within a pod. */
  readonly identity: string;
}

/** The containers that matter, and the first one that was not read because too many before it had to be. */
export interface ReadPod {
  readonly containers: readonly ReadContainer[];
  readonly unread: VisitedContainer | undefined;
}

/**
 * Containers that are read in full for one object. Nobody's pod has as many; reading one takes some 50 microseconds, so that an object made
 * of nothing else cannot hold up the others.
 */
const readLimit = 500;

/** Reads the containers that have anything to do with metrics-server or its flags; all others cost next to nothing. */
export function readPod(object: JsonObject): ReadPod {
  const template = podTemplateOf(object);
  const containers: ReadContainer[] = [];
  if (template === undefined) return { containers, unread: undefined };
  let pod: PodIdentity | undefined;
  for (const visited of visitContainers(template)) {
    if (!mayTell(visited.container)) continue;
    pod ??= {
      labels: get(template.metadata, 'labels'),
      names: [nameOf(object), controllingOwnerOf(object)?.name],
      enableServiceLinks: get(template.spec, 'enableServiceLinks'),
    };
    const reading = readContainer(visited.container, pod);
    if (!('program' in reading)) continue;
    if (containers.length === readLimit) return { containers, unread: visited };
    containers.push({ visited, reading, identity: `${visited.list}/${nameOfContainer(visited)}` });
  }
  return { containers, unread: undefined };
}

/** Every finding needs one of these somewhere: an insecure flag, a kubeconfig, heapster's --source, a variable, a wildcard of a shell. */
const telling = /insecure|kubeconfig|source|[$`\\]/i;

/** Whether a container can lead to any finding: metrics-server's own program with plain arguments cannot, and needs no reading. */
function mayTell(container: JsonObject): boolean {
  const command = get(container, 'command');
  if (command !== undefined && (!runsMetricsServer(command) || isTelling(command))) return true;
  return isTelling(get(container, 'args'));
}

function runsMetricsServer(command: Json): boolean {
  const program = asArray(command)[0];
  return program === undefined || (typeof program === 'string' && /(^|\/)metrics-server$/.test(program));
}

function isTelling(list: Json | undefined): boolean {
  for (const entry of asArray(list)) if (typeof entry !== 'string' || telling.test(entry)) return true;
  return false;
}

/** What an UPDATE has to leave as it was to be nobody's violation: the whole pod template; of a Pod its specification and its labels. */
export function readsOfPod(object: JsonObject): readonly (Json | undefined)[] {
  const template = podTemplateOf(object);
  const metadata = groupKindOf(object).kind === 'Pod' ? get(template?.metadata, 'labels') : template?.metadata;
  return [template?.spec, metadata];
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
