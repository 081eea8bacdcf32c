/** Decides whether a program that is not recognisably metrics-server is told not to verify kubelets. */

import { workloadKinds } from '../kube/index.ts';
import { type Element, showElement } from '../readers/argv/index.ts';
import { placeOf, type ReadContainer, readPod, readsOfPod } from './read-pod.ts';
import type { Rule, Violation } from './rule.ts';
import { securePathReferences, verifiedTlsControls } from './secure-path.ts';

export const kubeletInsecureTlsFlag: Rule = {
  id: 'kubelet-insecure-tls-flag',
  title: 'No other program is told to skip verification of kubelets',
  why: "A program that does not verify kubelets hands its credentials to whoever can answer for a kubelet's address.",
  remediation: [
    "Give the kubelets certificates of the cluster's CA (serverTLSBootstrap: true and approved CSRs), then remove the flag.",
    'If this container is metrics-server under another name, the same way holds: see metrics-server-kubelet-tls.',
  ],
  notes: [
    'Programs known to have a flag of this name: koordlet. A container whose arguments metrics-server would accept is judged by metrics-server-kubelet-tls, whatever it is called.',
    "The other program's own flag library may read its arguments differently; the last occurrence is taken to decide.",
  ],
  references: securePathReferences,
  controls: verifiedTlsControls,
  kinds: workloadKinds,
  defaultMode: 'warn',
  evaluate(object) {
    return readPod(object).containers.flatMap((read) =>
      read.reading.recognition.kind === 'metrics-server' ? [] : judgeContainer(read),
    );
  },
  reads: readsOfPod,
};

/** pflag and Go's own flag package both take these; the latter also with a single dash. */
const flag = /^--?kubelet-insecure-tls(?:=(.*))?$/s;
const falseWords: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function judgeContainer(read: ReadContainer): readonly Violation[] {
  const { argv, outcome, program, recognition } = read.reading;
  const who =
    recognition.kind === 'other-program' ? recognition.name : 'this program, which is not recognisably metrics-server,';
  if (program.kind === 'unclear') {
    if (outcome?.kind !== 'unclear' || !outcome.couldBeInsecure) return [];
    return [finding(read, program.element, 'unclear', `it cannot be told what it runs: ${program.reason}`)];
  }
  const deciding = argv.findLast((element) => flag.test(element.text ?? showElement(element)));
  if (deciding === undefined) return [];
  const shown = showElement(deciding);
  if (deciding.text === undefined) {
    return [finding(read, deciding, 'unclear', `"${shown}": it cannot be told whether ${who} verifies kubelets`)];
  }
  if (falseWords.has(flag.exec(deciding.text)?.[1] ?? 'true')) return [];
  return [finding(read, deciding, 'violation', `"${shown}" tells ${who} to accept any kubelet's certificate`)];
}

function finding(
  read: ReadContainer,
  element: Element | undefined,
  level: Violation['level'],
  message: string,
): Violation {
  const { path, where } = placeOf(read.visited, element);
  const brief =
    level === 'unclear' ? `${where}: may skip verification of kubelets` : `${where}: --kubelet-insecure-tls`;
  return {
    level,
    path,
    where,
    message,
    brief,
    identity: `${read.identity}/kubelet-tls`,
    gravity: level === 'unclear' ? 1 : 2,
  };
}
