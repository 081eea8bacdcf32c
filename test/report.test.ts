import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { type Report, type Row, renderers, summarise } from '../src/report/index.ts';
import { makeInert, widthOf, wrap } from '../src/report/inert.ts';
import { fakeRule } from './support/check-rule.ts';
import { runCheck } from './support/run-check.ts';

const golden = join(import.meta.dirname, 'golden');
// OASIS's schema for SARIF 2.1.0 in its draft-07 edition, without white space, from the npm package @datadog/datadog-ci-plugin-sarif
// 4.2.2 (Apache-2.0). That edition calls a suppression's `status` by its older name `state`, so neither is written.
const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/check-sarif-schema-2.1.0.json'), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const isSarif = ajv.compile(schema);

/** Compares a text with a file in test/golden, or writes that file anew. The version changes with every release and is left out. */
function matchGolden(t: Test, name: string, text: string): void {
  const file = join(golden, name);
  const stable = text.replaceAll(/("(?:semanticV|v)ersion": )"\d+\.\d+\.\d+"/g, '$1"VERSION"');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, stable);
  t.ok(existsSync(file), `${name} is there`);
  t.equal(stable, existsSync(file) ? readFileSync(file, 'utf8') : '', name);
}

const files: Readonly<Record<string, string>> = {
  'apps/metrics-server.yaml': `# Rendered from the chart
apiVersion: v1
kind: ServiceAccount
metadata:
  name: metrics-server
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: metrics-server
  namespace: kube-system
spec:
  template:
    spec:
      containers:
        - name: metrics-server
          image: registry.k8s.io/metrics-server/metrics-server:v0.7.2
          args:
            - --secure-port=10250
            # our kubelets have certificates of their own
            - --kubelet-insecure-tls  # for now
            - --metric-resolution=15s
`,
  'apps/agents.json': `${JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: ['one', 'two'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'agents' },
      spec: { containers: [{ name: 'agent', args: ['--kubelet-insecure-tls', '--example-warning', '$(EXAMPLE)'] }] },
    })),
  })}\n`,
  'apps/wide.yaml': `{apiVersion: v1, kind: Pod, metadata: {name: "ワイド"}, spec: {containers: [{name: "${'長'.repeat(40)}", args: [--kubelet-insecure-tls]}]}}\n`,
  'chart/templates/deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- toYaml .Values.spec | nindent 2 }}\n',
  'chart/values.yaml': 'args:\n  - --kubelet-insecure-tls\n',
  'cluster/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: kubelet-config
  namespace: kube-system
data:
  kubelet: |
    kind: KubeletConfiguration
    serverTLSBootstrap: false # until spring
    cgroupDriver: systemd
`,
  'cluster/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\n metadata: x\n',
};

function enter(t: Test): void {
  const directory = t.testdir({});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const before = process.cwd();
  process.chdir(directory);
  t.teardown(() => process.chdir(before));
}

t.test('outputs', async (t) => {
  enter(t);
  const text = await runCheck(['.']);
  matchGolden(t, 'check-text.txt', text.stdout);
  for (const line of text.stdout.split('\n')) {
    t.ok(widthOf(line) <= 100 || line.includes('https://'), `no line is wider than 100 columns: ${line}`);
  }
  matchGolden(t, 'check-narrow.txt', (await runCheck(['apps', 'cluster'], { isTTY: true, columns: 60 })).stdout);
  matchGolden(t, 'check-diff.txt', (await runCheck(['--diff', '.'])).stdout);
  matchGolden(t, 'check-json.json', (await runCheck(['-o', 'json', '.'])).stdout);
  const sarif = await runCheck(['-o', 'sarif', '.']);
  matchGolden(t, 'check-sarif.sarif', sarif.stdout);
  t.ok(isSarif(JSON.parse(sarif.stdout)), 'SARIF fits its schema', { errors: isSarif.errors });
  const several = await runCheck(['-o', 'text', '-o', 'sarif=out.sarif', '-o', 'json=out.json', '.']);
  t.equal(several.stdout, text.stdout, 'several outputs at once: one on standard output');
  t.equal(readFileSync('out.sarif', 'utf8'), sarif.stdout);
  t.equal(JSON.parse(readFileSync('out.json', 'utf8')).kind, 'CheckReport');
  const unwritable = await runCheck(['-o', 'json=missing/out.json', 'cluster/config.yaml', '--as', 'warn']);
  t.equal(unwritable.code, 3);
  t.match(unwritable.stderr, /missing\/out\.json: the report cannot be written: no such file or directory/);
});

t.test('SARIF: fixes give what --fix writes; fingerprints outlive moved lines', async (t) => {
  enter(t);
  const file = 'apps/metrics-server.yaml';
  const read = async (stdin: string) =>
    JSON.parse((await runCheck(['-o', 'sarif', '-'], { stdin })).stdout).runs[0].results;
  const [result] = await read(files[file] ?? '');
  const [moved] = await read(`\n# moved\n${files[file]}`);
  t.same(moved.partialFingerprints, result.partialFingerprints);
  t.not(moved.locations[0].physicalLocation.region.startLine, result.locations[0].physicalLocation.region.startLine);
  const lines = (files[file] ?? '').split('\n');
  for (const { deletedRegion: region, insertedContent } of result.fixes[0].artifactChanges[0].replacements) {
    const offset = (line: number, column: number) =>
      lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + column - 1;
    const text = lines.join('\n');
    const repaired =
      text.slice(0, offset(region.startLine, region.startColumn)) +
      insertedContent.text +
      text.slice(offset(region.endLine, region.endColumn));
    t.equal(repaired, (await runCheck(['--fix', '-'], { stdin: text })).stdout);
  }
  const twice = await read(`${files[file]}---\n${files[file]}`);
  const prints = twice.map(
    (each: { partialFingerprints: Record<string, string> }) => Object.values(each.partialFingerprints)[0],
  );
  t.equal(new Set(prints).size, 2, 'the same object twice is two results');
});

