/** Decides whether a container is metrics-server's. */

import type { Element } from './element.ts';
import { type FoundProgram, seemsMetricsServer } from './find-program.ts';
import { isOtherProgram } from './other-programs.ts';
import type { ArgvOutcome } from './read-metrics-server-argv.ts';
import type { ImageName } from './releases-of.ts';

/** What surrounds the container: its pod's labels, and the names of the pod, its owner and the object that holds its template. */
export type PodIdentity = {
  readonly labels?: unknown;
  readonly names?: readonly (string | undefined)[];
  /** The pod's `enableServiceLinks`; absent is true. */
  readonly enableServiceLinks?: unknown;
};

export type Recognition =
  | { readonly kind: 'metrics-server'; readonly because: 'image name' | 'program' | 'name' | 'labels' | 'flags' }
  | { readonly kind: 'other-program'; readonly name: string }
  | { readonly kind: 'unknown' };

/**
 * The last segment of metrics-server's repositories: metrics-server, metrics-server-amd64, mirrored-metrics-server,
 * hardened-k8s-metrics-server, k8s.metrics-server; with an architecture, an operating system or `fips` after it at most.
 */
const imageName =
  /(?:^|[-_.])metrics-server(?:[-_.](?:linux|windows|amd64|arm64|arm|armv7|ppc64le|s390x|386|fips|image|v?\d[\w.]*))*$/;
/** Objects and containers: metrics-server, metrics-server-v0.5.2, rke2-metrics-server, release-metrics-server and pods of theirs. */
const objectName = /(?:^|[-_.])metrics-server(?:$|-v?\d)|^metrics-server-[a-z0-9]{5,10}(?:-[a-z0-9]{5})?$/;
const labelKeys = ['k8s-app', 'app', 'app.kubernetes.io/name', 'app.kubernetes.io/component', 'name', 'component'];

/** Flags that no other program is known to have. */
const onlyOurs = /^--(?:metric-resolution|kubelet-preferred-address-types|kubelet-use-node-status-port)(?:=|$)/;
const insecureFlag = /^--(?:kubelet-insecure-tls|deprecated-kubelet-completely-insecure)(?:=|$)/;

/** Whether an argument is a flag that no other program is known to have. */
export function isOnlyOurs({ text, pieces }: Element): boolean {
  return onlyOurs.test(text ?? (typeof pieces[0] === 'string' ? pieces[0] : ''));
}

/** Whether an image's repository is named like metrics-server's. */
export function isMetricsServerImage(name: string): boolean {
  return imageName.test(name) && !isOtherProgram(name);
}

/** What is known of a container before its arguments are judged. */
export type ContainerFacts = {
  readonly image: ImageName;
  readonly name: string | undefined;
  readonly pod: PodIdentity;
  readonly program: FoundProgram;
  /** The elements of command and args. */
  readonly elements: readonly Element[];
};

/**
 * Recognises by what the container itself says: its image, its program, its own name. A program that is another one goes
 * before the image's name; an unknown one under an image of ours stays ours, since images are wrapped.
 */
export function recogniseContainer(facts: ContainerFacts): Recognition {
  const { image, name, program } = facts;
  const own = program.kind === 'other' || program.kind === 'script' ? lastSegment(program.program) : undefined;
  if (program.kind === 'metrics-server') return { kind: 'metrics-server', because: 'program' };
  if (own !== undefined && isOtherProgram(own)) return { kind: 'other-program', name: own };
  if (isMetricsServerImage(image.name)) return { kind: 'metrics-server', because: 'image name' };
  if (isOtherProgram(image.name)) return { kind: 'other-program', name: image.name };
  if (name !== undefined && isOtherProgram(name)) return { kind: 'other-program', name };
  if (program.kind === 'unclear' && seemsMetricsServer(facts.elements))
    return { kind: 'metrics-server', because: 'program' };
  if (own === undefined && name !== undefined && objectName.test(name))
    return { kind: 'metrics-server', because: 'name' };
  return { kind: 'unknown' };
}

/**
 * Recognises by labels, names and flags a container that does not say what it is; `outcome` is what metrics-server would make
 * of its argv. Labels belong to the whole pod, sidecars too: they count only where metrics-server would accept the argv.
 * Flags count alone: without a command, an argv with which metrics-server runs insecure is enough; with an unknown program
 * it takes another flag that is metrics-server's only.
 */
export function recogniseByArgv(facts: ContainerFacts, argv: readonly Element[], outcome: ArgvOutcome): Recognition {
  const { program, pod } = facts;
  if (program.kind === 'unclear') return { kind: 'unknown' };
  const accepted = outcome.kind === 'runs' || outcome.kind === 'unclear';
  if (program.kind === 'entrypoint' && accepted && isOurPod(pod)) return { kind: 'metrics-server', because: 'labels' };
  const texts = argv.map(({ text, pieces }) => text ?? (typeof pieces[0] === 'string' ? pieces[0] : ''));
  const insecure =
    (outcome.kind === 'runs' && outcome.insecureIn.length > 0) ||
    (outcome.kind === 'unclear' && outcome.couldBeInsecure && texts.some((text) => insecureFlag.test(text)));
  if (!insecure) return { kind: 'unknown' };
  const telling = program.kind === 'entrypoint' || argv.some(isOnlyOurs);
  return telling ? { kind: 'metrics-server', because: 'flags' } : { kind: 'unknown' };
}

/** Whether the pod's labels or names are those of metrics-server's charts and distributions. */
export function isOurPod(pod: PodIdentity): boolean {
  if (pod.names?.some((name) => name !== undefined && objectName.test(name)) === true) return true;
  const { labels } = pod;
  if (typeof labels !== 'object' || labels === null) return false;
  return labelKeys.some((key) => {
    const value: unknown = Object.hasOwn(labels, key) ? Reflect.get(labels, key) : undefined;
    return typeof value === 'string' && objectName.test(value);
  });
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
