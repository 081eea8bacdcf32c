/** Decides what one container runs and whether it is a metrics-server that does not verify the kubelets. */

import { asString, get, type JsonObject } from '../../kube/json.ts';
import type { Element } from './element.ts';
import { expand } from './expand.ts';
import { type FoundProgram, findProgram } from './find-program.ts';
import { isOtherProgram } from './other-programs.ts';
import { type HeapsterSource, readHeapsterSource } from './read-heapster-source.ts';
import { type ArgvOutcome, readMetricsServerArgv } from './read-metrics-server-argv.ts';
import {
  type ContainerFacts,
  isMetricsServerImage,
  isOnlyOurs,
  type PodIdentity,
  type Recognition,
  recogniseByArgv,
  recogniseContainer,
} from './recognise-container.ts';
import { type ImageName, parseImage, type ReleaseChoice, releasesOf } from './releases-of.ts';

/**
 * - `program`: what was found to run; `argv` its arguments, with `outcome` indexes into it.
 * - `releases`: the releases that it was judged by.
 * - `outcome`: what metrics-server makes of argv; undefined where the container is another program's and names no insecure flag.
 * - `hiddenScript`: the script file that runs and whose contents cannot be seen.
 * - `heapsterSource`: a `--source` of v0.1 or v0.2.
 */
export type ContainerReading = {
  readonly recognition: Recognition;
  readonly program: FoundProgram;
  readonly argv: readonly Element[];
  readonly releases: ReleaseChoice;
  readonly outcome: ArgvOutcome | undefined;
  readonly hiddenScript: string | undefined;
  readonly heapsterSource: HeapsterSource | undefined;
};

/** The reading of a container that has nothing to do with metrics-server. */
export type UnrelatedReading = { readonly recognition: { readonly kind: 'unknown' }; readonly outcome: undefined };

const unrelated: UnrelatedReading = { recognition: { kind: 'unknown' }, outcome: undefined };

/**
 * Reads a container from the object as the API server sent it; parts that are missing or of the wrong type count as absent, or
 * as text that cannot be read. Linear in the container's size.
 * @param pod the pod's labels, the names around it and its `enableServiceLinks`
 */
export function readContainer(container: JsonObject, pod: PodIdentity = {}): ContainerReading | UnrelatedReading {
  const imageText = asString(get(container, 'image')) ?? '';
  if (!mayMatter(container, imageText, pod)) return unrelated;
  const image = parseImage(imageText);
  const { command, args, lookup } = expand(container, pod.enableServiceLinks !== false);
  const program = findProgram(command, args, lookup);
  const facts: ContainerFacts = {
    image,
    name: asString(get(container, 'name')),
    pod,
    program,
    elements: [...command, ...args],
  };
  const releases = chooseReleases(image, facts.name, program);
  const argvs = program.kind === 'metrics-server' ? program.argvs : program.kind === 'unclear' ? [[]] : [program.argv];
  const judged = worst(argvs, releases);
  const recognition = recognise(facts, judged);
  return {
    recognition,
    program,
    argv: judged.argv,
    releases,
    outcome: settle(program, recognition, judged, releases),
    hiddenScript: program.kind === 'script' ? program.program : undefined,
    heapsterSource: recognition.kind === 'metrics-server' ? readHeapsterSource(judged.argv) : undefined,
  };
}

/**
 * Image and container names are anybody's choice: without a command, arguments on which metrics-server would run insecure go before a
 * container's name, and before an image's too where another flag of metrics-server's own stands beside them.
 */
function recognise(facts: ContainerFacts, { argv, outcome }: Judged): Recognition {
  const recognised = recogniseContainer(facts);
  if (recognised.kind === 'unknown') return recogniseByArgv(facts, argv, outcome);
  if (recognised.kind !== 'other-program' || facts.program.kind !== 'entrypoint') return recognised;
  const insecure = outcome.kind === 'runs' && outcome.insecureIn.length > 0;
  const telling = !isOtherProgram(facts.image.name) || argv.some(isOnlyOurs);
  return insecure && telling ? { kind: 'metrics-server', because: 'flags' } : recognised;
}

