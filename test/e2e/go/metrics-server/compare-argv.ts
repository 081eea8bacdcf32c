/**
 * Compares the argv reader with the real libraries over generated argument lists.
 * Use: tsx compare-argv.ts ORACLE [RELEASE] [COUNT] [SEED]; ORACLE answers {"argv": […]} lines, as ./oracle does.
 */

import { spawnSync } from 'node:child_process';
import { dialectsOf } from '../../../../src/readers/argv/dialects.ts';
import { makeElement } from '../../../../src/readers/argv/element.ts';
import { readDialect } from '../../../../src/readers/argv/read-dialect.ts';

type Answer = { readonly result: string; readonly error?: string };

const [oracle = '', release = 'v0.9.0', count = '20000', seed = '1'] = process.argv.slice(2);
const dialect = dialectsOf([release])[0];
if (oracle === '' || dialect === undefined) throw new Error('use: compare-argv.ts ORACLE [RELEASE] [COUNT] [SEED]');

/** A small generator with a seed (mulberry32), so that a difference can be seen again. */
let state = Number(seed) >>> 0;
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
function pick<T>(items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

const flags = [...dialect.long.values()];
const close = ['kubelet-insecure-tls', 'deprecated-kubelet-completely-insecure', 'kubelet-certificate-authority'];
const related = [...close, 'kubelet-client-key', 'kubelet-client-certificate', 'metric-resolution', 'version', 'help'];
const bools = [
  'true',
  'false',
  '1',
  '0',
  't',
  'F',
  'TRUE',
  'False',
  'tRUE',
  'yes',
  '',
  ' true',
  'true ',
  '"true"',
  'null',
];
const numbers = [
  '0',
  '1',
  '-1',
  '+3',
  '007',
  '0x1f',
  '0b11',
  '0o17',
  '1_000',
  '08',
  '9223372036854775807',
  '9223372036854775808',
]
  .concat([
    '-9223372036854775808',
    '99999999999999999999',
    '1e3',
    '4.5',
    '.5',
    '5.',
    'nan',
    '-inf',
    '0x1p4',
    '1e400',
    '3.5e38',
  ])
  .concat([
    '_1',
    '1_',
    '1__0',
    '0x_f',
    '٣',
    '1 ',
    '--1',
    '0x',
    'Infinity',
    '+nan',
    '1e-400',
    '2147483647',
    '2147483648',
    '0.02',
    '0.021',
  ]);
const durations = [
  '10s',
  '9s',
  '9.999999999s',
  '1m',
  '1h2m3s',
  '-5s',
  '0',
  '+0',
  '1',
  '1x',
  '1.5h',
  '.5s',
  '.s',
  '1s ',
  '100ms',
  '5µs',
]
  .concat([
    '5μs',
    '1ns',
    '2562047h47m16.854775807s',
    '2562047h47m16.854775808s',
    '-2562047h47m16.854775808s',
    '99999999999h',
    '1d',
  ])
  .concat(['10s10s', '1.s', '0.0000000001s', '1h1', '12s', '11.2s', '11.1s', '0.1h', '5us', '1e3s']);
const lists = [
  'a',
  'a,b',
  '',
  ',',
  'a,,b',
  '"a,b",c',
  'a"b',
  '"a"b',
  '"a""b"',
  '"a',
  '"a\nb",c',
  '\n',
  'a\nb',
  '\r\n',
  'a\r',
  '"a\r\nb"',
  'é"x',
];
const paths = ['', '/ca.crt', ' ', '-', '--', 'x=y', '$(X)'];
const rest = [
  '1.2.3.4',
  '::',
  '::1',
  '1.2.3',
  '01.2.3.4',
  '1:2:3:4:5:6:7:8',
  '::ffff:1.2.3.4',
  'fe80::1%eth0',
  ' 1.2.3.4 ',
  '1::2::3',
  '256.1.1.1',
]
  .concat([
    'a,b',
    'a,b:c',
    'a,b:',
    'a',
    'a,b,c',
    ':',
    'a=1',
    'a=1,b=2',
    'a',
    'a=',
    '=1',
    'a=-1',
    'a=x',
    ',,',
    'a=1=2',
    'kube:A=true',
    'A=true',
  ])
  .concat([
    '1Ki',
    '5',
    '0',
    '1.5Gi',
    'x',
    '5X',
    '1e3',
    '1e',
    '-1',
    '+',
    '.',
    '0Ki',
    '1Kix',
    '12e5',
    '1E',
    '5-3',
    'INFO',
    'info',
    '3',
    'file.go:12',
  ])
  .concat([
    'file:12',
    'a.go:0',
    'json',
    'text',
    '^http://x$',
    '//x:',
    'x',
    'max-age=1',
    'preload',
    'includeSubDomains',
    'max-age',
    ' ',
    '300',
    '65536',
  ]);
const junk = [
  '',
  '-',
  '--',
  '---',
  'foo',
  'true',
  'false',
  '--=x',
  '--=',
  '-=',
  '-k',
  '-x',
  '-v',
  '-v=2',
  '-v2',
  '-vh',
  '-h',
  '-hv',
  '-h=false',
  '-h=',
]
  .concat([
    '-lx',
    '-l',
    '-l=',
    '-l=x',
    '-vx',
    '-hl',
    '-lh',
    '-test.v',
    '-test',
    '-htest.v',
    '-vtest.x',
    '--test.v',
    '–kubelet-insecure-tls',
    '-é',
    '-\u0001',
  ])
  .concat([
    '--unknown',
    '--unknown=1',
    '--Kubelet-insecure-tls',
    '--kubelet_insecure_tls',
    '--kubelet-insecure',
    '--kubelet-insecure-tls ',
    "-'",
    '-"',
  ])
  .concat([
    ' --kubelet-insecure-tls',
    '--kubelet-insecure-tls --v=2',
    '--kubelet-insecure-tls\n',
    '/metrics-server',
    'help',
    '\u00a0',
    '-\\',
  ])
  .concat([
    '--no-kubelet-insecure-tls',
    '-kubelet-insecure-tls',
    '--help',
    '--help=x',
    '-vv',
    '--v',
    '\u{1f600}',
    '-\u{1f600}',
    '--\u{1f600}',
    '\u200b',
  ]);
const commands = [
  'completion',
  '__complete',
  '__completeNoDesc',
  'bash',
  'zsh',
  'fish',
  'powershell',
  'help',
  '--no-descriptions',
  '--no-descriptions=x',
];

function valueFor(type: string): string {
  if (random() < 0.06) return pick([...bools, ...numbers, ...durations, ...lists, ...paths, ...rest, ...junk]);
  if (type === 'bool' || type === 'goBool') return pick(bools);
  if (type === 'duration') return pick(random() < 0.5 ? ['15s', '30s', '1m', '2m30s'] : durations);
  if (type === 'string') return pick(random() < 0.5 ? paths : rest);
  if (type === 'stringSlice') return pick(random() < 0.4 ? ['a', 'a,b', 'InternalIP,Hostname'] : [...lists, ...rest]);
  if (/int|float|level|Level|Uint/.test(type)) return pick(random() < 0.5 ? ['0', '1', '2', '10250'] : numbers);
  return pick(rest);
}

function makeArgv(): readonly string[] {
  const argv: string[] = [];
  const length = 1 + Math.floor(random() * 6);
  const wild = random();
  for (let i = 0; i < length; i++) {
    const dice = random();
    if (dice < (wild < 0.3 ? 0.3 : 0.06)) argv.push(pick(junk));
    else if (dice < (wild > 0.93 ? 0.5 : 0.07)) argv.push(pick(commands));
    else {
      const name = random() < 0.5 ? pick(related) : pick(flags).name;
      const flag = dialect?.long.get(name);
      const style = random();
      if (style < 0.3) argv.push(`--${name}`);
      else if (style < 0.8) argv.push(`--${name}=${valueFor(flag?.type ?? 'string')}`);
      else argv.push(`--${name}`, valueFor(flag?.type ?? 'string'));
    }
  }
  return argv;
}

function judge(argv: readonly string[]): Answer {
  const elements = argv.map((text, index) => makeElement([text], { list: 'args', index }));
  const outcome = dialect === undefined ? undefined : readDialect(elements, dialect);
  switch (outcome?.kind) {
    case 'runs':
      return { result: outcome.insecureTls || outcome.completelyInsecure ? 'insecure' : 'secure' };
    case 'exits':
      return { result: 'exit' };
    case 'refuses':
      return { result: 'crash', error: outcome.errors[0] ?? '' };
    default:
      return { result: outcome?.kind ?? 'nothing' };
  }
}

const argvs = Array.from({ length: Number(count) }, makeArgv);
const run = spawnSync(oracle, { input: argvs.map((argv) => JSON.stringify({ argv })).join('\n'), maxBuffer: 1 << 30 });
if (run.status !== 0) process.stderr.write(run.stderr.toString('utf8').slice(-3000));
const answers = run.stdout.toString('utf8').trim().split('\n');
const seen = new Map<string, number>();
let different = 0;
argvs.forEach((argv, index) => {
  const real = JSON.parse(answers[index] ?? '{"result":"no answer"}') as Answer;
  const ours = judge(argv);
  seen.set(real.result, (seen.get(real.result) ?? 0) + 1);
  if (real.result === ours.result && (real.error ?? '') === (ours.error ?? '')) return;
  different++;
  if (different <= 25)
    process.stdout.write(
      `${JSON.stringify(argv)}\n  real ${JSON.stringify({ result: real.result, error: real.error })}\n  ours ${JSON.stringify(ours)}\n`,
    );
});
process.stdout.write(
  `${release}: ${argvs.length} argument lists, ${different} different; ${JSON.stringify([...seen])}\n`,
);
process.exitCode = different === 0 ? 0 : 1;
