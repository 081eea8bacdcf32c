/** Decides whether a workload's metrics-server verifies the kubelets that it scrapes. */

import { type VisitedContainer, workloadKinds } from '../kube/index.ts';
import { type ArgvOutcome, type Element, type InsecureFlag, showElement } from '../readers/argv/index.ts';
import { findEntry, placeOf, type ReadContainer, readPod, readsOfPod } from './read-pod.ts';
import { removeArguments } from './remove-arguments.ts';
import type { Rule, Violation } from './rule.ts';
import { metricsServerSecurePath, securePathReferences, verifiedTlsControls } from './secure-path.ts';

export const metricsServerKubeletTls: Rule = {
  id: 'metrics-server-kubelet-tls',
  title: 'metrics-server verifies the kubelets it scrapes',
  why: "Unverified, whoever can answer for a kubelet's address receives metrics-server's bearer token and invents the numbers that kubectl top shows and autoscaling acts on.",
  remediation: metricsServerSecurePath,
  notes: [
    "Arguments are read as metrics-server's own flag library reads them: the last one wins, `--kubelet-insecure-tls false` in two elements is insecure, and what follows `--` or is swallowed by another flag's value does not count.",
    'The release is taken from the image tag. Where it names none (latest, a digest, a private tag), every release from v0.3.0 to v0.9.0 is asked, and insecure in any of them is a violation.',
    '`$(VAR)` is expanded as the kubelet does it. Where a value cannot be known and could complete to the insecure setting, the finding is unclear; the setting `unclear` decides.',
    'A container is metrics-server by its image, its program, or the names and labels of its charts and distributions; and whatever it is called, if metrics-server would accept its arguments and run insecure.',
    'Not visible in an object, and therefore not judged: flags baked into an image, the contents of scripts and of kubeconfig files. The last two are warned about.',
  ],
  references: [
    ...securePathReferences,
    'https://github.com/kubernetes-sigs/metrics-server/blob/master/docs/command-line-flags.txt',
  ],
  controls: verifiedTlsControls,
  kinds: workloadKinds,
  defaultMode: 'enforce',
  evaluate(object) {
    const { containers, unread } = readPod(object);
    const found = containers.flatMap((read) => (isMetricsServer(read) ? judgeContainer(read) : []));
    return unread === undefined ? found : [...found, judgeUnread(unread)];
  },
  reads: readsOfPod,
  fix(object, _context, identities) {
    const containers = readPod(object).containers.filter(
      (read) => isMetricsServer(read) && identities?.has(tlsOf(read)) !== false,
    );
    return removeArguments(object, containers.map(removable));
  },
};

function judgeUnread(visited: VisitedContainer): Violation {
  const { path, where } = placeOf(visited, undefined);
  return {
    level: 'unclear',
    path,
    where,
    message: 'it and what follows was not read, because hundreds of containers before it had to be',
    brief: `${where}: too many containers to read`,
    remediation: ['Write fewer containers into one object.'],
    identity: 'unread',
    gravity: 1,
  };
}

function isMetricsServer({ reading }: ReadContainer): boolean {
  return reading.recognition.kind === 'metrics-server';
}

function tlsOf({ identity }: ReadContainer): string {
  return `${identity}/kubelet-tls`;
}

function judgeContainer(read: ReadContainer): readonly Violation[] {
  const { outcome } = read.reading;
  const found: Violation[] = [];
  if (outcome?.kind === 'runs') found.push(...judgeRun(read, outcome));
  if (outcome?.kind === 'refuses') found.push(...judgeRefusal(read, outcome));
  if (outcome?.kind === 'unclear') found.push(...judgeUnclear(read, outcome));
  found.push(...warnOfScript(read, found), ...warnOfHeapster(read));
  return found;
}

type Runs = Extract<ArgvOutcome, { kind: 'runs' }>;

function judgeRun(read: ReadContainer, outcome: Runs): readonly Violation[] {
  const found: Violation[] = [];
  if (outcome.insecureTls) found.push(insecure(read, outcome, 'kubelet-insecure-tls'));
  if (outcome.completelyInsecure) found.push(insecure(read, outcome, 'deprecated-kubelet-completely-insecure'));
  if (outcome.kubeconfig !== undefined && outcome.kubeconfig !== '') {
    const element = settingElement(read, outcome, 'kubeconfig');
    found.push({
      level: 'warning',
      ...placeOf(read.visited, element),
      message: `"${show(element)}": if that file says insecure-skip-tls-verify, kubelets are not verified either, and this cannot be seen from here`,
      brief: `${placeOf(read.visited, element).where}: a kubeconfig may switch verification off unseen`,
      remediation: ["Leave --kubeconfig out: in a pod metrics-server uses its service account and the cluster's CA."],
      identity: `${read.identity}/kubeconfig`,
      gravity: 0,
    });
  }
  return found;
}

const effects: Readonly<Record<InsecureFlag, { readonly does: string; readonly gravity: number }>> = {
  'kubelet-insecure-tls': { does: "makes metrics-server accept any kubelet's certificate", gravity: 2 },
  'deprecated-kubelet-completely-insecure': { does: 'makes metrics-server talk to kubelets in plain HTTP', gravity: 3 },
};

function insecure(read: ReadContainer, outcome: Runs, flag: InsecureFlag): Violation {
  const element = settingElement(read, outcome, flag);
  const { path, where } = placeOf(read.visited, element);
  const { does, gravity } = effects[flag];
  const authority = outcome.certificateAuthority ?? '';
  const besides =
    authority === ''
      ? ''
      : '; --kubelet-certificate-authority does not help, because releases up to v0.3.7 let this flag win';
  return {
    level: 'violation',
    path,
    where,
    message: `"${show(element)}" ${does}${inReleases(read, outcome)}${besides}`,
    brief: `${where}: --${flag}`,
    identity: tlsOf(read),
    gravity,
  };
}

