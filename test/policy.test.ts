import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import { examplePath, pagePath, renderPage, renderSchema, schemaPath } from '../scripts/generate/configuration-docs.ts';
import { parseCommand } from '../src/cli/command.ts';
import { config, defineConfig } from '../src/cli/config.ts';
import { type GroupKind, get, getIn, type Json, type JsonObject } from '../src/kube/index.ts';
import {
  coverageOf,
  defaultPolicy,
  describeConditionalExemption,
  describeProblem,
  type Exemption,
  examineExemptions,
  findConditionalExemption,
  findExemption,
  judge,
  type Mitigation,
  type Outcome,
  type Policy,
  parseConfiguration,
  printConfiguration,
  type RuleSettings,
  recordUses,
  type Subject,
  schemaOfConfiguration,
} from '../src/policy/index.ts';
import { rules as listedRules } from '../src/rules/index.ts';
import type { Level, Mode, Rule, RuleContext, Violation } from '../src/rules/rule.ts';
import { deepFreeze } from './support/deep-freeze.ts';

const now = Date.parse('2026-11-24T00:00:00Z');
const head = 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\n';

function fakeRule(id: string, kinds: readonly GroupKind[], more: Partial<Rule>): Rule {
  const texts = { title: `Title of ${id}`, why: 'Because.', remediation: ['Repair it.'] };
  const lists = { notes: [], references: [], controls: [] };
  return { id, ...texts, ...lists, kinds, defaultMode: 'enforce', evaluate: () => [], reads: () => [], ...more };
}

const fix = () => undefined;
const deployment = { group: 'apps', kind: 'Deployment' };
/** Rules as the guard has them, in what a configuration can see of them. */
const rules: readonly Rule[] = [
  fakeRule('metrics-server-kubelet-tls', [deployment], { fix }),
  fakeRule('kubelet-insecure-tls-flag', [deployment], { defaultMode: 'warn' }),
  fakeRule('kubelet-config-server-tls-bootstrap', [{ group: '', kind: 'ConfigMap' }], { fix }),
  fakeRule('kubeadm-config-server-tls-bootstrap', [{ group: 'kubeadm.k8s.io', kind: 'InitConfiguration' }], { fix }),
  fakeRule('metrics-apiservice-tls', [{ group: 'apiregistration.k8s.io', kind: 'APIService' }], {
    defaultMode: 'audit',
  }),
];

function matchGolden(t: Pick<Test, 'equal'>, name: string, text: string): void {
  const file = new URL(`./golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  t.equal(text, readFileSync(file, 'utf8'), `golden file ${name}`);
}

function policyOf(text: string): { readonly policy: Policy; readonly notes: readonly string[] } {
  const configuration = parseConfiguration(text, rules);
  if (configuration.kind === 'policy') return configuration;
  throw new Error(configuration.problems.map((problem) => describeProblem('test', problem)).join('\n'));
}

function problemsOf(text: string): readonly string[] {
  const configuration = parseConfiguration(text, rules);
  return configuration.kind === 'policy' ? [] : configuration.problems.map((problem) => describeProblem('f', problem));
}

t.test('configurations that are accepted', async (t) => {
  const text = readFileSync(examplePath, 'utf8');
  const { policy, notes } = policyOf(text);
  t.equal(policy.rehearsal, true);
  t.equal(policy.helpURL, 'https://wiki.example.org/kubelet-tls');
  t.equal(policy.contact, '#platform on chat');
  t.equal(policy.exemptions.length, 2);
  t.match(notes[0], /nothing is refused/);
  t.same(policyOf(head).policy, defaultPolicy(rules), 'a configuration that says nothing is the default one');

  const settings = (text: string, id: string) => policyOf(text).policy.rules.get(id);
  const cases: readonly (readonly [text: string, id: string, wanted: Partial<RuleSettings>])[] = [
    ['rules: {kubelet-insecure-tls-flag: {mode: off}}', 'kubelet-insecure-tls-flag', { mode: 'off' }],
    ['rules: {kubelet-insecure-tls-flag: {mode: "off"}}', 'kubelet-insecure-tls-flag', { mode: 'off' }],
    ['rules: {kubelet-insecure-tls-flag: {}}', 'kubelet-insecure-tls-flag', { mode: 'warn' }],
    ['rules: {}', 'metrics-apiservice-tls', { mode: 'audit' }],
    [
      'rules: {metrics-server-kubelet-tls: {mutate: true, unclear: warn}}',
      'metrics-server-kubelet-tls',
      { mutate: true, unclear: 'warn', existing: 'warn' },
    ],
    [
      'rules:\n  metrics-server-kubelet-tls: &a {mode: audit}\n  metrics-apiservice-tls: *a',
      'metrics-apiservice-tls',
      { mode: 'audit' },
    ],
    [
      'rules: {kubelet-config-server-tls-bootstrap: {existing: deny, requireEnabled: always}}',
      'kubelet-config-server-tls-bootstrap',
      { existing: 'deny', requireEnabled: 'always' },
    ],
  ];
  for (const [text, id, wanted] of cases) t.match(settings(`${head}${text}\n`, id), wanted, text);
  for (const [name, text] of [
    ['JSON', '{"apiVersion": "kubelet-tls-guard.io/v1alpha1", "kind": "GuardConfiguration"}'],
    ['carriage returns', head.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${head}`],
    ['a document start and end', `# text\n---\n${head}...\n`],
    ['an empty document behind it', `${head}---\n# nothing\n`],
  ] as const) {
    t.same(policyOf(text).policy, defaultPolicy(rules), name);
  }
  const folded = `${head}contact: >\n  ask\n  the platform team\n`;
  t.equal(policyOf(folded).policy.contact, 'ask the platform team', 'folded sentences are read as one line');
});

t.test('notes on loading', async (t) => {
  const always = 'rules: {kubelet-config-server-tls-bootstrap: {requireEnabled: always';
  t.match(policyOf(`${head}${always}}}`).notes, [/kubeadm upgrade apply.*First report \(mode: warn\)/]);
  t.match(policyOf(`${head}${always}, mode: warn}}`).notes, [/kubeadm upgrade apply/]);
  t.same(policyOf(`${head}${always}, mode: off}}`).notes, []);
  const users = `{rule: kubeadm-config-server-tls-bootstrap, users: [a], owner: o, reason: r, expires: 2027-01-01}`;
  t.match(policyOf(`${head}exemptions: [${users}]`).notes, [/never counts/]);
  t.same(policyOf(head).notes, []);
});

