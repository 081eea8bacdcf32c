import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import type { JsonObject } from '../src/kube/json.ts';
import { dialects, dialectsOf } from '../src/readers/argv/dialects.ts';
import { canEqual, type Element, makeElement, type Piece } from '../src/readers/argv/element.ts';
import { formatDuration, parseDuration, parseFloat64, parseInt64 } from '../src/readers/argv/go-values.ts';
import { readContainer, readMetricsServerArgv, releases } from '../src/readers/argv/index.ts';
import { readDialect } from '../src/readers/argv/read-dialect.ts';
import { parseImage, releasesOf } from '../src/readers/argv/releases-of.ts';

type Vector = {
  readonly name: string;
  readonly argv: readonly string[];
  readonly result: string;
  readonly error?: string;
};
type FlagVector = {
  readonly release: string;
  readonly takesNoValue: string[];
  readonly takesValue: string[];
  readonly shorthands: object;
};

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/vectors/${name}`, import.meta.url), 'utf8'));
const elementsOf = (argv: readonly (string | readonly Piece[])[]): readonly Element[] =>
  argv.map((entry, index) => makeElement(typeof entry === 'string' ? [entry] : entry, { list: 'args', index }));
const newest = dialectsOf(['v0.9.0'])[0];
if (newest === undefined) throw new Error('v0.9.0 has no dialect');

t.test('vectors of v0.9.0', async (t) => {
  const results = { runs: '', exits: 'exit', refuses: 'crash', unclear: 'unclear' };
  for (const { name, argv, result, error } of read('metrics-server-argv.json') as Vector[]) {
    const outcome = readDialect(elementsOf(argv), newest);
    const got =
      outcome.kind === 'runs'
        ? outcome.insecureTls || outcome.completelyInsecure
          ? 'insecure'
          : 'secure'
        : results[outcome.kind];
    // The vectors show all errors of Validate() as Go prints a list of them.
    const words =
      outcome.kind !== 'refuses'
        ? undefined
        : outcome.stage === 'flags'
          ? outcome.errors[0]
          : `[${outcome.errors.join(' ')}]`;
    t.same({ result: got, error: words }, { result, error }, name);
  }
});

t.test('flags of v0.9.0', async (t) => {
  const vector = read('metrics-server-flags.json') as FlagVector;
  const flags = [...newest.long.values()];
  const named = (takes: boolean) =>
    flags
      .filter((flag) => flag.takesValue === takes)
      .map((flag) => flag.name)
      .sort();
  t.same(named(false), [...vector.takesNoValue].sort());
  t.same(named(true), [...vector.takesValue].sort());
  t.same(Object.fromEntries([...newest.short].map(([short, flag]) => [short, flag.name])), vector.shorthands);
  t.same(
    dialects.flatMap((dialect) => dialect.releases),
    releases,
    'each release has one dialect',
  );
});

const insecure = '--kubelet-insecure-tls';
const completely = '--deprecated-kubelet-completely-insecure';
const ca = '--kubelet-certificate-authority=/ca.crt';
const secret = [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
const image = (release: string) => `registry.k8s.io/metrics-server/metrics-server:${release}`;

/** What a reading comes to, in one line. */
function summary(container: JsonObject, pod: object = {}): string {
  const { recognition, outcome } = readContainer(container, pod);
  const who = recognition.kind === 'metrics-server' ? `${recognition.because}: ` : `${recognition.kind}: `;
  switch (outcome?.kind) {
    case 'runs':
      return who + (outcome.insecureIn.length > 0 ? 'insecure' : 'secure');
    case 'refuses':
      return `${who}refuses, ${outcome.error}`;
    case 'unclear':
      return who + (outcome.couldBeInsecure ? 'could be insecure' : 'unclear');
    default:
      return who + (outcome?.kind ?? 'nothing');
  }
}

t.test('releases', async (t) => {
  const cases: readonly (readonly [tag: string, args: readonly string[], expected: string])[] = [
    ['v0.6.4', ['--logtostderr', insecure], 'insecure'],
    ['v0.6.0', ['--logtostderr', insecure], 'refuses, unknown flag: --logtostderr'],
    ['v0.7.0', ['--logtostderr', insecure], 'refuses, unknown flag: --logtostderr'],
    ['latest', ['--logtostderr', insecure], 'insecure'],
    ['v0.3.6', [ca, insecure], 'insecure'],
    ['v0.3.0', [ca, insecure], 'refuses, unknown flag: --kubelet-certificate-authority'],
    ['v0.3.7', [completely, insecure], 'insecure'],
    ['v0.4.0', [ca, insecure], 'refuses, Cannot use both --kubelet-certificate-authority and --kubelet-insecure-tls'],
    ['v0.7.2', [ca, insecure], 'refuses, cannot use both --kubelet-certificate-authority and --kubelet-insecure-tls'],
    ['v0.3.6', ['--metric-resolution=1s', insecure], 'insecure'],
    ['v0.4.5', ['--metric-resolution=1s', insecure], 'insecure'],
    [
      'v0.5.0',
      ['--metric-resolution=1s', insecure],
      'refuses, metric-resolution should be a time duration at least 10s, but value 1s provided',
    ],
    ['v0.6.4', ['-l', insecure], "refuses, unknown shorthand flag: 'l' in -l"],
    ['v0.7.0', ['-l', insecure], 'secure'],
    ['v0.3.6', ['-test.v', insecure], 'secure'],
    ['v0.4.0', ['-test.v', insecure], 'insecure'],
    ['v0.7.2', ['completion', 'bash', insecure], 'insecure'],
    ['v0.8.0', ['completion', 'bash', insecure], 'refuses, unknown flag: --kubelet-insecure-tls'],
    ['v0.3.6', ['__complete', insecure], 'insecure'],
    ['v0.4.0', ['__complete', insecure], 'exits'],
    ['v0.3.6', ['--version', insecure], 'refuses, unknown flag: --version'],
    ['v0.9.0', ['--version', insecure], 'exits'],
    [
      'v0.8.1',
      ['--goaway-chance=0.5', insecure],
      'refuses, --goaway-chance can not be less than 0 or greater than 0.02',
    ],
    ['v0.7.2', ['--log-flush-frequency=0', insecure], 'refuses, non-positive interval for NewTicker'],
    ['v0.10.0', ['--not-known-yet', insecure], 'could be insecure'],
    ['v0.10.0', ['--not-known-yet'], 'refuses, unknown flag: --not-known-yet'],
    ['v0.9.0', ['--log-json-info-buffer-size=1e30', insecure], 'insecure'],
    ['v0.9.0', ['--metric-resolution=2562047h47m', insecure], 'insecure'],
  ];
  for (const [tag, args, expected] of cases) {
    t.equal(summary({ image: image(tag), args }), `image name: ${expected}`, `${tag} ${args.join(' ')}`);
  }
  const chosen = (reference: string) => releasesOf(parseImage(reference)).releases;
  for (const [reference, expected] of [
    ['a/metrics-server:v0.6.3-hmda', ['v0.6.3']],
    ['a/metrics-server:v0.4.5-gke.0', ['v0.4.5']],
    ['a/metrics-server:0.7.2-debian-12-r3', ['v0.7.2']],
    ['a/metrics-server:v0.8.0-eksbuild.1', ['v0.8.0']],
    ['a/hardened-k8s-metrics-server:v0.6.3-build20230515', ['v0.6.3']],
    ['localhost:5000/metrics-server:0.5', ['v0.5.0', 'v0.5.1', 'v0.5.2']],
    ['a/metrics-server:v0.6.9', ['v0.6.4']],
    ['a/metrics-server:v1.0.0', ['v0.9.0']],
  ] as const) {
    t.same(chosen(reference), expected, reference);
  }
  for (const reference of [
    '',
    'metrics-server',
    'a:5000/metrics-server',
    'a/b:latest',
    'a/b:3.12.1',
    'a/b:v0.6.1@sha256:00',
    'a/b:v0.2.1',
  ]) {
    t.same(chosen(reference), releases, reference);
  }
});

t.test('variables', async (t) => {
  const env = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
  const cases: readonly (readonly [expected: string, args: readonly string[], more?: object])[] = [
    ['insecure', ['$(X)'], { env: env(['X', insecure]) }],
    ['insecure', ['$(Y)'], { env: env(['X', insecure], ['Y', '$(X)']) }],
    ['secure', ['$(Y)'], { env: env(['Y', '$(X)'], ['X', insecure]) }],
    ['secure', ['$(X)'], { env: env(['X', insecure], ['X', 'later']) }],
    ['secure', ['$$(X)'], { env: env(['X', insecure]) }],
    ['secure', ['$(X)'], {}],
    ['secure', ['$(X'], { envFrom: [{}] }],
    ['insecure', ['--kubelet-$(X)'], { env: env(['X', 'insecure-tls']) }],
    ['insecure', [`${insecure}=$(X)`], { env: env(['X', 'T']) }],
    [
      'refuses, invalid argument "" for "--kubelet-insecure-tls" flag: strconv.ParseBool: parsing "": invalid syntax',
      [`${insecure}=$(X)`],
      { env: [{ name: 'X' }] },
    ],
    ['secure', ['$(X)'], { env: env(['X', '$(X)']) }],
    ['could be insecure', ['$(X)'], { envFrom: [{ configMapRef: { name: 'c' } }] }],
    ['secure', ['$(X)'], { envFrom: [{ configMapRef: { name: 'c' } }], env: env(['X', 'a']) }],
    ['could be insecure', ['$(X)'], { env: secret }],
    ['insecure', ['$(X)'], { env: [{ name: 'X', value: insecure, valueFrom: {} }] }],
    ['could be insecure', ['$(X)'], { env: [{ name: 'X', value: 3 }] }],
    ['could be insecure', ['$(FOO_SERVICE_PORT)'], {}],
    ['secure', ['$(FOO_PORTAL)'], {}],
    ['could be insecure', ['--$(X)'], { env: secret }],
    ['could be insecure', [`${insecure}=$(X)`], { env: secret }],
    ['could be insecure', [`${insecure}$(X)`], { env: secret }],
    ['could be insecure', [insecure, '$(X)'], { env: secret }],
    ['could be insecure', ['$(X)', insecure], { env: secret }],
    ['insecure', ['-v$(X)', `${insecure}=false`, insecure], { env: secret }],
    ['secure', ['--cert-dir=$(X)'], { env: secret }],
    ['insecure', ['--cert-dir=$(X)', insecure], { env: secret }],
    ['secure', ['--cert-dir', '$(X)'], { env: secret }],
    ['secure', [`${insecure}=$(X)`, `${insecure}=false`], { env: secret }],
    ['could be insecure', ['$(X)', `${insecure}=false`], { env: secret }],
    ['secure', ['$(X)', `${insecure}=false`, `${completely}=false`], { env: secret }],
    ['could be insecure', ['$(X)', '$(X)', `${insecure}=false`, `${completely}=false`], { env: secret }],
    ['secure', ['$(X)x'], { env: env(['Y', 'a']) }],
    ['secure', ['a$(X)'], { env: secret }],
    ['refuses, unknown flag: --foo', ['--foo=$(X)', insecure], { env: secret }],
    ['secure', ['--', '$(X)'], { env: secret }],
    ['insecure', ['--kubelet-certificate-authority=$(X)', insecure], { env: secret }],
    [
      'refuses, cannot use both --kubelet-certificate-authority and --kubelet-insecure-tls',
      ['--kubelet-certificate-authority=/$(X)', insecure],
      { env: secret },
    ],
    ['secure', [ca, `${insecure}=$(X)`], { env: secret }],
    ['could be insecure', [ca, insecure, '--$(X)'], { env: secret }],
  ];
  for (const [expected, args, more] of cases) {
    t.equal(
      summary({ image: image('v0.9.0'), args, ...more }),
      `image name: ${expected}`,
      JSON.stringify([args, more]),
    );
  }
  const link = { image: image('v0.9.0'), args: ['$(FOO_SERVICE_HOST)'] };
  t.equal(summary(link, { enableServiceLinks: false }), 'image name: secure');
  t.equal(
    summary({ ...link, args: ['$(KUBERNETES_SERVICE_HOST)'] }, { enableServiceLinks: false }),
    'image name: could be insecure',
  );
});

t.test('programs, wrappers and shells', async (t) => {
  const server = ['/metrics-server', insecure];
  const insecureCommands: readonly (readonly string[])[] = [
    ['metrics-server', insecure],
    ['./metrics-server', insecure],
    ['/tini', '-s', '-vv', '-e', '143', '-p', 'SIGTERM', '--', ...server],
    ['dumb-init', '-c', '-r', '15:3', '--rewrite=2:9', '--', ...server],
    ['catatonit', '--', ...server],
    ['env', '-i', '-u', 'A', '--chdir=/', 'B=c', ...server],
    ['env', '-S', '/metrics-server "--kubelet-insecure-tls"'],
    ['/usr/bin/env', `-S/metrics-server ${insecure}`],
    ['nice', '-n', '5', 'nice', '-10', 'nice', '--adjustment=3', ...server],
    ['timeout', '-k', '5', '--signal=TERM', '1h', ...server],
    ['gosu', 'nobody', 'su-exec', '1000:1000', ...server],
    ['setpriv', '--reuid=65534', '--regid', '65534', '--clear-groups', ...server],
    ['nohup', 'stdbuf', '-oL', '-e', '0', 'chroot', '--userspec=1:1', '/', 'setsid', '-w', ...server],
    ['busybox', 'nice', ...server],
    ['busybox', 'sh', '-c', `/metrics-server ${insecure}`],
    ['sh', '-c', `exec /metrics-server ${insecure}`],
    ['sh', '-c', `exec /metrics-server "$@"`, '--', insecure],
    ['sh', '-c', '"$0" "$@"', '/metrics-server', insecure],
    ['sh', '-c', '"$@"', 'sh', ...server],
    ['sh', '-ec', `/metrics-server --cert-dir=/tmp \\\n  ${insecure}`],
    ['bash', '--norc', '-e', '-o', 'pipefail', '-c', `sleep 5 && /metrics-server ${insecure} 2>&1 | tee /log`],
    ['bash', '-xeuo', 'pipefail', '-c', `A=1 B="2" exec nice /metrics-server '--kubelet-'insecure"-tls"`],
    ['ash', '-c', `set -e; FLAG=${insecure}; exec /metrics-server $FLAG`],
    ['dash', '-c', `set -- a ${insecure}; exec /metrics-server "$@"`],
    ['sh', '-c', `# first\n\n/metrics-server --version; exec tini -- /metrics-server ${insecure}`],
    ['sh', '-c', `sh -c "exec /metrics-server ${insecure}"`],
    ['sh', '-c', `exec env A=b timeout 5 /metrics-server ${insecure} >/dev/null`],
  ];
  for (const command of insecureCommands)
    t.equal(summary({ image: 'a', command }), 'program: insecure', command.join(' '));
  t.equal(summary({ image: 'a', command: ['/metrics-server'], args: [insecure] }), 'program: insecure');

  const ours = { image: image('v0.9.0') };
  const others: readonly (readonly [expected: string, command: readonly string[]])[] = [
    ['program: secure', ['/metrics-server', '--', insecure]],
    ['program: secure', ['sh', '-c', `/metrics-server # ${insecure}`]],
    ['program: secure', ['sh', '-c', '/metrics-server', insecure]],
    ['program: secure', ['sh', '-c', `exec /metrics-server; /metrics-server ${insecure}`]],
    ['image name: could be insecure', ['sh', '-c', `if true; then /metrics-server ${insecure}; fi`]],
    ['image name: could be insecure', ['sh', '-c', '/metrics-server $(cat /flags)']],
    ['image name: could be insecure', ['sh', '-c', '/metrics-server `cat /flags`']],
    ['image name: could be insecure', ['sh', '-c', '/metrics-server $FLAGS']],
    ['image name: could be insecure', ['sh', '-c', 'eval "$CMD"']],
    ['image name: unclear', ['sh', '-c', 'if true; then /metrics-server; fi']],
    ['image name: unclear', ['sh', '/run.sh']],
    ['image name: unclear', ['/entrypoint.sh', '--v=2']],
    ['image name: could be insecure', ['/entrypoint.sh', insecure]],
    ['image name: could be insecure', ['mystery', '/metrics-server', insecure]],
    ['image name: could be insecure', ['timeout', '--what', '/metrics-server', insecure]],
    ['other-program: nothing', ['/pod_nanny', '--container=metrics-server']],
    ['other-program: nothing', ['kubectl', 'rollout', 'status', 'deploy/metrics-server']],
  ];
  for (const [expected, command] of others) t.equal(summary({ ...ours, command }), expected, command.join(' '));
  for (const [expected, command] of [
    ['program: could be insecure', ['sh', '-c', `while true; do /metrics-server ${insecure}; done`]],
    ['program: could be insecure', ['mystery', '/metrics-server', insecure]],
    [
      'unknown: could be insecure',
      ['sh', '-c', `if true; then kubectl patch deployment metrics-server -p "${insecure}"; fi`],
    ],
    ['unknown: could be insecure', ['sh', '-c', 'for i in a; do echo "$i"; done']],
    ['unknown: nothing', ['sh', '-c', 'sleep 5']],
  ] as const) {
    t.equal(summary({ image: 'a', command }), expected, command.join(' '));
  }
  const script = readContainer({ ...ours, command: ['sh', '/scripts/run.sh'] });
  t.equal('hiddenScript' in script ? script.hiddenScript : '', '/scripts/run.sh');
});