/** Names the releases where they decide: an argument that the newest refuses may be what an older one runs on. */
function inReleases({ reading }: ReadContainer, { insecureIn }: Runs): string {
  if (reading.releases.exact || insecureIn.length === reading.releases.releases.length) return '';
  const [first] = insecureIn;
  const last = insecureIn.at(-1);
  return ` (in ${first === last ? first : `${first} to ${last}`}; the image tag does not say which release it is)`;
}

function settingElement({ reading }: ReadContainer, outcome: Runs, flag: string): Element | undefined {
  const [index] = outcome.setBy.get(flag) ?? [];
  return index === undefined ? undefined : reading.argv[index];
}

/** An argument as people should see it: short, in one line. */
function show(element: Element | undefined): string {
  if (element === undefined) return '';
  const text = JSON.stringify(showElement(element)).slice(1, -1);
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}

/** Arguments on which no release starts clear the flag, but somebody should know before the rollout does. */
function judgeRefusal(read: ReadContainer, { error }: Extract<ArgvOutcome, { kind: 'refuses' }>): readonly Violation[] {
  const named = read.reading.argv.filter((element) => meantInsecure.test(showElement(element)));
  if (named.length === 0) return [];
  const blamed = read.reading.argv.filter((one) => isNamedIn(error, one));
  const insecureFirst =
    blamed.find(({ text }) => text?.startsWith('--kubelet-insecure-tls')) ?? blamed.find((one) => named.includes(one));
  const element = insecureFirst ?? blamed[0] ?? named[0];
  const { path, where } = placeOf(read.visited, element);
  return [
    {
      level: 'warning',
      path,
      where,
      message: `metrics-server refuses to start with these arguments: ${error}`,
      brief: `${where}: metrics-server will refuse to start`,
      identity: `${read.identity}/refuses`,
      gravity: 0,
    },
  ];
}

/** Whether an error is about an argument: `unknown flag: --x`, `cannot use both --x and --y`. */
function isNamedIn(error: string, { text }: Element): boolean {
  const name = text?.split('=')[0] ?? '';
  return name.length > 1 && error.includes(name);
}

/** What somebody meant as one of the insecure flags, spelt as it may be. */
const meantInsecure = /kubelet[-_ ]?(?:completely[-_ ]?)?insecure/i;

function judgeUnclear(read: ReadContainer, outcome: Extract<ArgvOutcome, { kind: 'unclear' }>): readonly Violation[] {
  const { program, argv } = read.reading;
  const element = outcome.index === undefined ? undefined : argv[outcome.index];
  const { path, where } = placeOf(read.visited, element ?? (program.kind === 'unclear' ? program.element : undefined));
  if (!outcome.couldBeInsecure) return [];
  return [
    {
      level: 'unclear',
      path,
      where,
      message: `it cannot be told whether metrics-server verifies kubelets: ${outcome.reason}`,
      brief: `${where}: cannot tell whether kubelets are verified`,
      remediation: [
        'Write the arguments out plainly, without variables, wrappers and scripts whose result cannot be seen in the object, and without --kubelet-insecure-tls.',
      ],
      identity: tlsOf(read),
      gravity: 1,
    },
  ];
}

function warnOfScript(read: ReadContainer, found: readonly Violation[]): readonly Violation[] {
  const script = read.reading.hiddenScript;
  if (script === undefined || found.length > 0) return [];
  const { path, where } = placeOf(read.visited, findEntry(read.visited.container, script));
  return [
    {
      level: 'warning',
      path,
      where,
      message: `it runs the script ${JSON.stringify(script)}, whose contents cannot be seen from here`,
      brief: `${where}: the script it runs cannot be seen`,
      remediation: ['Run /metrics-server directly, with its arguments in args.'],
      identity: `${read.identity}/script`,
      gravity: 0,
    },
  ];
}

const heapsterReads = {
  plaintext: 'kubelets are read over plain HTTP',
  unverified: 'kubelets are not verified',
  unknown: 'it cannot be told whether kubelets are verified',
  verified: '',
} as const;

function warnOfHeapster(read: ReadContainer): readonly Violation[] {
  const { heapsterSource, argv } = read.reading;
  if (heapsterSource === undefined || heapsterSource.kubelets === 'verified') return [];
  const { path, where } = placeOf(read.visited, argv[heapsterSource.index]);
  return [
    {
      level: 'warning',
      path,
      where,
      message: `with this --source (metrics-server v0.1 and v0.2) ${heapsterReads[heapsterSource.kubelets]}`,
      brief: `${where}: --source of v0.1/v0.2: ${heapsterReads[heapsterSource.kubelets]}`,
      remediation: [
        'Upgrade metrics-server: the releases that know --source are from 2018 and have no secure default.',
      ],
      identity: `${read.identity}/source`,
      gravity: 0,
    },
  ];
}

/** What can be taken out of a container; nothing where the flag is inside a script or a word of one. */
function removable(read: ReadContainer): { readonly read: ReadContainer; readonly elements: readonly Element[] } {
  const { outcome, argv } = read.reading;
  if (outcome?.kind !== 'runs' || outcome.insecureIn.length === 0) return { read, elements: [] };
  const elements = outcome.insecureElements.flatMap((index) => argv[index] ?? []);
  return { read, elements: elements.some(({ partial }) => partial) ? [] : elements };
}