t.test('colour: on a terminal, unless the user says otherwise', async (t) => {
  enter(t);
  const colored = async (isTTY: boolean, env: Record<string, string>) =>
    (await runCheck(['cluster/config.yaml'], { isTTY, env })).stdout.includes('\x1b[');
  const cases: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ];
  for (const [isTTY, env, expected] of cases)
    t.equal(await colored(isTTY, env), expected, JSON.stringify([isTTY, env]));
});

t.test('progress is shown on a terminal, after a while, and cleared', async (t) => {
  enter(t);
  let time = 0;
  const clock = () => {
    time += 700;
    return time;
  };
  const shown = await runCheck(['apps'], { isTTY: true, clock });
  t.match(shown.stderr, /^\r\x1b\[K\d files, \d+ objects, \d+ findings….*\r\x1b\[K$/s);
  t.equal((await runCheck(['apps'], { clock })).stderr, '', 'nothing where nobody looks');
});

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\x1b[31m',
      '\x07',
      '\r',
      '\n',
      '\t',
      '\x9b',
      '\u202e',
      '\u2066',
      '\u2028',
      '\ud800',
      '\udfff',
      '\0',
      '\x7f',
      '\u{e0041}',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
  maxLength: 30,
});

function rowOf(text: readonly string[]): Row {
  const [a = '', b = '', c = '', d = ''] = text;
  return {
    rule: fakeRule.id,
    level: 'violation',
    mode: 'enforce',
    action: 'deny',
    unmitigated: 'deny',
    mitigation: { kind: 'exempt', text: d },
    conditional: c,
    object: { apiVersion: a, kind: b, namespace: c, name: d },
    location: {
      file: a,
      line: 2,
      column: 1 + (b.length % 5),
      endLine: 2,
      endColumn: 6,
      excerpt: { firstLine: 1, lines: [b, c, d] },
    },
    path: '/a',
    field: 'a',
    where: b,
    message: c,
    why: d,
    remediation: [a, b],
    url: 'https://example.org/',
    contact: d,
    fixable: true,
    fix: { description: a, replacements: [{ line: 1, column: 1, endLine: 1, endColumn: 2, text: b }] },
    fingerprint: '0',
  };
}

t.test('hostile names and messages: inert on a terminal, valid in SARIF and JSON', async (t) => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 200 }), (text, width) => {
      const [a = '', b = '', c = ''] = text;
      const report: Report = {
        tool: { name: 'kubelet-tls-guard', version: '1.2.3' },
        at: '2027-01-01T00:00:00.000Z',
        rehearsal: false,
        rules: [fakeRule],
        rows: [rowOf(text), rowOf(text)],
        unjudged: [
          { kind: 'broken', file: a, line: 1, column: 1, what: b, reason: c, mentions: [{ word: a, line: 3 }] },
        ],
        otherKinds: [{ apiVersion: a, kind: b, count: 2 }],
        changes: [{ file: a, outcome: 'failed', changes: [b], reason: c }],
        notes: [{ file: a, message: b }],
        counts: { files: 1, objects: 3, judged: 1 },
      };
      const outputs = new Map(renderers.map(({ name, render }) => [name, render(report, { color: false, width })]));
      const plain = outputs.get('text') ?? '';
      return (
        /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u.test(plain.replaceAll('\n', '')) &&
        isSarif(JSON.parse(outputs.get('sarif') ?? '')) === true &&
        JSON.parse(outputs.get('json') ?? '').rows.length === 2 &&
        outputs.get('sarif')?.isWellFormed() === true &&
        summarise(report).exempt === 2
      );
    }),
    { numRuns: 500 },
  );
  t.equal(makeInert('a\x1b]0;x\x07\u202eb\ud800\tü😀'), 'a\\x1b]0;x\\x07\\u{202e}b\\u{d800} ü😀');
  t.equal(widthOf('aé長😀e\u0301'), 7);
  t.same(wrap('one two three https://example.org/very/long four', 10), [
    'one two',
    'three',
    'https://example.org/very/long',
    'four',
  ]);
});

t.test('the words of the command line are those of the renderers', async (t) => {
  t.same(
    renderers.map(({ name }) => name),
    ['text', 'json', 'sarif'],
  );
});