/** A shell's script may put its words together from parts. */
const hint = /insecure|metrics-server|\$\(|metric-resolution|^(?:\/\S*\/)?(?:ba|da|a|z|k|mk|rba|hu)?sh$/;

/**
 * Whether the container can matter at all, without expanding anything: it, its pod or its image is named like metrics-server's,
 * or some text in its lists names a flag or a variable that could. A mere `$(…)` counts only beside a name, for a hole alone
 * never makes a container metrics-server's.
 */
function mayMatter(container: JsonObject, image: string, pod: PodIdentity): boolean {
  if (image.includes('metrics-server')) return true;
  const name = get(container, 'name');
  if (typeof name === 'string' && name.includes('metrics-server')) return true;
  if (hasHint(get(container, 'command')) || hasHint(get(container, 'args'))) return true;
  return looksOurs(pod);
}

function hasHint(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const entry of list) if (typeof entry === 'string' && hint.test(entry)) return true;
  return false;
}

function looksOurs(pod: PodIdentity): boolean {
  if (pod.names?.some((name) => name?.includes('metrics-server') === true) === true) return true;
  const { labels } = pod;
  if (typeof labels !== 'object' || labels === null) return false;
  for (const value of Object.values(labels))
    if (typeof value === 'string' && value.includes('metrics-server')) return true;
  return false;
}

/** A tag names a release of metrics-server only where the image, the program or the container is called that. */
function chooseReleases(image: ImageName, name: string | undefined, program: FoundProgram): ReleaseChoice {
  const ours =
    isMetricsServerImage(image.name) || program.kind === 'metrics-server' || name?.includes('metrics-server') === true;
  return releasesOf(ours ? image : { ...image, tag: undefined });
}

type Judged = { readonly argv: readonly Element[]; readonly outcome: ArgvOutcome };

/** The worst of several runs of metrics-server in one script. */
function worst(argvs: readonly (readonly Element[])[], releases: ReleaseChoice): Judged {
  let found: Judged | undefined;
  for (const argv of argvs) {
    const judged = { argv, outcome: readMetricsServerArgv(argv, releases.dialects) };
    if (found === undefined || badness(judged.outcome) > badness(found.outcome)) found = judged;
  }
  return found ?? { argv: [], outcome: readMetricsServerArgv([], releases.dialects) };
}

function badness(outcome: ArgvOutcome): number {
  if (outcome.kind === 'runs') return outcome.insecureIn.length > 0 ? 4 : 2;
  if (outcome.kind === 'unclear') return outcome.couldBeInsecure ? 3 : 1;
  return 0;
}

const insecureText = /kubelet-insecure-tls|kubelet-completely-insecure/;

/** Corrects the outcome by what is not certain: the program, and a release that is not known yet. */
function settle(
  program: FoundProgram,
  recognition: Recognition,
  { argv, outcome }: Judged,
  releases: ReleaseChoice,
): ArgvOutcome | undefined {
  if (program.kind === 'unclear') {
    const { reason, couldBeInsecure } = program;
    return { kind: 'unclear', couldBeInsecure, reason, index: undefined };
  }
  const named = argv.some(({ text, pieces }) => insecureText.test(text ?? JSON.stringify(pieces)));
  if (recognition.kind !== 'metrics-server') return named ? outcome : undefined;
  if ((program.kind === 'other' || program.kind === 'script') && recognition.because !== 'flags') {
    // Under an image of metrics-server's a program of another name may pass its arguments on, or not.
    const couldBeInsecure = named || (outcome.kind === 'unclear' && outcome.couldBeInsecure);
    return {
      kind: 'unclear',
      couldBeInsecure,
      reason: `it is not known what ${program.program} runs`,
      index: undefined,
    };
  }
  if (
    releases.newer &&
    outcome.kind === 'refuses' &&
    named &&
    outcome.refusals.some(({ stage }) => stage === 'flags')
  ) {
    const reason = `the image is newer than any release known here, and ${releases.releases.at(-1)} would refuse: ${outcome.error}`;
    return { kind: 'unclear', couldBeInsecure: true, reason, index: undefined };
  }
  return outcome;
}
