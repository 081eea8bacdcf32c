/**
 * Writes the flag lists in `releases/`, by building and asking dump/ for each set of dependencies (Go and its module proxy are
 * needed), and the oracle of test/e2e/go/metrics-server for v0.9.0. Run `biome check --write` on them and generate.ts afterwards.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type DumpedFlag = { readonly name: string; readonly shorthand?: string; readonly type: string };
type Flags = Record<string, string>;

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'metrics-server-flags-'));

/** klog's flags, merged in as Go flags up to v0.6.4; their types are those of package flag and of klog itself. */
const klogFlags: Flags = {
  ...Object.fromEntries(
    ['logtostderr', 'alsologtostderr', 'add_dir_header', 'skip_headers', 'skip_log_headers', 'one_output'].map(
      (name) => [name, 'goBool'],
    ),
  ),
  log_dir: 'string',
  log_file: 'string',
  log_file_max_size: 'goUint64',
  v: 'klogLevel v',
  vmodule: 'klogVmodule',
  stderrthreshold: 'klogSeverity',
  log_backtrace_at: 'klogTrace',
};
const { one_output: _, ...klogV1Flags } = klogFlags;
/** component-base registers it for every program that imports it, on the command line that cobra merges in. */
const flush: Flags = { 'log-flush-frequency': 'duration' };
const renamed: Flags = { colonSeparatedMultimapStringString: 'multimap', Level: 'level', 'pattern=N,...': 'vmodule' };

function flagsOf(dumped: string, withoutKlog: boolean): Flags {
  const flags: Flags = {};
  for (const { name, shorthand, type } of JSON.parse(dumped) as readonly DumpedFlag[]) {
    if (withoutKlog && name in klogFlags) continue;
    flags[name] = [renamed[type] ?? type, shorthand].filter((part) => part !== undefined && part !== '').join(' ');
  }
  return flags;
}

function dump(release: string, tags: string, modules: Readonly<Record<string, string>>): Flags {
  const binary = join(folder, release);
  const required = Object.entries(modules).map(([path, version]) => `${path}@${version}`);
  execFileSync(join(here, 'dump/build.sh'), [release, binary, tags, ...required], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return flagsOf(execFileSync(binary, ['-dump'], { encoding: 'utf8' }), !tags.includes('logsapi'));
}

function modules(cobra: string, pflag: string, kubernetes: string, klog?: string): Readonly<Record<string, string>> {
  return {
    'github.com/spf13/cobra': cobra,
    'github.com/spf13/pflag': pflag,
    'k8s.io/apiserver': kubernetes,
    'k8s.io/component-base': kubernetes,
    ...(klog === undefined ? {} : { 'k8s.io/klog/v2': klog }),
  };
}

function write(minor: number, patches: readonly number[], source: string, flags: Flags): void {
  const releases = patches.map((patch) => `v0.${minor}.${patch}`);
  const sorted = Object.fromEntries(Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ releases, source, flags: sorted }, null, 1);
  writeFileSync(join(here, 'releases', `${releases[0]}.json`), `${text}\n`);
}

function without(flags: Flags, ...names: readonly string[]): Flags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !names.includes(name)));
}

const sinceV04 = ['version', 'kubelet-use-node-status-port', 'kubelet-client-key', 'kubelet-client-certificate'];
const v03 = without(dump('v0.3.7', '', modules('v0.0.3', 'v1.0.1', 'v0.17.3')), ...sinceV04);
const sourceV03 =
  'options dumped with k8s.io/apiserver v0.17.3 (the release pins an older one that is no longer served; every flag of it is ' +
  'still there), flags of k8s.io/klog v1.0.0, which include those of glog';
write(3, [0, 1], sourceV03, { ...without(v03, 'kubelet-certificate-authority'), ...klogV1Flags, ...flush });
write(3, [2, 3, 4, 5, 6, 7], sourceV03, { ...v03, ...klogV1Flags, ...flush });

const v04 = dump('v0.4.5', 'klogflags', modules('v1.0.0', 'v1.0.5', 'v0.19.0'));
write(
  4,
  [0, 1, 2, 3, 4, 5],
  "dumped with k8s.io/apiserver v0.19.0, with permit-port-sharing and klog's one_output, which the next minor version adds",
  {
    ...v04,
    ...klogFlags,
    ...flush,
    'permit-port-sharing': 'bool',
  },
);

const v05 = dump('v0.5.2', 'klogflags', modules('v1.1.3', 'v1.0.5', 'v0.21.5', 'v2.8.0'));
write(5, [0, 1, 2], 'dumped with k8s.io/apiserver v0.21.5 and klog v2.8.0', { ...v05, ...klogFlags, ...flush });

const v062 = dump('v0.6.2', 'audit klogflags', modules('v1.2.1', 'v1.0.5', 'v0.23.1'));
const lost = "klog's flags had been lost (kubernetes-sigs/metrics-server issue 933)";
write(6, [0], `dumped with k8s.io/apiserver v0.23.1; ${lost}`, v062);
write(6, [1, 2], "dumped with k8s.io/apiserver v0.23.1, klog's flags again", { ...v062, ...klogFlags, ...flush });
const v064 = dump('v0.6.4', 'audit klogflags', modules('v1.6.1', 'v1.0.5', 'v0.26.2', 'v2.90.1'));
write(6, [3, 4], 'dumped with k8s.io/apiserver v0.26.2 and klog v2.90.1', { ...v064, ...klogFlags, ...flush });

const v07 = dump('v0.7.2', 'audit logsapi', modules('v1.8.0', 'v1.0.5', 'v0.29.8'));
write(7, [0, 1, 2], 'dumped with k8s.io/apiserver and component-base v0.29.8', v07);

const v08 = dump('v0.8.1', 'audit logsapi generic', modules('v1.9.1', 'v1.0.6', 'v0.33.3'));
const runOptions = 'with the run options (kubernetes-sigs/metrics-server pull request 1560)';
write(8, [0, 1], `dumped with k8s.io/apiserver and component-base v0.33.3, ${runOptions}`, v08);

const oracle = join(folder, 'oracle');
const module = fileURLToPath(new URL('../../test/e2e/go/metrics-server', import.meta.url));
execFileSync('go', ['build', '-trimpath', '-o', oracle, './oracle'], { cwd: module, stdio: 'inherit' });
const v09 = flagsOf(execFileSync(oracle, ['-dump'], { encoding: 'utf8' }), false);
write(
  9,
  [0],
  'dumped from sigs.k8s.io/metrics-server v0.9.0 (k8s.io/apiserver v0.36.2, pflag v1.0.10, cobra v1.10.2)',
  v09,
);
rmSync(folder, { recursive: true });