t.test('recognition', async (t) => {
  const labels = { 'k8s-app': 'metrics-server' };
  const cases: readonly (readonly [expected: string, container: JsonObject, pod?: object])[] = [
    ['image name: insecure', { image: 'k8s.gcr.io/metrics-server-amd64:v0.3.6', args: [insecure] }],
    ['image name: insecure', { image: 'rancher/mirrored-metrics-server:v0.7.2', args: [insecure] }],
    ['image name: secure', { image: 'docker.io/bitnami/metrics-server', args: [] }],
    ['name: insecure', { image: 'private/ms', name: 'metrics-server', args: [insecure] }],
    ['labels: insecure', { image: 'private/ms', name: 'app', args: [insecure] }, { labels }],
    ['labels: could be insecure', { image: 'private/ms', name: 'app', args: ['$(X)'], env: secret }, { labels }],
    ['labels: insecure', { image: 'private/ms', name: 'app', args: [insecure] }, { names: ['metrics-server-v0.5.2'] }],
    ['flags: insecure', { image: 'private/ms', name: 'app', args: [insecure] }],
    ['flags: insecure', { image: 'private/ms', command: ['/app', '--metric-resolution=15s', insecure] }],
    ['unknown: insecure', { image: 'private/ms', command: ['/app', insecure] }],
    ['unknown: refuses, unknown flag: --listen', { image: 'private/ms', args: ['--listen=:80', insecure] }],
    ['flags: could be insecure', { image: 'private/ms', args: [`${insecure}=$(X)`], env: secret }],
    ['unknown: nothing', { image: 'private/app', args: ['$(X)'], env: secret }],
    ['other-program: insecure', { image: 'ghcr.io/koordinator-sh/koordlet:v1.5', args: [insecure] }],
    ['flags: insecure', { image: 'a/koordlet:v1', args: [insecure, '--metric-resolution=15s'] }],
    ['flags: insecure', { image: 'a/b:v1', name: 'koordlet', args: [insecure] }],
    [
      'other-program: insecure',
      { image: 'a/b:v1', command: ['/koordlet'], args: [insecure, '--metric-resolution=15s'] },
    ],
    [
      'other-program: nothing',
      {
        image: 'registry.k8s.io/autoscaling/addon-resizer:1.8.14',
        command: ['/pod_nanny', '--container=metrics-server'],
      },
      { labels },
    ],
    [
      'other-program: nothing',
      { image: 'prometheus-adapter/prometheus-adapter', args: ['--metrics-relist-interval=1m'] },
      { labels },
    ],
    ['unknown: nothing', { image: 'registry.k8s.io/metrics-server/other', args: ['--v=2'] }],
    ['unknown: nothing', { image: 'istio/x', args: ['proxy', '--domain', '$(NS).svc'], env: secret }, { labels }],
    ['unknown: nothing', { image: 'nginx', args: ['-g', 'daemon off;'] }],
  ];
  for (const [expected, container, pod] of cases) t.equal(summary(container, pod), expected, JSON.stringify(container));
  for (const [source, kubelets] of [
    ["kubernetes.summary_api:''", 'plaintext'],
    ['kubernetes:https://kubernetes.default?kubeletHttps=true&insecure=true', 'unverified'],
    ['kubernetes:?kubeletHttps=true', 'verified'],
    ['kubernetes:?kubeletHttps=$X', 'unknown'],
  ] as const) {
    const reading = readContainer({ image: image('v0.2.1'), command: ['/metrics-server', `--source=${source}`] });
    t.equal('heapsterSource' in reading ? reading.heapsterSource?.kubelets : '', kubelets, source);
  }
});