/** What people get wrong, with what they are told in the golden file. */
const wrong: Readonly<Record<string, string>> = {
  'an empty file': '',
  'only comments': '# rehearsal: true\n---\n',
  'a list': '- apiVersion: v1\n',
  'plain text': 'hello\n',
  'two documents': `${head}---\n${head}`,
  'no apiVersion and kind': 'rehearsal: true\n',
  'another version': 'apiVersion: kubelet-tls-guard.io/v1\nkind: GuardConfiguration\n',
  'a slip in kind': 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: guardconfiguration\n',
  'the ConfigMap around it': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: guard}\ndata:\n  guard.yaml: ""\n',
  'another object': 'apiVersion: apps/v1\nkind: Deployment\nspec: {}\n',
  tabs: `${head}rules:\n\tmetrics-server-kubelet-tls:\n\t\tmode: warn\n`,
  'an open quote': `${head}contact: "abc\nrehearsal: true\n`,
  'a colon in a value': `${head}contact: ask: me\n`,
  indentation: `${head}rules:\n   metrics-apiservice-tls: {}\n  metrics-server-kubelet-tls: {}\n`,
  'a value that starts with #': `${head}contact: #platform\n`,
  'a list without dashes': `${head}exemptions:\n  rule: metrics-server-kubelet-tls\n`,
  'dashes without a list': `${head}rules:\n  - metrics-server-kubelet-tls: {mode: warn}\n`,
  'keys of objects in JavaScript': `${head}__proto__: {a: 1}\nconstructor: 3\nrules: {__proto__: {mode: warn}, toString: {}}\n`,
  'keys that are no text': `${head}? [a]\n: b\n1: c\nnull: d\n? e\n`,
  'a flow mapping without values': '{apiVersion, kind: GuardConfiguration}',
  'an alias without an anchor': `${head}exemptions: [*nope]\n`,
  'an alias of itself': `${head}exemptions: &a [*a]\n`,
  'merge keys': `${head}rules:\n  metrics-server-kubelet-tls: &x {mode: warn}\n  metrics-apiservice-tls: {<<: *x}\n`,
  tags: `${head}contact: !!binary aGk=\nrehearsal: !foo true\n`,
  'YAML 1.1': `%YAML 1.1\n---\n${head}rehearsal: yes\n`,
  'a NUL': `${head}contact: "a\0b"\n`,
  'escapes for a terminal': `${head}contact: "\\e[31mred"\n"\\e[31m": 1\nhelpURL: "\\x9b"\nrehearsal: "\\uD800"\n`,
  'deep nesting': `${head}rules: ${'['.repeat(200)}`,
  'long keys and values': `${head}${'x'.repeat(300)}: 1\nhelpURL: ${'h'.repeat(3000)}\ncontact: ${'c'.repeat(501)}\n`,
  'more problems than anybody reads': head + Array.from({ length: 60 }, (_, index) => `k${index}: 1\n`).join(''),
  'a large file': `${head}# ${'a'.repeat(300_000)}\n`,
  'an alias bomb': `${head}exemptions:\n  - &e {rule: metrics-server-kubelet-tls, names: [${'a, '.repeat(1000)}], owner: o, reason: r, expires: 2027-01-01}\n${'  - *e\n'.repeat(2000)}`,
  'many things at once': `${head}rehersal: true
helpUrl: http://x
mode: warn
owner: me
metrics-server-kubelet-tls: {mode: off}
rehearsal: yes
helpURL: wiki/tls
contact:
rules:
  metrics-server-tls:
    mode: warn
  metrics-server-kublet-tls: {mode: warn}
  metrics-server-kubelet-tls:
    mode: enfroce
    mode: warn
    unclear: off
    requireEnabled: always
  kubelet-config-server-tls-bootstrap: enforce
  kubeadm-config-server-tls-bootstrap: {mutate: true, existing: deny}
  metrics-apiservice-tls: {mutate: true, mode: false}
  kubelet-insecure-tls-flag:
exemptions:
  - rule: metrics-server-kublet-tls
    namespace: kube-system
    owner: 12
    reason: ""
    expires: 2026-02-30
  - rule: metrics
    names: ["metrics-*"]
    owner: "  "
    reason: 2026-01-01
    expires: 2026-01-01T10:00:00
  - rule: metrics-server-kubelet-tls
    owner: a
    reason: b
    expires: tomorrow
  - rule: metrics-server-kubelet-tls
    names: metrics-server
    namespaces: []
    users: ["*"]
    groups: [5, {a: b}]
    owner: a
    expires: 2026-12-01 10:00
  - names: ["*", a]
    namespaces: [Kube-System, "kube-*"]
    expires: 20261201
    owner: [a]
  - text
  - expiresAt: 2026-01-01
    rule: metrics-server-kubelet-tls
    names: [x]
    owner: o
    reason: r
`,
};

t.test('configurations that are refused', async (t) => {
  const parts: string[] = [];
  for (const [name, text] of Object.entries(wrong)) {
    const configuration = parseConfiguration(text, rules);
    t.equal(configuration.kind, 'invalid', name);
    if (configuration.kind === 'policy') continue;
    for (const { line, column, path, message } of configuration.problems) {
      t.ok(line >= 1 && column >= 1 && line <= text.split('\n').length, `${name}: ${line}:${column} is in the file`);
      t.ok(path === '' || message.startsWith(`${path}: `), `${name}: the message names the field`);
      t.match(message, /^[\t\x20-\x7e…]+$/, `${name}: nothing in the message reaches a terminal`);
      t.ok(message.length < 500, `${name}: the message can be read`);
    }
    parts.push(`# ${name}\n${problemsOf(text).join('\n')}\n`);
  }
  matchGolden(t, 'config-problems.txt', parts.join('\n'));
});

