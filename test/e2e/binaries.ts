/** Which programs the end-to-end tests run, and where they are: built from pinned Go modules, once, into the user's cache. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('go', import.meta.url));

/** A Go program: the module that pins it, its package there, and the linker's `-X` settings for the version that it reports. */
export interface GoProgram {
  /** A folder of test/e2e/go. */
  readonly module: string;
  /** An import path, or `./folder` for a program of the module's own. */
  readonly package: string;
  /** The module whose pinned version the program reports as Kubernetes' version; absent where nobody asks. */
  readonly reports?: string;
}

const kubernetes = (command: string): GoProgram => ({
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${command}`,
  reports: 'k8s.io/kubernetes',
});

export const programs = {
  'kube-apiserver': kubernetes('kube-apiserver'),
  kubeadm: kubernetes('kubeadm'),
  kubectl: kubernetes('kubectl'),
  'kubelet-config-oracle': { module: 'kubernetes', package: './oracle/kubelet-config' },
  'metrics-server-oracle': { module: 'metrics-server', package: './oracle' },
} as const satisfies Readonly<Record<string, GoProgram>>;

export type ProgramName = keyof typeof programs;

const found = new Map<ProgramName, Promise<string>>();
let queue: Promise<unknown> = Promise.resolve();

/**
 * The path of a program, built first if this version of it is in nobody's cache yet. Several callers, and several
 * processes, may ask at once: builds of one process wait for each other, and a finished one is put in place by a rename.
 * @throws Error with Go's own words if the build fails, or one that says so if there is no Go.
 */
export function binary(name: ProgramName): Promise<string> {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = queue.then(() => findOrBuild(name, programs[name]));
  queue = path.catch(() => undefined);
  found.set(name, path);
  return path;
}

/** The folder of a dependency's source, as its module holds it (manifests and charts included); downloaded if need be. */
export async function moduleFolder(module: string, path: string): Promise<string> {
  const answer: unknown = JSON.parse(await go(join(modules, module), ['mod', 'download', '-json', path]));
  if (typeof answer === 'object' && answer !== null && 'Dir' in answer && typeof answer.Dir === 'string')
    return answer.Dir;
  throw new Error(`go mod download ${path} names no folder: ${JSON.stringify(answer)}`);
}

/** Finds a program on the PATH. @throws Error that says how to install it. */
export async function installed(name: string, remedy: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && executable) return path;
  }
  throw new Error(`${name} is not on the PATH: ${remedy}`);
}

async function findOrBuild(name: string, program: GoProgram): Promise<string> {
  const folder = join(modules, program.module);
  const flags = await buildFlags(folder, program);
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kubelet-tls-guard');
  const home = join(cache, `${name}-${await fingerprint(folder, program, flags)}`);
  const path = join(home, name);
  if (await exists(path)) return path;
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, `.building-${name}-`));
  try {
    const started = performance.now();
    process.stderr.write(`building ${name} (once; a cold build takes minutes)…\n`);
    await go(folder, ['build', ...flags, '-o', join(scratch, name), program.package]);
    process.stderr.write(`built ${name} in ${Math.round((performance.now() - started) / 1000)} s\n`);
    await rename(scratch, home).catch(async (error: unknown) => {
      // Another process was quicker: what it built has the same fingerprint.
      if (!(await exists(path))) throw error;
    });
    return path;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function buildFlags(folder: string, program: GoProgram): Promise<readonly string[]> {
  const settings = program.reports === undefined ? [] : versionSettings(await pinned(folder, program.reports));
  return ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', ['-s', '-w', ...settings].join(' ')];
}

/** kubeadm compares its own version with the cluster's and refuses to work without one (component-base/version). */
function versionSettings(version: string): readonly string[] {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  const base = 'k8s.io/component-base/version';
  return [
    `-X ${base}.gitVersion=${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`,
    `-X ${base}.gitTreeState=clean -X k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ];
}

/** The version of a dependency that a module requires. */
export async function pinned(folder: string, path: string): Promise<string> {
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  const version = text
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require\s+/, '')
        .split(/\s+/),
    )
    .find(([name]) => name === path)?.[1];
  if (version === undefined) throw new Error(`${join(folder, 'go.mod')} requires no ${path}`);
  return version;
}

/** A hash of all that a program is built from: versions, the module's own sources if they are part of it, toolchain and flags. */
async function fingerprint(folder: string, program: GoProgram, flags: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const add = (label: string, content: string) => hash.update(`${label}\0${content.length}\0${content}\0`);
  for (const file of ['go.mod', 'go.sum']) add(file, await readFile(join(folder, file), 'utf8'));
  for (const file of program.package.startsWith('.') ? await goSources(folder) : []) {
    add(file, await readFile(join(folder, file), 'utf8'));
  }
  add('toolchain', await go(folder, ['env', 'GOVERSION', 'GOOS', 'GOARCH']));
  add('build', JSON.stringify([program.package, flags]));
  return hash.digest('hex').slice(0, 16);
}

async function goSources(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith('.go') && !file.endsWith('_test.go')).toSorted();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function go(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
  try {
    return (await run('go', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('there is no "go" on the PATH: the end-to-end tests need Go 1.26 or later to build Kubernetes');
    }
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`go ${args.join(' ')} failed:\n${words}`);
  }
}