t.test('what a fix removes', async (t) => {
  for (const [argv, expected] of [
    [[insecure], [0]],
    [
      [insecure, 'false', '--v=2', `${insecure}=true`],
      [0, 1, 3],
    ],
    [['--cert-dir', insecure, insecure], [2]],
    [
      [`${insecure}=false`, insecure],
      [0, 1],
    ],
    [
      [completely, 'TRUE', insecure, '--kubelet-insecure-tls=0'],
      [0, 1, 2, 3],
    ],
  ] as const) {
    const outcome = readMetricsServerArgv(elementsOf(argv), dialects);
    t.same(outcome.kind === 'runs' ? outcome.insecureElements : outcome, expected, argv.join(' '));
  }
  const words = fc.constantFrom(
    insecure,
    `${insecure}=true`,
    `${insecure}=F`,
    completely,
    'true',
    'false',
    '--cert-dir',
    '--v=2',
    ca,
    '--',
    'x',
    '-v',
    '2',
    '-l',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (argv) => {
      const outcome = readDialect(elementsOf(argv), newest);
      if (outcome.kind !== 'runs' || !(outcome.insecureTls || outcome.completelyInsecure)) return true;
      const kept = argv.filter((_, index) => !outcome.insecureElements.includes(index));
      const after = readDialect(elementsOf(kept), newest);
      return after.kind === 'runs' && !after.insecureTls && !after.completelyInsecure;
    }),
    { numRuns: 2000 },
  );
});