t.test('reading never throws, warns or takes long', async (t) => {
  const warnings: unknown[] = [];
  const listen = (warning: unknown) => warnings.push(warning);
  process.on('warning', listen);
  t.teardown(() => process.off('warning', listen));
  const n = 30_000;
  const hostile: Readonly<Record<string, string>> = {
    brackets: '['.repeat(n),
    mappings: '{a: '.repeat(n / 4),
    dashes: '- '.repeat(n / 2),
    questions: '? '.repeat(n / 2),
    closing: '}'.repeat(n / 2),
    stairs: Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''),
    aliases: `a: &a [x]\nb: [${'*a,'.repeat(n / 4)}]`,
    chain: `a0: &a0 [x]\n${Array.from({ length: 5000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
    fields: head + Array.from({ length: 15_000 }, (_, index) => `k${index}: v\n`).join(''),
    'the same field': head + 'contact: a\n'.repeat(15_000),
    tags: '!x '.repeat(n / 3),
    anchors: '&a '.repeat(n / 3),
    documents: '---\n'.repeat(n / 4),
    directives: '%FOO\n'.repeat(n / 5),
    tabs: `a:\n${'\tb: c\n'.repeat(n / 6)}`,
    escapes: `"${'\\x'.repeat(n / 2)}"`,
    name: `${head}exemptions: [{names: [${'a-'.repeat(n / 2)}]}]`,
    text: `${head}contact: "${' '.repeat(n)}"`,
    list: `${head}exemptions: [{names: [${'a,'.repeat(n / 3)}]}]`,
  };
  for (const [name, text] of Object.entries(hostile)) {
    const start = performance.now();
    t.equal(parseConfiguration(text, rules).kind, 'invalid', name);
    t.ok(performance.now() - start < 20_000, `${name} takes no quadratic time`);
  }
  const pieces = [
    'apiVersion',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '#',
    ',',
    '%',
    '---\n',
    '\t',
    'rules',
    '?',
    '\0',
    '\ud800',
    '\u2028',
    '<<',
    'exemptions:\n',
    head,
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 40 }), (parts) => {
      const configuration = parseConfiguration(parts.join(''), rules);
      return configuration.kind === 'policy' || configuration.problems.length > 0;
    }),
    { numRuns: 2000 },
  );
  await new Promise((resolve) => setImmediate(resolve));
  t.same(warnings, []);
});

t.test('when an exemption ends', async (t) => {
  const cases: readonly (readonly [text: string, end: string | undefined])[] = [
    ['2027-03-31', '2027-04-01T00:00:00Z'],
    ['2026-12-31', '2027-01-01T00:00:00Z'],
    ['2028-02-29', '2028-03-01T00:00:00Z'],
    ['0099-12-31', '0100-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['2027-03-31T18:00:00Z', '2027-03-31T18:00:00Z'],
    ['2027-03-31t18:00:00z', '2027-03-31T18:00:00Z'],
    ['2027-03-31T18:00:00+02:00', '2027-03-31T16:00:00Z'],
    ['2027-03-31T18:00:00-05:30', '2027-03-31T23:30:00Z'],
    ['2027-03-31T18:00:00.250Z', '2027-03-31T18:00:00.250Z'],
    ['2027-03-31T18:00:00.123456789Z', '2027-03-31T18:00:00.123Z'],
    ['2026-02-30', undefined],
    ['2027-02-29', undefined],
    ['2026-00-10', undefined],
    ['2026-13-01', undefined],
    ['2026-01-00', undefined],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-01-01T24:00:00Z', undefined],
    ['2026-12-31T23:59:60Z', undefined],
    ['2026-01-01T10:00:00', undefined],
    ['2026-01-01T10:00Z', undefined],
    ['2026-01-01 10:00:00Z', undefined],
    ['2026-01-01T10:00:00+0100', undefined],
    ['2026-01-01T10:00:00+24:00', undefined],
    ['2026-1-1', undefined],
    ['01.02.2026', undefined],
    ['2026-01-01\\n', undefined],
    ['never', undefined],
    ['', undefined],
  ];
  for (const [text, end] of cases) {
    const configuration = parseConfiguration(
      `${head}exemptions: [{rule: metrics-apiservice-tls, names: ["*"], owner: o, reason: r, expires: "${text}"}]`,
      rules,
    );
    const exemption = configuration.kind === 'policy' ? configuration.policy.exemptions[0] : undefined;
    t.equal(exemption?.expiresAt, end === undefined ? undefined : Date.parse(end), text);
    t.equal(exemption?.expires, end === undefined ? undefined : text, `${text} is kept as it was written`);
  }
  const bare = `${head}exemptions: [{rule: metrics-apiservice-tls, names: ["*"], owner: o, reason: r, expires: 2027-03-31}]`;
  t.equal(policyOf(bare).policy.exemptions[0]?.expires, '2027-03-31', 'a bare date is no timestamp of YAML');
});

/** Values for a field: mostly right ones, so that whole configurations are often right. */
function field(right: fc.Arbitrary<Json>, wrongOnes: readonly Json[]): fc.Arbitrary<Json> {
  return fc.oneof(
    { arbitrary: right, weight: 80 },
    { arbitrary: fc.constantFrom<Json>(null, 1, true, {}, [], '', ...wrongOnes), weight: 1 },
  );
}

const settingsOf = fc.record(
  {
    mode: field(fc.constantFrom('enforce', 'warn', 'audit', 'off'), ['deny', false]),
    unclear: field(fc.constantFrom('deny', 'warn', 'audit'), ['off']),
    existing: field(fc.constantFrom('warn', 'deny'), ['audit']),
    mutate: field(fc.boolean(), ['true']),
  },
  { requiredKeys: [] },
);
const names = field(
  fc.array(fc.constantFrom<Json>('a', 'metrics-server', 'a.b', 'x'.repeat(63)), { minLength: 1, maxLength: 3 }),
  [['*'], ['*', 'a'], ['a*'], ['A'], ['x'.repeat(254)], [1], ['a\n'], ['-a'], ['a-.b']],
);
const people = field(
  fc.array(fc.constantFrom<Json>('alice', 'system:serviceaccount:a:b', 'Jörg Groß'), { minLength: 1, maxLength: 3 }),
  [['*'], [' a'], ['a '], ['a\u0007'], ['\ud83d\ude00'], ['\ud83d'], ['x'.repeat(501)], ['😀'.repeat(400)]],
);
const sentence = field(fc.constantFrom('platform team', 'a\nb\n', 'ü', '😀'), [
  '  ',
  '\u0000',
  'a\u001b[0m',
  '\udc00',
  'x'.repeat(501),
  '\u00a0',
  '\u2028',
]);
const exemptionOf = fc.record(
  {
    rule: field(fc.constantFrom(...rules.map(({ id }) => id)), ['metrics']),
    namespaces: names,
    names,
    users: people,
    groups: people,
    owner: sentence,
    reason: sentence,
    expires: field(fc.constantFrom('2027-01-01', '2027-01-01T00:00:00Z', '2028-02-29', '2027-01-01T00:00:00.5+01:00'), [
      '2027-02-29',
      '2027-01-01T25:00:00Z',
      '2027-01-01T00:00:00',
      '2027-06-30T23:59:60Z',
      '2027-01-01 00:00:00Z',
      '0000-01-01',
      '2100-02-29',
      'x',
    ]),
  },
  { requiredKeys: ['rule', 'owner', 'reason', 'expires'] },
);
const ruleSettings = fc.record(
  Object.fromEntries(rules.map(({ id }) => [id, field(settingsOf, ['warn', { requireEnabled: 'always' }])])),
  { requiredKeys: [] },
);
const configurations = fc
  .tuple(
    fc.record(
      {
        apiVersion: field(fc.constant('kubelet-tls-guard.io/v1alpha1'), ['v1']),
        kind: field(fc.constant('GuardConfiguration'), ['Deployment']),
        rehearsal: field(fc.boolean(), ['yes']),
        helpURL: field(fc.constantFrom('https://a.example/b?c=d#e', 'http://[::1]:80/'), [
          'ftp://a',
          'https://',
          'https://a b',
          'https://a/\u00fc',
        ]),
        contact: sentence,
        rules: field(ruleSettings, [{ metrics: {} }, [{}]]),
        exemptions: field(fc.array(exemptionOf, { maxLength: 3 }), [{}]),
      },
      { requiredKeys: ['apiVersion', 'kind'] },
    ),
    fc.oneof(
      { arbitrary: fc.constant<JsonObject>({}), weight: 20 },
      { arbitrary: fc.constant<JsonObject>({ unknown: 1 }), weight: 1 },
    ),
  )
  .map(([known, more]): JsonObject => ({ ...known, ...more }));

t.test('decoder, schema and print-out agree', async (t) => {
  const ajv = new Ajv({ strict: true, allErrors: true, strictRequired: false });
  formats.default(ajv);
  const validate = ajv.compile(schemaOfConfiguration(rules));
  const agree = (value: Json, text: string): boolean => {
    const decoded = parseConfiguration(text, rules);
    return validate(value) === (decoded.kind === 'policy');
  };
  const counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(configurations, fc.boolean(), (value, asJson) => {
      const text = asJson ? JSON.stringify(value) : stringify(value, { aliasDuplicateObjects: false });
      const decoded = parseConfiguration(text, rules);
      counts[decoded.kind === 'policy' ? 'accepted' : 'refused']++;
      if (!agree(value, text)) return false;
      if (decoded.kind === 'invalid') return true;
      const printed = printConfiguration(decoded.policy, rules);
      const again = parseConfiguration(printed, rules);
      t.same(again.kind === 'policy' ? again.policy : again.problems, decoded.policy);
      return (
        validate(parse(printed)) &&
        JSON.stringify(parse(printed, { version: '1.1' })) === JSON.stringify(parse(printed))
      );
    }),
    { numRuns: 1500 },
  );
  t.ok(counts.accepted > 100 && counts.refused > 100, `both happen: ${JSON.stringify(counts)}`);
  const asData = [
    'a list',
    'plain text',
    'no apiVersion and kind',
    'another version',
    'another object',
    'a list without dashes',
  ];
  asData.push(
    'the ConfigMap around it',
    'keys of objects in JavaScript',
    'long keys and values',
    'dashes without a list',
  );
  for (const name of asData) t.ok(agree(parse(wrong[name] ?? ''), wrong[name] ?? ''), name);
  t.ok(agree(parse(readFileSync(examplePath, 'utf8')), readFileSync(examplePath, 'utf8')), 'the example');
});

t.test('generated files are up to date', async (t) => {
  const example = readFileSync(examplePath, 'utf8');
  const known = rules.map((rule) => listedRules.find(({ id }) => id === rule.id) ?? rule);
  t.equal(parseConfiguration(example, known).kind, 'policy', 'the example fits the rules');
  t.equal(readFileSync(pagePath, 'utf8'), renderPage(listedRules, example), 'run npm run generate');
  t.equal(readFileSync(schemaPath, 'utf8'), renderSchema(listedRules), 'run npm run generate');
});

function exemption(more: Partial<Exemption>): Exemption {
  const expires = { expires: '2027-03-31', expiresAt: Date.parse('2027-04-01T00:00:00Z') };
  return { rule: 'fake', owner: 'lab team', reason: 'new image', ...expires, ...more };
}

interface Sketch {
  readonly kind?: string;
  readonly name?: string | undefined;
  readonly namespace?: string;
  /** `KIND/NAME` of the controlling owner. */
  readonly owner?: string;
  readonly ownerVersion?: string;
  readonly labels?: JsonObject;
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
}

const versions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
};

function sketch({ kind = 'Deployment', name = 'metrics-server', owner, ownerVersion, ...more }: Sketch): JsonObject {
  const [ownerKind = '', ownerName = ''] = owner?.split('/') ?? [];
  const apiVersion = ownerVersion ?? versions[ownerKind] ?? 'v1';
  const reference = { apiVersion, kind: ownerKind, name: ownerName, controller: true, uid: 'u' };
  const metadata: JsonObject = {
    ...(name === '' ? {} : { name }),
    namespace: more.namespace ?? 'kube-system',
    ...(owner === undefined ? {} : { ownerReferences: [reference] }),
    ...(more.labels === undefined ? {} : { labels: more.labels }),
    ...more.metadata,
  };
  return {
    apiVersion: versions[kind] ?? 'v1',
    kind,
    metadata,
    ...(more.spec === undefined ? {} : { spec: more.spec }),
  };
}

const alice = { username: 'alice', groups: ['platform', 'system:authenticated'] };
const controller: Mitigation = { kind: 'controller', controller: 'some-controller' };

t.test('what an exemption covers', async (t) => {
  const ms = { names: ['metrics-server'] };
  const pod = { kind: 'Pod', name: 'metrics-server-7d4b9c-x2x4z' };
  const hash = { 'pod-template-hash': '7d4b9c' };
  const labelled = { ...pod, owner: 'ReplicaSet/metrics-server-7d4b9c', labels: hash };
  const cases: readonly (readonly [name: string, exemption: Partial<Exemption>, object: Sketch, wanted: string])[] = [
    ['the name', ms, {}, 'covered'],
    ['another name', ms, { name: 'metrics-server-2' }, 'not-covered'],
    ['a name of another case', ms, { name: 'Metrics-Server' }, 'not-covered'],
    ['one of several names', { names: ['a', 'metrics-server'] }, {}, 'covered'],
    ['the namespace', { namespaces: ['kube-system'] }, {}, 'covered'],
    ['another namespace', { namespaces: ['lab'] }, {}, 'not-covered'],
    ['namespace and name', { namespaces: ['kube-system'], ...ms }, {}, 'covered'],
    ['namespace without the name', { namespaces: ['kube-system'], names: ['x'] }, {}, 'not-covered'],
    ['name without the namespace', { namespaces: ['lab'], ...ms }, {}, 'not-covered'],
    ['everything', { names: ['*'] }, { name: 'x' }, 'covered'],
    ['everything in a namespace', { names: ['*'], namespaces: ['lab'] }, {}, 'not-covered'],
    ['every namespace', { namespaces: ['*'], ...ms }, { namespace: 'x' }, 'covered'],
    ['an object without a namespace', { namespaces: ['kube-system'] }, { namespace: '' }, 'not-covered'],
    ['an object without a namespace, all meant', { namespaces: ['*'] }, { namespace: '' }, 'covered'],
    ['an object without a name', { names: ['*'] }, { name: '' }, 'covered'],
    ['an object without a name, by name', ms, { name: '' }, 'not-covered'],
    ['a generated name', ms, { name: '', metadata: { generateName: 'metrics-server' } }, 'not-covered'],
    ['a wrong-typed name', ms, { name: '', metadata: { name: ['metrics-server'] } }, 'not-covered'],
    [
      'the ReplicaSet of the Deployment',
      ms,
      { kind: 'ReplicaSet', name: 'metrics-server-7d4b9c', owner: 'Deployment/metrics-server' },
      'covered',
    ],
    [
      'the ReplicaSet of another Deployment',
      ms,
      { kind: 'ReplicaSet', name: 'metrics-server-7d4b9c', owner: 'Deployment/other' },
      'not-covered',
    ],
    ['the Pod of its ReplicaSet', ms, labelled, 'covered'],
    ['the Pod of the ReplicaSet that is named', { names: ['metrics-server-7d4b9c'] }, labelled, 'covered'],
    ['the Pod without the label', ms, { ...labelled, labels: {} }, 'not-covered'],
    [
      'the Pod with the label of another',
      ms,
      { ...labelled, labels: { 'pod-template-hash': '6d4b9c' } },
      'not-covered',
    ],
    [
      'a label that is no hash',
      { names: ['metrics'] },
      { ...pod, owner: 'ReplicaSet/metrics-server', labels: { 'pod-template-hash': 'server' } },
      'not-covered',
    ],
    [
      'an empty label',
      { names: ['metrics-server-7d4b9'] },
      { ...labelled, labels: { 'pod-template-hash': '' } },
      'not-covered',
    ],
    ['the Pod of a DaemonSet', ms, { ...pod, owner: 'DaemonSet/metrics-server' }, 'covered'],
    ['the Pod of a StatefulSet', ms, { ...pod, owner: 'StatefulSet/metrics-server' }, 'covered'],
    ['the Pod of a ReplicationController', ms, { ...pod, owner: 'ReplicationController/metrics-server' }, 'covered'],
    [
      'the Job of a CronJob',
      ms,
      { kind: 'Job', name: 'metrics-server-29000000', owner: 'CronJob/metrics-server' },
      'covered',
    ],
    ['the Pod of a Job', ms, { ...pod, owner: 'Job/metrics-server' }, 'covered'],
    ['the Pod of a Job of a CronJob', ms, { ...pod, owner: 'Job/metrics-server-29012345' }, 'covered'],
    ['the Pod of a Job of a CronJob before v1.21', ms, { ...pod, owner: 'Job/metrics-server-1600000000' }, 'covered'],
    ['the Pod of a numbered Job', ms, { ...pod, owner: 'Job/metrics-server-2' }, 'not-covered'],
    [
      'an owner that is no parent of the kind',
      ms,
      { kind: 'Deployment', name: 'x', owner: 'Deployment/metrics-server' },
      'not-covered',
    ],
    [
      'an owner of another group',
      ms,
      { kind: 'ReplicaSet', name: 'x', owner: 'Deployment/metrics-server', ownerVersion: 'example.org/v1' },
      'not-covered',
    ],
    [
      'labels and annotations',
      ms,
      {
        name: 'x',
        labels: { name: 'metrics-server' },
        metadata: { annotations: { 'kubelet-tls-guard.io/exempt': 'true', owner: 'metrics-server' } },
      },
      'not-covered',
    ],
    ['a user', { users: ['alice'] }, {}, 'conditional'],
    ['a group and the name', { groups: ['platform'], ...ms }, {}, 'conditional'],
    ['a user and another name', { users: ['alice'], names: ['x'] }, {}, 'not-covered'],
  ];
  for (const [name, more, object, wanted] of cases) {
    const subject = deepFreeze({ object: sketch(object), namespace: object.namespace ?? 'kube-system' });
    t.equal(coverageOf(exemption(more), subject, undefined), wanted, name);
  }
});

t.test('what an exemption covers on a request', async (t) => {
  const replicaSet: Sketch = { kind: 'ReplicaSet', name: 'metrics-server-7d4b9c', owner: 'Deployment/metrics-server' };
  const pod: Sketch = {
    kind: 'Pod',
    name: 'p',
    owner: 'ReplicaSet/metrics-server-7d4b9c',
    labels: { 'pod-template-hash': '7d4b9c' },
  };
  const ms = { names: ['metrics-server'] };
  const cases: readonly (readonly [
    string,
    Partial<Exemption>,
    Sketch,
    Mitigation | undefined,
    Partial<Subject>,
    string,
  ])[] = [
    ['the object by name', ms, {}, undefined, { user: alice }, 'covered'],
    ['a child that a person writes', ms, replicaSet, undefined, { user: alice }, 'not-covered'],
    ['a child that its controller writes', ms, replicaSet, controller, { user: alice }, 'covered'],
    ['a child that a kubelet writes', ms, pod, { kind: 'mirror-pod' }, { user: alice }, 'not-covered'],
    ['a grandchild that a person writes', ms, pod, undefined, { user: alice }, 'not-covered'],
    ['a grandchild that its controller writes', ms, pod, controller, { user: alice }, 'covered'],
    ['a child in a request without a user', ms, replicaSet, undefined, { operation: 'CREATE' }, 'not-covered'],
    [
      'a child in a namespace that is named',
      { namespaces: ['kube-system'] },
      replicaSet,
      undefined,
      { user: alice },
      'covered',
    ],
    ['the user', { users: ['alice'] }, {}, undefined, { user: alice }, 'covered'],
    ['another user', { users: ['bob'] }, {}, undefined, { user: alice }, 'not-covered'],
    ['a member of the group', { groups: ['platform'] }, {}, undefined, { user: alice }, 'covered'],
    ['no member of the group', { groups: ['ops'] }, {}, undefined, { user: alice }, 'not-covered'],
    [
      'the user or a member of the group',
      { users: ['bob'], groups: ['platform'] },
      {},
      undefined,
      { user: alice },
      'covered',
    ],
    ['a group that is called as the user', { groups: ['alice'] }, {}, undefined, { user: alice }, 'not-covered'],
    ['the user, but another name', { users: ['alice'], names: ['x'] }, {}, undefined, { user: alice }, 'not-covered'],
    ['a request without a user', { users: ['alice'] }, {}, undefined, { operation: 'CREATE' }, 'not-covered'],
    [
      'a user without a name',
      { users: ['alice'] },
      {},
      undefined,
      { user: { username: '', groups: [] } },
      'not-covered',
    ],
  ];
  for (const [name, more, object, origin, request, wanted] of cases) {
    const subject = deepFreeze({ object: sketch(object), namespace: 'kube-system', ...request });
    t.equal(coverageOf(exemption(more), subject, origin), wanted, name);
  }
});

t.test('which exemption is found', async (t) => {
  const subject: Subject = { object: sketch({}), namespace: 'kube-system' };
  const ended = exemption({ names: ['*'], expires: '2026-11-23', expiresAt: now });
  const other = exemption({ rule: 'other', names: ['*'] });
  const first = exemption({ names: ['metrics-server'], reason: 'first' });
  const second = exemption({ names: ['*'], reason: 'second' });
  const bound = exemption({ users: ['alice'], groups: ['a', 'b', 'c', 'd'] });
  t.same(findExemption([ended, other, bound, first, second], 'fake', subject, undefined, now), {
    kind: 'exempt',
    exemption: first,
  });
  t.equal(findExemption([ended, other, bound], 'fake', subject, undefined, now), undefined);
  t.equal(findExemption([ended], 'fake', subject, undefined, now - 1)?.exemption, ended, 'until its last millisecond');
  t.equal(findExemption([bound], 'fake', { ...subject, user: alice }, undefined, now)?.exemption, bound);
  t.equal(findConditionalExemption([ended, first, bound], 'fake', subject, now), bound);
  t.equal(
    findConditionalExemption([bound], 'fake', { ...subject, user: alice }, now),
    undefined,
    'who writes is known',
  );
  t.equal(findConditionalExemption([{ ...bound, expiresAt: now }], 'fake', subject, now), undefined);
  t.equal(describeConditionalExemption(bound), 'exempt for alice or members of a, b and 2 more until 2027-03-31');
  t.equal(
    describeConditionalExemption(exemption({ users: ['alice', 'bob'] })),
    'exempt for alice, bob until 2027-03-31',
  );
  t.equal(describeConditionalExemption(exemption({ groups: ['ops'] })), 'exempt for members of ops until 2027-03-31');
});

/** A rule that finds what an object's `spec.findings` lists: `identity: "LEVEL GRAVITY [inexcusable]"`. */
const fake = fakeRule(
  'fake',
  [...Object.keys(versions), 'Pod', 'ConfigMap'].map((kind) => ({
    group: (versions[kind] ?? 'v1').split('/').toReversed()[1] ?? '',
    kind,
  })),
  {
    judgesDelete: true,
    evaluate(object: JsonObject, _context: RuleContext): readonly Violation[] {
      const findings = getIn(object, 'spec', 'findings');
      if (findings === 'throw') throw new TypeError('cannot read it');
      return Object.entries((findings ?? {}) as JsonObject).map(([identity, text]) => {
        const [level, gravity, inexcusable] = String(text).split(' ');
        return {
          level: level as Level,
          path: `/spec/findings/${identity}`,
          where: identity,
          message: 'is bad',
          brief: `${identity} is bad`,
          identity,
          gravity: Number(gravity),
          ...(inexcusable === undefined ? {} : { inexcusable: true }),
        };
      });
    },
    reads: (object) => [get(object, 'spec')],
  },
);

function policyWith(settings: Partial<RuleSettings>, more: Partial<Policy> = {}): Policy {
  const defaults = {
    mode: 'enforce',
    unclear: 'deny',
    existing: 'warn',
    mutate: false,
    requireEnabled: 'ratchet',
  } as const;
  return { ...defaultPolicy([fake]), rules: new Map([['fake', { ...defaults, ...settings }]]), ...more };
}

function bad(findings: Json, more: Sketch = {}): JsonObject {
  return sketch({ ...more, spec: { ...more.spec, findings } });
}

function outcomesOf(policy: Policy, subject: Partial<Subject> & { readonly object: JsonObject }): readonly Outcome[] {
  const full = deepFreeze({ namespace: 'kube-system', ...subject });
  const verdict = judge([fake], policy, full, now);
  const denied = verdict.outcomes.some(({ action }) => action === 'deny');
  if (verdict.allowed === denied) throw new Error('a verdict is allowed exactly if nothing is denied');
  return verdict.outcomes;
}

/** `ACTION` or `ACTION (MITIGATION)` of each outcome. */
function brief(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ action, mitigation }) => (mitigation ? `${action} (${mitigation.kind})` : action)).join(', ');
}

t.test('mode, level, setting and mitigation', async (t) => {
  /** What a mode makes of a violation, of what is unclear by each setting (deny, warn, audit), and of a warning. */
  const plain: Readonly<Record<Mode, readonly [string, string, string, string, string]>> = {
    enforce: ['deny', 'deny', 'warn', 'audit', 'warn'],
    warn: ['warn', 'warn', 'warn', 'audit', 'warn'],
    audit: ['audit', 'audit', 'audit', 'audit', 'audit'],
    off: ['', '', '', '', ''],
  };
  const columns: readonly (readonly [Level, 'deny' | 'warn' | 'audit'])[] = [
    ['violation', 'deny'],
    ['unclear', 'deny'],
    ['unclear', 'warn'],
    ['unclear', 'audit'],
    ['warning', 'deny'],
  ];
  /** What each ground makes of deny, warn and audit. */
  const grounds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    none: { deny: 'deny', warn: 'warn', audit: 'audit' },
    unchanged: { deny: 'warn (unchanged)', warn: 'warn', audit: 'audit' },
    deleting: { deny: 'warn (unchanged)', warn: 'warn', audit: 'audit' },
    existing: { deny: 'warn (existing)', warn: 'warn', audit: 'audit' },
    exempt: { deny: 'warn (exempt)', warn: 'warn (exempt)', audit: 'audit (exempt)' },
    rehearsal: { deny: 'warn (rehearsal)', warn: 'warn', audit: 'audit' },
    controller: { deny: 'audit (controller)', warn: 'audit (controller)', audit: 'audit (controller)' },
    mirror: { deny: 'audit (mirror-pod)', warn: 'audit (mirror-pod)', audit: 'audit (mirror-pod)' },
  };
  const subjectFor = (ground: string, findings: JsonObject): Partial<Subject> & { readonly object: JsonObject } => {
    const object = bad(findings);
    const update = { operation: 'UPDATE', user: alice } as const;
    switch (ground) {
      case 'unchanged':
        return { ...update, object: bad(findings, { labels: { new: 'label' } }), oldObject: object };
      case 'deleting': {
        const metadata = { deletionTimestamp: '2026-11-24T00:00:00Z' };
        return { ...update, object: bad(findings, { metadata }), oldObject: bad({}, { metadata }) };
      }
      case 'existing':
        return { ...update, object: bad(findings, { spec: { replicas: 2 } }), oldObject: object };
      case 'controller': {
        const user = { username: 'system:serviceaccount:kube-system:deployment-controller', groups: [] };
        return { operation: 'CREATE', user, object: bad(findings, { kind: 'ReplicaSet', owner: 'Deployment/a' }) };
      }
      case 'mirror': {
        const user = { username: 'system:node:node-1', groups: ['system:nodes'] };
        return { operation: 'CREATE', user, object: bad(findings, { kind: 'Pod', spec: { nodeName: 'node-1' } }) };
      }
      default:
        return { operation: 'CREATE', user: alice, object };
    }
  };
  for (const [mode, row] of Object.entries(plain)) {
    for (const [column, [level, unclear]] of columns.entries()) {
      for (const [ground, become] of Object.entries(grounds)) {
        const policy = policyWith(
          { mode: mode as Mode, unclear },
          { rehearsal: ground === 'rehearsal', exemptions: ground === 'exempt' ? [exemption({ names: ['*'] })] : [] },
        );
        const outcomes = outcomesOf(policy, subjectFor(ground, { x: `${level} 1` }));
        const unmitigated = row[column] ?? '';
        t.equal(brief(outcomes), become[unmitigated] ?? '', `${mode}, ${level}, unclear: ${unclear}, ${ground}`);
        t.equal(outcomes[0]?.unmitigated ?? '', unmitigated, `${mode}, ${level}, ${ground}: what it would be`);
      }
    }
  }
});

t.test('the ratchet', async (t) => {
  const v = 'violation 1';
  const cases: readonly (readonly [
    name: string,
    old: Json,
    fresh: Json,
    settings: Partial<RuleSettings>,
    wanted: string,
  ])[] = [
    ['a new violation', {}, { a: v }, {}, 'deny'],
    ['an old one, something else changed', { a: v }, { a: v, b: 'warning 1' }, {}, 'warn (existing), warn'],
    ['an old one beside a new one', { a: v }, { a: v, b: v }, {}, 'warn (existing), deny'],
    ['one of another identity', { a: v }, { b: v }, {}, 'deny'],
    ['a graver one', { a: v }, { a: 'violation 2' }, {}, 'deny'],
    ['a less grave one', { a: 'violation 2' }, { a: v }, {}, 'warn (existing)'],
    ['a violation that was unclear', { a: 'unclear 1' }, { a: 'violation 2' }, {}, 'deny'],
    ['unclear what was a violation', { a: 'violation 2' }, { a: 'unclear 1' }, {}, 'warn (existing)'],
    ['a violation that is repaired', { a: v, b: v }, { b: v }, {}, 'warn (existing)'],
    ['all repaired', { a: v }, {}, {}, ''],
    ['an old one where old ones are refused', { a: v }, { a: v, b: 'warning 1' }, { existing: 'deny' }, 'deny, warn'],
    ['unchanged where old ones are refused', { a: v }, { a: v }, { existing: 'deny' }, 'warn (unchanged)'],
    ['an inexcusable one that was there', { a: v }, { a: `${v} inexcusable`, b: 'warning 1' }, {}, 'deny, warn'],
    ['an inexcusable one, unchanged', { a: `${v} inexcusable` }, { a: `${v} inexcusable` }, {}, 'warn (unchanged)'],
    ['a rule that fails on both', 'throw', 'throw', {}, 'warn (unchanged)'],
    ['a rule that fails on the new one', {}, 'throw', {}, 'deny'],
    ['a rule that fails on the old one', 'throw', { a: v }, {}, 'deny'],
  ];
  for (const [name, old, fresh, settings, wanted] of cases) {
    const subject = { operation: 'UPDATE', user: alice, object: bad(fresh), oldObject: bad(old) } as const;
    t.equal(brief(outcomesOf(policyWith(settings), subject)), wanted, name);
  }
  const created = { operation: 'CREATE', user: alice, object: bad({ a: v }), oldObject: bad({ a: v }) } as const;
  t.equal(brief(outcomesOf(policyWith({}), created)), 'deny', 'only an UPDATE has an old object');
  t.equal(brief(outcomesOf(policyWith({}), { object: bad({ a: v }) })), 'deny', 'a file has none either');
  const reordered = {
    operation: 'UPDATE',
    user: alice,
    object: bad({ a: v }, { spec: { x: 1, y: 2 } }),
    oldObject: bad({ a: v }, { spec: { y: 2, x: 1 } }),
  } as const;
  t.equal(
    brief(outcomesOf(policyWith({ existing: 'deny' }), reordered)),
    'warn (unchanged)',
    'the order of keys is no change',
  );
});

t.test('a rule that fails', async (t) => {
  const object = bad('throw');
  for (const [unclear, wanted] of [
    ['deny', 'deny'],
    ['warn', 'warn'],
    ['audit', 'audit'],
  ] as const) {
    const outcomes = outcomesOf(policyWith({ unclear }), { operation: 'CREATE', user: alice, object });
    t.equal(brief(outcomes), wanted);
    t.equal(outcomes[0]?.violation.level, 'unclear');
    t.match(outcomes[0]?.violation.message, /the rule failed on it \(cannot read it\).*please report it/);
  }
  t.equal(brief(outcomesOf(policyWith({ mode: 'off' }), { object })), '', 'a rule that is off is not run');
});

t.test('whose write it is', async (t) => {
  const account = (name: string) => `system:serviceaccount:kube-system:${name}`;
  const manager = 'system:kube-controller-manager';
  const children: readonly (readonly [kind: string, owner: string, account: string])[] = [
    ['ReplicaSet', 'Deployment/a', 'deployment-controller'],
    ['Pod', 'ReplicaSet/a', 'replicaset-controller'],
    ['Pod', 'ReplicationController/a', 'replication-controller'],
    ['Pod', 'StatefulSet/a', 'statefulset-controller'],
    ['Pod', 'DaemonSet/a', 'daemon-set-controller'],
    ['Pod', 'Job/a', 'job-controller'],
    ['Job', 'CronJob/a', 'cronjob-controller'],
  ];
  const write = (
    kind: string,
    owner: string | undefined,
    username: string,
    more: Partial<Subject> = {},
    spec: JsonObject = {},
  ) => {
    const object = bad({ a: 'violation 1' }, { kind, spec, ...(owner === undefined ? {} : { owner }) });
    const user = { username, groups: ['system:authenticated'] };
    return brief(outcomesOf(policyWith({ existing: 'deny' }), { operation: 'CREATE', user, object, ...more }));
  };
  for (const [kind, owner, name] of children) {
    const child = `${kind} of ${owner}`;
    t.equal(write(kind, owner, account(name)), 'audit (controller)', `${child} by its controller`);
    t.equal(write(kind, owner, manager), 'audit (controller)', `${child} by the controller manager`);
    const old = bad({ a: 'violation 1' }, { kind, owner, spec: { replicas: 1 } });
    t.equal(
      write(kind, owner, account(name), { operation: 'UPDATE', oldObject: old }),
      'audit (controller)',
      `${child}, UPDATE`,
    );
    t.equal(write(kind, undefined, account(name)), 'deny', `${child}: the identity without the owner`);
    t.equal(write(kind, 'Service/a', account(name)), 'deny', `${child}: the identity with another owner`);
    t.equal(write(kind, owner, 'alice'), 'deny', `${child}: the owner without the identity`);
    t.equal(
      write(kind, owner, `system:serviceaccount:default:${name}`),
      'deny',
      `${child}: an account of another namespace`,
    );
    t.equal(write(kind, owner, `${account(name)}-x`), 'deny', `${child}: an account of a longer name`);
    t.equal(write(kind, owner, account('namespace-controller')), 'deny', `${child}: another controller`);
  }
  t.equal(write('Deployment', 'Deployment/a', manager), 'deny', 'a kind that no controller writes');
  const node = { nodeName: 'node-1' };
  t.equal(write('Pod', undefined, 'system:node:node-1', {}, node), 'audit (mirror-pod)');
  t.equal(write('Pod', undefined, 'system:node:node-2', {}, node), 'deny', "another node's kubelet");
  t.equal(write('Pod', undefined, 'system:node:', {}, { nodeName: '' }), 'deny', 'no node');
  t.equal(write('Pod', undefined, 'system:node:node-1'), 'deny', 'a pod of no node');
  t.equal(write('Deployment', undefined, 'system:node:node-1', {}, node), 'deny', 'no pod');
  const annotated = bad(
    { a: 'violation 1' },
    { kind: 'Pod', metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } },
  );
  t.equal(
    brief(outcomesOf(policyWith({}), { operation: 'CREATE', user: alice, object: annotated })),
    'deny',
    'the annotation alone',
  );
});

t.test('exemptions, origins and other grounds together', async (t) => {
  const named = policyWith({ existing: 'deny' }, { exemptions: [exemption({ names: ['a'] })] });
  const child = bad({ x: 'violation 1' }, { kind: 'ReplicaSet', name: 'a-7d4b9c', owner: 'Deployment/a' });
  const by = (username: string) => ({ operation: 'CREATE', user: { username, groups: [] }, object: child }) as const;
  t.equal(brief(outcomesOf(named, { object: child })), 'warn (exempt)', 'a child in a file');
  t.equal(brief(outcomesOf(named, by('alice'))), 'deny', 'a child that a person writes');
  t.equal(
    brief(outcomesOf(named, by('system:serviceaccount:kube-system:deployment-controller'))),
    'audit (controller)',
  );
  const object = bad({ x: 'violation 1' }, { name: 'a' });
  const oldObject = bad({ x: 'violation 1', y: 'violation 1' }, { name: 'a' });
  t.equal(
    brief(outcomesOf(named, { operation: 'UPDATE', user: alice, object, oldObject })),
    'warn (exempt)',
    'an old one, refused else',
  );
  const bound = policyWith({}, { exemptions: [exemption({ users: ['alice'] })] });
  t.equal(brief(outcomesOf(bound, { operation: 'CREATE', user: alice, object })), 'warn (exempt)');
  t.equal(brief(outcomesOf(bound, { operation: 'CREATE', user: { username: 'bob', groups: [] }, object })), 'deny');
  t.equal(brief(outcomesOf(bound, { object })), 'deny', 'a user-bound exemption says nothing about files');
  const ended = policyWith({}, { exemptions: [exemption({ names: ['*'], expiresAt: now })], rehearsal: true });
  t.equal(brief(outcomesOf(ended, { object })), 'warn (rehearsal)', 'an ended one is none');
  const other = policyWith({}, { exemptions: [exemption({ rule: 'other', names: ['*'] })] });
  t.equal(brief(outcomesOf(other, { object })), 'deny', 'an exemption from another rule');
});

t.test('what is judged at all', async (t) => {
  const object = bad({ a: 'violation 1' }, { kind: 'Pod' });
  const write = (more: Partial<Subject>) =>
    brief(outcomesOf(policyWith({}), { operation: 'UPDATE', user: alice, object, ...more }));
  for (const subResource of ['status', 'scale', 'binding', 'eviction', 'resize']) {
    t.equal(write({ subResource, oldObject: bad({}, { kind: 'Pod' }) }), '', `${subResource} passes`);
  }
  t.equal(write({ subResource: 'ephemeralcontainers', oldObject: bad({}, { kind: 'Pod' }) }), 'deny');
  t.equal(write({ operation: 'DELETE' }), 'deny', 'a rule that judges deletions');
  const { judgesDelete: _, ...lenient } = fake;
  t.same(
    judge([lenient], policyWith({}), { operation: 'DELETE', object, namespace: '' }, now).outcomes,
    [],
    'one that does not',
  );
  t.same(
    judge([fake], policyWith({}), { object: { apiVersion: 'v1', kind: 'Secret' }, namespace: '' }, now).outcomes,
    [],
  );
  t.same(
    judge([fake], policyWith({}), { object: { apiVersion: 'example.org/v1', kind: 'Pod' }, namespace: '' }, now)
      .outcomes,
    [],
  );
  t.same(judge([fake], policyWith({}), { object: {}, namespace: '' }, now), { allowed: true, outcomes: [] });
  t.equal(
    brief(judge([fake], { ...policyWith({}), rules: new Map() }, { object, namespace: '' }, now).outcomes),
    'deny',
    'a rule that the policy does not know has its defaults',
  );
});

t.test('what is to be done about exemptions', async (t) => {
  const day = 24 * 60 * 60 * 1000;
  const at = (days: number) => ({ expiresAt: now + days * day, expires: new Date(now + days * day).toISOString() });
  const exemptions = [
    exemption({ names: ['used'], namespaces: ['kube-system'] }),
    exemption({ names: ['ended'], ...at(-30) }),
    exemption({ names: ['ends-now'], ...at(0) }),
    exemption({ names: ['used'], ...at(0.5) }),
    exemption({ names: ['used'], ...at(1.5) }),
    exemption({ names: ['used'], ...at(14), groups: ['platform'], users: ['a', 'b', 'c', 'd'] }),
    exemption({ names: ['used'], ...at(14.01) }),
    exemption({ names: ['clean'] }),
    exemption({ names: ['nowhere'] }),
    exemption({ rule: 'other', names: ['used'], ...at(3) }),
  ];
  const objects = [
    bad({ x: 'violation 1' }, { name: 'used' }),
    bad({ x: 'warning 1' }, { name: 'clean' }),
    bad({}, { name: 'clean', kind: 'Pod' }),
    bad({ x: 'violation 1' }, { name: 'else' }),
  ];
  const judged = objects.map((object) => {
    const subject = { object, namespace: 'kube-system' };
    return { subject, verdict: judge([fake], policyWith({}, { exemptions }), subject, now) };
  });
  const uses = recordUses(exemptions, judged, [fake]);
  t.same(
    exemptions.map((each) => uses.get(each)?.matched ?? 0),
    [1, 0, 0, 1, 1, 1, 1, 2, 0, 0],
  );
  t.same(
    exemptions.map((each) => uses.get(each)?.used ?? 0),
    [1, 0, 0, 1, 1, 1, 1, 0, 0, 0],
  );
  const findings = examineExemptions(exemptions, uses, now);
  t.same(
    findings.map(({ index, kind }) => `${index} ${kind}`),
    [
      '1 expired',
      '2 expired',
      '3 expiring',
      '4 expiring',
      '5 expiring',
      '7 unused',
      '8 unmatched',
      '9 expiring',
      '9 unmatched',
    ],
  );
  t.same(
    examineExemptions(exemptions, undefined, now).map(({ index }) => index),
    [1, 2, 3, 4, 5, 9],
    'without a record only ends are known',
  );
  t.same(examineExemptions([], uses, now), []);
  matchGolden(t, 'config-findings.txt', `${findings.map(({ message }) => message).join('\n')}\n`);
});

t.test('the command config', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-tls-guard-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'guard.yaml');
  const run = async (...words: readonly string[]) => {
    const parsed = parseCommand(config, words, {});
    if (parsed.kind !== 'parsed') throw new Error(parsed.kind);
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const code = await defineConfig(rules).run(parsed.values, parsed.positionals, { stdin, stdout, stderr, env: {} });
    const read = (stream: PassThrough) => String(stream.read() ?? '').replaceAll(folder, '');
    return { code, stdout: read(stdout), stderr: read(stderr) };
  };
  const defaults = await run();
  t.same({ ...defaults, stdout: '' }, { code: 0, stdout: '', stderr: '' });
  t.same(policyOf(defaults.stdout).policy, defaultPolicy(rules), 'what it prints can be read again');
  matchGolden(t, 'config-defaults.yaml', defaults.stdout);
  const example = await run('--config', examplePath);
  t.equal(example.code, 0);
  t.match(example.stderr, /^deploy\/guard-configuration\.example\.yaml: note: rehearsal: true/);
  t.same(policyOf(example.stdout).policy, policyOf(readFileSync(examplePath, 'utf8')).policy);
  matchGolden(t, 'config-example.yaml', example.stdout);

  writeFileSync(
    file,
    `${head}exemptions: [{rule: metrics-apiservice-tls, names: [a], owner: o, reason: r, expires: 2020-01-01}]`,
  );
  t.match(await run('--config', file), {
    code: 0,
    stderr: /guard\.yaml: note: exemptions\[0\] .*ended.*undoes nothing/,
  });
  const files: readonly (readonly [name: string, content: string | Buffer, stderr: RegExp])[] = [
    [
      'problems',
      `${head}mod: a\nrehersal: true\n`,
      /^\/guard\.yaml:3:1: mod: unknown field.*\n\/guard\.yaml:4:1: rehersal: .*\n$/,
    ],
    ['UTF-16', Buffer.from(`\ufeff${head}`, 'utf16le'), /^\/guard\.yaml: the file is UTF-16.*save it as UTF-8\n$/],
    ['no text', Buffer.from([0x61, 0xff, 0xfe]), /^\/guard\.yaml: the file is not UTF-8 text.*\n$/],
    ['no size', Buffer.alloc(3 * 1024 * 1024, '#'), /^\/guard\.yaml:1:1: the file has 10\d\d KiB.*\n$/],
  ];
  for (const [name, content, stderr] of files) {
    writeFileSync(file, content);
    t.match(await run('--config', file), { code: 2, stdout: /^$/, stderr }, name);
  }
  t.match(await run('--config', ''), { code: 2, stdout: /^$/, stderr: /^--config is empty: name a file.*\n$/ });
  t.match(await run('--config', folder), { code: 2, stdout: /^$/, stderr: /this is a folder: name the file in it\n$/ });
  t.match(await run('--config', join(folder, 'x')), {
    code: 2,
    stderr: /^\/x: there is no such file: check the path given by --config\n$/,
  });
});
