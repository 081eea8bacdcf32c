/** What every scenario works with: the cluster, the real kubectl and kubeadm, and files to hand to them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './api-client.ts';
import { binary, moduleFolder } from './binaries.ts';
import { expect, expectEqual, expectGolden, type Ran, type RunOptions, runCommand } from './checks.ts';
import type { Cluster, Person } from './cluster.ts';
import { bundle } from './guard.ts';

export interface KubectlOptions extends RunOptions {
  /** Who runs it; an operator if not said. */
  readonly person?: Person;
}

export interface Stage {
  readonly cluster: Cluster;
  /** Runs kubectl in the folder of `write`'s files. */
  readonly kubectl: (args: readonly string[], options?: KubectlOptions) => Promise<Ran>;
  readonly kubeadm: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Runs `kubelet-tls-guard check` on those files. */
  readonly checkFiles: (args: readonly string[]) => Promise<Ran>;
  /** Writes a file and returns its name, which is what a command is given, so that messages name no folder. */
  readonly write: (name: string, text: string) => string;
  /** The metrics-server v0.9.0 release as its own kustomize overlay makes it. */
  readonly release: string;
}

/** Sets the stage on a running cluster. */
export async function setStage(cluster: Cluster): Promise<Stage> {
  const [kubectl, kubeadm] = await Promise.all([binary('kubectl'), binary('kubeadm')]);
  const source = await moduleFolder('metrics-server', 'sigs.k8s.io/metrics-server');
  const work = join(cluster.folder, 'work');
  mkdirSync(work);
  // Nothing of the person who runs this: no kubeconfig, discovery cache, preferences file, proxy or editor.
  const own = { HOME: cluster.folder, TMPDIR: work, KUBECONFIG: '', NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  const run = (command: readonly string[], { env, ...options }: RunOptions = {}) =>
    runCommand(command, { cwd: work, env: { ...own, ...env }, ...options });
  const rendered = await run([kubectl, 'kustomize', join(source, 'manifests', 'overlays', 'release')]);
  if (rendered.code !== 0) throw new Error(`kubectl kustomize: ${rendered.stderr}`);
  return {
    cluster,
    kubectl: async (args, { person = 'alice', ...options } = {}) =>
      named('kubectl', args, await run([kubectl, '--kubeconfig', cluster.kubeconfig(person), ...args], options)),
    kubeadm: async (args, options) =>
      named(
        'kubeadm',
        args,
        await run([kubeadm, ...args, '--kubeconfig', cluster.kubeconfig('kubernetes-admin')], options),
      ),
    checkFiles: async (args) =>
      named('kubelet-tls-guard', ['check', ...args], await run([process.execPath, bundle, 'check', ...args])),
    write: (name, text) => {
      writeFileSync(join(work, name), text);
      return name;
    },
    release: rendered.stdout,
  };
}

/** A command as a person types it, for transcripts. */
function named(name: string, args: readonly string[], ran: Ran): Ran {
  return { ...ran, command: [name, ...args.map(quote)].join(' ') };
}

function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}

/**
 * What a person reads in the terminal, as a transcript. What differs in each run is masked: the names of temporary files, the head of
 * a log line (klog's time and process), and how often a line is repeated by a program that tries again.
 */
export function transcriptOf({ command, stdout, stderr }: Ran): string {
  const text = `$ ${command}\n${stdout}${stderr}`
    .replaceAll(/\S*kubectl-edit-\d+(\.yaml)?/g, 'kubectl-edit-<number>.yaml')
    .replaceAll(/^([IWE])\d{4} [\d:.]+ +\d+ (\w+\.go):\d+\]/gm, '$1<time> $2]');
  return text.replaceAll(/^(.*\n)\1+/gm, '$1');
}

/** A refusal by the guard, and its message as in the golden file, if one is named. */
export function expectRefused(ran: Ran, rule: string, golden?: string): void {
  expect(ran.code !== 0, 'the command was expected to fail');
  expect(
    /admission webhook "[^"]*kubelet-tls-guard\.io" denied the request/.test(ran.stderr),
    'no refusal by the guard',
  );
  expect(ran.stderr.includes(rule), `the refusal does not name ${rule}`);
  if (golden !== undefined) expectGolden(`e2e-${golden}.txt`, transcriptOf(ran));
}

/** Success without a word from the guard. */
export function expectClean(ran: Ran): void {
  expectEqual(ran.code, 0, 'exit code');
  expect(!ran.stderr.includes('Warning:'), `a warning was not expected: ${ran.stderr}`);
}

/** Success with a warning that holds these words. */
export function expectWarned(ran: Ran, words: string, golden?: string): void {
  expectEqual(ran.code, 0, 'exit code');
  const warnings = ran.stderr.split('\n').filter((line) => line.startsWith('Warning: '));
  expect(
    warnings.some((line) => line.includes(words)),
    `no warning says ${words}`,
  );
  if (golden !== undefined) expectGolden(`e2e-${golden}.txt`, transcriptOf(ran));
}

/** The verdict that an answer of the API server carries. */
export function verdictOf({ status, body }: Answer): 'admitted' | 'refused' | 'invalid' {
  if (status >= 200 && status < 300) return 'admitted';
  return status === 403 && messageOf(body).includes('kubelet-tls-guard.io" denied the request') ? 'refused' : 'invalid';
}

/** The message of a Status, or the whole body. */
export function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return JSON.stringify(body);
}