t.test('holes: exact means exact, whatever the text', async () => {
  const hole: Piece = { hole: 'test' };
  const texts = [
    '',
    '--',
    insecure,
    completely,
    `${insecure}=false`,
    `${completely}=false`,
    '--cert-dir',
    '-l',
    '--kubelet-certificate-authority',
    '--kubelet-certificate-authority=',
    '--kubelet-client-key=x',
  ].concat([
    'x',
    'true',
    'false',
    '=true',
    '=false',
    'insecure-tls',
    'kubelet-insecure-tls',
    'cert-dir',
    '-',
    '1',
    '-test.',
    '--kubelet-certificate-authority=x',
    '--version=false',
    'l',
  ]);
  const entry = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        insecure,
        `${insecure}=false`,
        `${completely}=false`,
        completely,
        ca,
        '--kubelet-certificate-authority=',
        '--cert-dir',
        '--version',
        '--',
        'x',
        '-l',
        '--kubelet-client-key',
        '-v=2',
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom<readonly Piece[]>(
        [hole],
        ['--', hole],
        [`${insecure}=`, hole],
        ['--kubelet-', hole],
        [insecure, hole],
        ['-', hole],
        ['-l', hole],
        ['-h', hole],
        [hole, 'tls'],
        [hole, '=false'],
        ['--kubelet-certificate-authority=', hole],
        ['--cert-dir=', hole],
        ['-t', hole],
      ),
    },
  );
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 5 }),
      fc.constantFrom(...dialects),
      fc.array(fc.constantFrom(...texts), { minLength: 5, maxLength: 5 }),
      (argv, dialect, fills) => {
        const judged = readDialect(elementsOf(argv), dialect);
        const filled = argv.map((item, index) =>
          typeof item === 'string'
            ? item
            : item.map((piece) => (typeof piece === 'string' ? piece : (fills[index] ?? ''))).join(''),
        );
        const real = readDialect(elementsOf(filled), dialect);
        if (real.kind !== 'runs' || judged.kind === 'unclear') return true;
        const bad = real.insecureTls || real.completelyInsecure;
        // What runs must be what was said to run; nothing said to be refused or to exit may run insecure.
        if (judged.kind !== 'runs') return !bad;
        return bad === (judged.insecureTls || judged.completelyInsecure);
      },
    ),
    { numRuns: 20_000 },
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<Piece>('a', 'ab', 'ba', hole), { maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }),
      (pieces, text) => {
        const pattern = new RegExp(`^${pieces.map((piece) => (typeof piece === 'string' ? piece : '.*')).join('')}$`);
        return canEqual(makeElement(pieces, { list: 'args', index: 0 }).pieces, text) === pattern.test(text);
      },
    ),
  );
});

t.test('numbers as Go reads them', async (t) => {
  for (const [text, expected] of [
    ['1h2m3.5s', '1h2m3.5s'],
    ['-0.000001s', '-1µs'],
    ['1500us', '1.5ms'],
    ['2562047h47m16.854775807s', '2562047h47m16.854775807s'],
    ['0', '0s'],
  ] as const) {
    const parsed = parseDuration(text);
    t.equal(parsed.error ?? formatDuration(parsed.value), expected, text);
  }
  t.equal(parseInt64('1_0', 10, 64).error, 'strconv.ParseInt: parsing "1_0": invalid syntax');
  t.same(parseInt64('-0x1_f', 0, 64), { value: -31n });
  t.equal(
    parseInt64('99999999999999999999x', 0, 64).error,
    'strconv.ParseInt: parsing "99999999999999999999x": value out of range',
  );
  t.same(parseFloat64('0x1p-2', 64), { value: 0.25 });
  t.equal(parseFloat64('_1', 64).error, 'strconv.ParseFloat: parsing "_1": invalid syntax');
});

t.test('any input', async (t) => {
  const key = fc.constantFrom(
    'image',
    'name',
    'command',
    'args',
    'env',
    'envFrom',
    '__proto__',
    'constructor',
    'value',
    'valueFrom',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(insecure, '/metrics-server', 'sh', '-c', '$(X)', '\ud800', '\0', 'metrics-server:v0.9.0', '"$@"'),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(fc.oneof(key, fc.string()), tie('value'), { maxKeys: 6 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(key, json, { maxKeys: 6 }), fc.dictionary(fc.string(), json), (container, labels) => {
      readContainer(container as JsonObject, { labels, names: [undefined, 'x'] });
      return true;
    }),
    { numRuns: 3000 },
  );
  const many = 100_000;
  const repeat = (entry: string) => Array.from({ length: many }, () => entry);
  const hostile: readonly JsonObject[] = [
    { args: repeat(insecure) },
    { args: repeat('$(X)'), env: secret },
    { args: repeat('--cert-dir=$(X)'), env: secret },
    { args: ['$('.repeat(many)] },
    {
      args: ['$(V99999)'],
      env: Array.from({ length: many }, (_, i) => ({ name: `V${i}`, value: `$(V${i - 1})$(V${i - 1})x` })),
    },
    {
      args: ['$(V99999)'],
      env: Array.from({ length: many }, (_, i) => ({
        name: `V${i}`,
        value: i > 0 ? `$(V${i - 1})$(V${i - 1})` : '$(X)',
      })),
      envFrom: [{}],
    },
    { command: ['env', ...repeat('A=b'), '/metrics-server'] },
    { command: ['sh', '-c', `a=xx;${'a=$a$a;'.repeat(9000)}/metrics-server $a`] },
    { command: ['sh', '-c', '/metrics-server "$@" "$@"', ...repeat('x')] },
    { command: repeat('nice') },
    { args: [`--goaway-chance=${'1'.repeat(1 << 20)}x`, `--metric-resolution=${'1h'.repeat(many)}`] },
    {
      args: [
        `--requestheader-allowed-names=${'"a""b",\n'.repeat(many)}`,
        `--log-json-info-buffer-size=${'1'.repeat(1 << 20)}x`,
      ],
    },
  ];
  for (const [index, container] of hostile.entries()) {
    const start = process.hrtime.bigint();
    readContainer({ image: 'metrics-server', ...container });
    // Linear work takes a fraction of a second even here; quadratic work would take minutes.
    t.ok(process.hrtime.bigint() - start < 20_000_000_000n, `hostile input ${index}`);
  }
});
