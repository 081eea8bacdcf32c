import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  applyEdits,
  checkText,
  findObjects,
  readDocuments,
  renderUnifiedDiff,
  type TextEdit,
} from '../src/files/index.ts';
import type { JsonObject } from '../src/kube/index.ts';
import { defaultPolicy } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';
import type { Rule } from '../src/rules/rule.ts';
import { fakeRule, fakeTextRule } from './support/check-rule.ts';
import { runCheck, someday } from './support/run-check.ts';

const options = {
  rules: [fakeRule, fakeTextRule],
  policy: defaultPolicy([fakeRule, fakeTextRule]),
  now: someday,
  namespace: 'default',
  fixes: 'none',
} as const;

/** A Deployment whose container has these lines under `containers:`. */
function deployment(container: string, name = 'example'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n${container}`;
}

/** A ConfigMap with these lines behind `data:`. */
function configMap(data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kubelet-config\n  namespace: kube-system\ndata:\n${data}`;
}

const bad = '--kubelet-insecure-tls';
const item = `      - name: c\n        args:\n        - a\n        - «${bad}»\n`;

/** Texts whose only findings are what stands between « and »; the marks are taken out before the text is read. */
const places: Readonly<Record<string, string>> = {
  'a block list': deployment(item),
  'quotes are part of the place': deployment(`      - name: c\n        args: [a, «"${bad}"»]\n`),
  'a comment is not': deployment(`      - name: c\n        args:\n        - «${bad}» # sorry\n`),
  'the second document': `# nothing\n---\n${deployment(item)}`,
  'a separator with a comment': `apiVersion: v1\nkind: Secret\n--- # Source: chart\n${deployment(item)}`,
  'behind an empty document': `---\n---\n\n---\n${deployment(item)}`,
  'CR LF': deployment(item).replaceAll('\n', '\r\n'),
  'a byte order mark': `\ufeff${deployment(item)}`,
  'characters outside the basic plane': `# 😀\n${deployment(`      - {name: "😀", args: ["😀", «${bad}»]}\n`)}`,
  'a tag and an anchor': deployment(`      - name: c\n        args:\n        - &a !!str «${bad}»\n`),
  'an alias: the place is its anchor': `x: &a «${bad}»\n${deployment('      - name: c\n        args: [*a]\n')}`,
  'a merge: the place is the merged mapping': `x: &a {args: [«${bad}»]}\n${deployment('      - name: c\n        <<: *a\n')}`,
  'text behind ...': `${deployment(item)}...\nnonsense: [\n`,
  'a List': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - args: [«${bad}»]\n`,
  'a typed list whose items name no kind': `apiVersion: v1\nkind: PodList\nitems:\n- spec:\n    containers:\n    - args: [«${bad}»]\n`,
  'a List in a List': `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"args":[«"${bad}"»]}]}}]}]}`,
  'an array of objects': `[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"args":[«"${bad}"»]}]}}]`,
  JSON: `{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"spec": {"containers": [{"args": ["\\u00e9", «"${bad}"»]}]}\n}\n`,
  'JSON in a row': `{"apiVersion":"v1","kind":"Secret"}\n{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"args":[«"${bad}"»]}]}}`,
  'JSON with comments is YAML': `{"apiVersion": "v1", # a comment\n "kind": "Pod", "spec": {"containers": [{"args": [«"${bad}"»]}]}}\n`,
  'duplicate JSON keys: the last': `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"args":["${bad}"],"args":[«"${bad}"»]}]}}`,
  '__proto__ is a key like any other': `apiVersion: v1\nkind: Pod\n__proto__: {a: 1}\nconstructor: x\nspec:\n  containers:\n  - args: [«${bad}»]\n    __proto__: [${bad}]\n`,
  'a literal block': configMap('  kubelet: |\n    a: b\n    serverTLSBootstrap: «false»\n'),
  'a literal block, deeper and stripped': configMap(
    '  kubelet: |-\n        # ü😀\n\n        serverTLSBootstrap: «false» # 😀\n',
  ),
  'a literal block with its own indentation': configMap('  kubelet: |2\n      x: y\n    serverTLSBootstrap: «false»\n'),
  'a literal block with CR LF': configMap('  kubelet: |\n    a: b\n    serverTLSBootstrap: «false»\n').replaceAll(
    '\n',
    '\r\n',
  ),
  'a literal block that begins with empty lines': configMap('  kubelet: |\n\n\n    serverTLSBootstrap: «false»\n'),
  'a folded block': configMap('  kubelet: >\n    a: b\n\n    serverTLSBootstrap: «false»\n\n    c: d\n'),
  'double quotes': configMap('  kubelet: "a: \\t\\u00e9\\n\\x41: 1\\nserverTLSBootstrap: «false»\\n"\n'),
  'double quotes over several lines': configMap(
    '  kubelet: "a: b\\n\n    serverTLSBootstrap:\n    «false»\\n\\\n    c: d"\n',
  ),
  'single quotes over several lines': configMap("  kubelet: 'a: ''b''\n\n    serverTLSBootstrap: «false»'\n"),
  'a JSON string': `{"apiVersion":"v1","kind":"ConfigMap","data":{"kubelet":"a: \\u0062\\nserverTLSBootstrap: «false»\\n"}}`,
};

t.test('places: findings stand where they are marked', async (t) => {
  for (const [name, marked] of Object.entries(places)) {
    const text = marked.replaceAll(/[«»]/g, '');
    const start = marked.indexOf('«');
    const before = marked.slice(0, start).split('\n');
    const inside = marked.slice(start + 1, marked.indexOf('»'));
    const { rows, unjudged } = checkText('f', text, true, options);
    t.same(
      rows.map(({ location }) => [location?.line, location?.column, location?.endLine, location?.endColumn]),
      [
        [
          before.length,
          (before.at(-1) ?? '').length + 1,
          before.length,
          (before.at(-1) ?? '').length + 1 + inside.length,
        ],
      ],
      name,
    );
    t.same(unjudged, [], `${name}: everything was judged`);
  }
});

/** What a fix does to a document, `apiVersion` and `kind` left out: before, the change of the object, after (`undefined`: left alone). */
const edits: Readonly<Record<string, readonly [string, (object: Editable) => unknown, string | undefined]>> = {
  'an item of a block list': ['l:\n- a # A\n# keep\n- x # bye\n- b\n', without, 'l:\n- a # A\n# keep\n- b\n'],
  'the first item': ['l:\n  - x\n  - a\n', without, 'l:\n  - a\n'],
  'the last item, no line break': ['l:\n  - a\n  - x', without, 'l:\n  - a\n'],
  'all items': ['l: # why\n  - x\n  # keep\n  - x # c\nz: 1\n', without, 'l: [] # why\n  # keep\nz: 1\n'],
  'all items, not indented': ['l:\n- x\n- x\n', without, 'l: []\n'],
  'several items': ['l:\n- x\n- a\n- x\n- b\n- x\n', without, 'l:\n- a\n- b\n'],
  'CR LF': ['l:\r\n- a\r\n- x\r\n- b\r\n', without, 'l:\r\n- a\r\n- b\r\n'],
  'an item of a flow list': ["l: [a, x, 'b'] # c\n", without, "l: [a, 'b'] # c\n"],
  'the first items of a flow list': ['l: ["x", x, b]\n', without, 'l: [b]\n'],
  'the last items of a flow list': ['l: [a, b, x, "x"]\n', without, 'l: [a, b]\n'],
  'the only item of a flow list': ['l: [ x ]\n', without, 'l: []\n'],
  'a flow list over several lines': ['l: [\n  "a", # A\n  "x",\n  "b"\n]\n', without, 'l: [\n  "a", # A\n  "b"\n]\n'],
  "a list that begins on its parent's line": [
    'l:\n- - x\n  - b\n- - c\n',
    (o) => ({ ...o, l: [['b'], ['c']] }),
    'l:\n- - b\n- - c\n',
  ],
  'a block scalar as item': ['l:\n- a\n- >-\n  x\n- b\n', without, 'l:\n- a\n- b\n'],
  'an item below its dash': ['l:\n-\n  x\n- b\n', without, 'l:\n- b\n'],
  'an item with a tag and an unused anchor': ['l:\n- a\n- &q !!str x\n', without, 'l:\n- a\n'],
  'an item that is used elsewhere': ['l:\n- a\n- &q x\nz: *q\n', without, undefined],
  'an item that comes from elsewhere': ['z: &q x\nl: [a, *q]\n', without, undefined],
  'a list that comes from elsewhere': ['z: &q [a, x]\nl: *q\n', without, undefined],
  'a list changed beyond removal': [
    'l:\n- a\n- "b"\n- c\n',
    (o) => ({ ...o, l: ['b', '--new=1'] }),
    'l:\n- "b"\n- --new=1\n',
  ],
  'a list with words that need quotes': [
    'l:\n- a\n- b\n',
    (o) => ({ ...o, l: ['b', 'a: b', 'y'] }),
    'l:\n- b\n- "a: b"\n- "y"\n',
  ],
  'a boolean': ['v: false # c\nz: 1\n', (o) => ({ ...o, v: true }), 'v: true # c\nz: 1\n'],
  nothing: ['v: # c\nz: 1\n', (o) => ({ ...o, v: true }), 'v: true # c\nz: 1\n'],
  'a plain scalar': ['v: sh -c foo --x bar # c\n', (o) => ({ ...o, v: 'sh -c foo bar' }), 'v: sh -c foo bar # c\n'],
  'a plain scalar that needs quotes': ['v: abc\n', (o) => ({ ...o, v: 'a: b #c' }), 'v: "a: b #c"\n'],
  'a plain scalar that would be a boolean': ['v: abc\n', (o) => ({ ...o, v: 'yes' }), 'v: "yes"\n'],
  'single quotes': [`v: 'it''s x'\n`, (o) => ({ ...o, v: "it's 'y'" }), `v: 'it''s ''y'${"''\n"}`],
  'double quotes': ['v: "\\u00e9 x\\t"\n', (o) => ({ ...o, v: 'é "\u2028"\t' }), 'v: "\\u00e9 \\"\\u2028\\"\\t"\n'],
  'a line of a literal block': [
    'v: |\n  a: 1\n\n  b: 2 # c\nz: 1\n',
    (o) => ({ ...o, v: 'a: 1\n\nb: 3 # c\n' }),
    'v: |\n  a: 1\n\n  b: 3 # c\nz: 1\n',
  ],
  'a line more': ['v: |-\n    a: 1\nz: 1\n', (o) => ({ ...o, v: 'a: 1\nb: 2' }), 'v: |-\n    a: 1\n    b: 2\nz: 1\n'],
  'a line more where none ended': ['v: |\n  a: 1', (o) => ({ ...o, v: 'a: 1\nb: 2\n' }), 'v: |\n  a: 1\n  b: 2\n'],
  'a line less': ['v: |\n  x: 1\n  b: 2\n\n', (o) => ({ ...o, v: 'b: 2\n' }), 'v: |\n  b: 2\n\n'],
  'a folded block': ['v: >\n  a: 1\n\n  b: 2\n', (o) => ({ ...o, v: 'a: 1\nb: 3\n' }), 'v: >\n  a: 1\n\n  b: 3\n'],
  'a key more': [
    'm:\n  a: 1\n  b: # c\n    c: 2\nz: 1\n',
    (o) => ({ ...o, m: { a: 1, b: { c: 2 }, w: true } }),
    'm:\n  a: 1\n  b: # c\n    c: 2\n  w: true\nz: 1\n',
  ],
  'a key more at the end': ['v: 1', (o) => ({ ...o, w: true }), 'v: 1\nw: true\n'],
  'a key more in braces': ['m: {a: 1}\n', (o) => ({ ...o, m: { a: 1, w: true } }), 'm: {a: 1, "w": true}\n'],
  'a key less': ['m:\n- a: 1\n  b: 2 # c\n', (o) => ({ ...o, m: [{ b: 2 }] }), 'm:\n- b: 2 # c\n'],
  'the only key': ['m:\n  a: 1\nz: 1\n', (o) => ({ ...o, m: {} }), 'm:\n  {}\nz: 1\n'],
  'a key of a merge': ['z: &q {a: 1}\nm:\n  <<: *q\n  b: 2\n', (o) => ({ ...o, m: { a: 2, b: 2 } }), undefined],
};

type Editable = Readonly<Record<string, unknown>>;

function without(object: Editable): Editable {
  const { l } = object;
  return { ...object, l: Array.isArray(l) ? l.filter((entry) => entry !== 'x') : l };
}

/** A rule whose fix is a change of the whole object. */
function ruleFor(change: (object: Editable) => unknown): Rule {
  return {
    ...fakeRule,
    kinds: [{ group: 'example.org', kind: 'X' }],
    evaluate: () => [{ level: 'violation', path: '', where: '', message: '', brief: '', identity: 'x', gravity: 1 }],
    fix: (object) => ({ object: change(object) as JsonObject, changes: ['changed'] }),
  };
}

function fixText(text: string, change: (object: Editable) => unknown) {
  const rule = ruleFor(change);
  const checked = checkText('f', text, true, {
    ...options,
    rules: [rule],
    policy: defaultPolicy([rule]),
    fixes: 'documents',
  });
  const made = checked.fixes.flatMap((fix) => fix.edits);
  return { text: applyEdits(text, made), edits: made, reasons: checked.fixes.map(({ reason }) => reason) };
}

t.test('fix: what is changed is only what has to be', async (t) => {
  for (const [name, [before, change, after]] of Object.entries(edits)) {
    const cr = before.includes('\r') ? '\r' : '';
    const head = `apiVersion: example.org/v1${cr}\nkind: X${cr}\n`;
    const { text, reasons } = fixText(head + before, change);
    t.equal(text, head + (after ?? before), name);
    t.equal(reasons[0] === undefined, after !== undefined, `${name}: a reason is given if and only if nothing is done`);
    if (after === undefined || !before.endsWith('\n')) continue;
    const around = (body: string) => `# before\nkind: Other\n---\n${head}${body}\n---\n# after\n`;
    t.equal(fixText(around(before), change).text, around(after), `${name}: the rest of the file stays`);
  }
});

t.test('fix: JSON stays JSON in its own layout', async (t) => {
  const object = { apiVersion: 'example.org/v1', kind: 'X', l: ['a', 'x', 'b'], v: 'x', m: { a: [] as string[] } };
  const change = (o: Editable) => ({ ...without(o), v: 'a\n"b"', m: { a: [], w: true } });
  for (const indent of [undefined, 2, 4, '\t']) {
    for (const inList of [false, true]) {
      const list = (inner: unknown) => ({
        apiVersion: 'v1',
        kind: 'List',
        items: [inner, { apiVersion: 'v1', kind: 'Secret' }],
      });
      const write = (inner: unknown) => JSON.stringify(inList ? list(inner) : inner, null, indent);
      const { text = '' } = fixText(write(object), change);
      const name = `indent ${JSON.stringify(indent)}, ${inList ? 'in a List' : 'alone'}`;
      t.same(JSON.parse(text), JSON.parse(write(change(object))), `${name}: it reads as wanted`);
      const { m: _m, ...rest } = { ...object, l: ['a', 'b'] };
      t.equal(
        text.split('\n').length,
        write({ ...rest, m: { a: [], w: true } }).split('\n').length,
        `${name}: line by line`,
      );
    }
  }
});

t.test('fix: any list in any style is repaired, and a second fix changes nothing', async () => {
  const scalar = fc.oneof(
    fc.constant('x'),
    fc.constantFrom('a', 'b c', '--flag=1', 'yes', '1', '', '#', "it's", 'é😀', 'a: b'),
  );
  const style = fc.constantFrom('block', 'indented', 'flow', 'lines');
  fc.assert(
    fc.property(
      fc.array(scalar, { minLength: 1, maxLength: 6 }),
      style,
      fc.constantFrom('\n', '\r\n'),
      (list, layout, eol) => {
        const quoted = list.map((text, index) =>
          index % 2 === 0 || !/^[a-x]$/.test(text) ? JSON.stringify(text) : text,
        );
        const body = {
          block: `l: # c\n${quoted.map((q) => `- ${q} # c\n`).join('')}`,
          indented: `l:\n${quoted.map((q) => `    # c\n    - ${q}\n`).join('')}`,
          flow: `l: [${quoted.join(', ')}]\n`,
          lines: `l: [\n${quoted.map((q) => `  ${q}`).join(',\n')}\n]\n`,
        }[layout];
        const text = `apiVersion: example.org/v1\nkind: X\n${body}z: 1 # c\n`.replaceAll('\n', eol);
        const { text: once = '', reasons } = fixText(text, without);
        const kept = list.filter((entry) => entry !== 'x').map((entry) => JSON.stringify(entry));
        const seen: string[] = [];
        const watching = {
          ...ruleFor(without),
          evaluate: (object: JsonObject) => {
            seen.push(JSON.stringify(object['l']));
            return [];
          },
        };
        checkText('f', once, true, { ...options, rules: [watching], policy: defaultPolicy([watching]) });
        return (
          reasons[0] === undefined &&
          seen[0] === `[${kept.join(',')}]` &&
          fixText(once, without).text === once &&
          once.endsWith(`z: 1 # c${eol}`)
        );
      },
    ),
    { numRuns: 300 },
  );
});

const deployed = places['the second document']?.replaceAll(/[«»]/g, '') ?? '';
const clean = deployment('      - name: c\n        args: [a]\n');
const template =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  args: [--kubelet-insecure-tls]\n';

/** Goes to a new directory with these files. */
function enter(t: Test, files: Readonly<Record<string, string | Uint8Array>>): void {
  const directory = t.testdir({});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const before = process.cwd();
  process.chdir(directory);
  t.teardown(() => process.chdir(before));
}

t.test('exit codes', async (t) => {
  enter(t, {
    'clean.yaml': clean,
    'bad.yaml': deployed,
    'warning.yaml': clean.replace('[a]', '[--example-warning]'),
    'unclear.yaml': clean.replace('[a]', '["$(EXAMPLE)"]'),
    'broken.yaml': 'apiVersion: v1\nkind: [\n',
    'other.yaml': 'apiVersion: v1\nkind: Secret\n',
    'template.yaml': template,
    'empty.yaml': '# nothing\n---\n',
    'values.yaml': 'a: b\n',
    'binary.yaml': new Uint8Array([0, 1, 2]),
    'latin1.yaml': new Uint8Array([0x61, 0x0a, 0x62, 0xe9]),
    'nothing/readme.md': 'x',
    'guard.yaml': 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\nrehearsal: true\n',
    'wrong-guard.yaml': 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\nrehersal: true\n',
  });
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['clean.yaml', 0, /^No findings\. 1 object in 1 file was judged\.\n$/],
    ['bad.yaml', 1, /^bad\.yaml:14:11: violation: example-insecure-argument\n/],
    ['warning.yaml', 0, /1 warning\. 1 object/],
    ['unclear.yaml', 1, /1 violation\. 1 object/],
    [
      'other.yaml',
      0,
      /^Nothing here to judge\. 0 of 1 object in 1 file were judged\.\nNo rule looks at the other one: Secret\.\n$/,
    ],
    ['clean.yaml bad.yaml', 1, /1 violation\. 2 objects in 2 files were judged\./],
    [
      'broken.yaml',
      3,
      /broken\.yaml:3:1: broken YAML or JSON\n {4}did not find expected node content; kubectl cannot read it either/,
    ],
    ['broken.yaml bad.yaml', 1, /This is not the whole picture/],
    ['missing.yaml', 3, /missing\.yaml:1:1: cannot be read\n {4}no such file or directory/],
    ['missing.yaml clean.yaml', 3, /not the whole picture/],
    ['binary.yaml', 3, /a binary file\n {4}it holds NUL/],
    ['latin1.yaml', 3, /latin1\.yaml:2:1: no UTF-8 text\n {4}byte 4 is no UTF-8/],
    [
      'template.yaml',
      2,
      /template\.yaml:4:10: a template[\s\S]*Look yourself: line 6 speaks of --kubelet-insecure-tls/,
    ],
    ['template.yaml clean.yaml', 0, /a template/],
    ['empty.yaml', 2, /Nothing here to judge/],
    ['values.yaml', 2, /1 file holds no Kubernetes objects/],
    ['values.yaml --allow-empty', 0, /./],
    ['nothing', 2, /Nothing here/],
    ['nothing --allow-empty', 0, /./],
    ['bad.yaml --as enforce', 1, /1 violation/],
    ['bad.yaml --as warn', 0, /1 warning/],
    ['bad.yaml --as audit', 0, /1 audit finding/],
    ['bad.yaml --as off', 0, /No findings/],
    ['bad.yaml --config guard.yaml', 0, /would be refused[\s\S]*The policy is a rehearsal/],
  ];
  for (const [words, code, text] of cases) {
    const ran = await runCheck(words.split(' '));
    t.equal(ran.code, code, words);
    t.match(ran.stdout, text, words);
    t.match(ran.stderr, code === 2 ? /nothing to check/ : /^$/, `${words}: stderr`);
  }
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /name a FILE/],
    ['- -', /given once/],
    ['--fix --diff clean.yaml', /give one of them/],
    ['--as loud clean.yaml', /--as takes one of enforce, warn, audit, off/],
    ['--at tomorrow clean.yaml', /--at takes a time/],
    ['--at 2027-13-01T00:00:00Z clean.yaml', /--at takes a time/],
    ['-o xml clean.yaml', /"xml" is unknown: the forms are text, json, sarif/],
    ['-o json= clean.yaml', /names no file/],
    ['-o json -o sarif clean.yaml', /only one --output/],
    ['-o json --diff clean.yaml', /--output json=FILE/],
    ['-o text --fix -', /--output text=FILE/],
    ['--confg x clean.yaml', /did you mean --config/],
    ['--config wrong-guard.yaml clean.yaml', /wrong-guard\.yaml:3:1/],
    ['--config missing clean.yaml', /no such file/],
  ];
  for (const [words, text] of wrong) {
    const ran = await runCheck(words === '' ? [] : words.split(' '));
    t.equal(ran.code, 2, `wrong use: ${words}`);
    t.match(ran.stderr, text, `wrong use: ${words}`);
    t.equal(ran.stdout, '', `wrong use says nothing on stdout: ${words}`);
  }
});

t.test('what cannot be judged is counted and named', async (t) => {
  enter(t, {
    'chart/templates/a.yaml': template.replace('[--kubelet-insecure-tls]', '[]'),
    'chart/values.yaml': '# - --kubelet-insecure-tls\nargs:\n  - --kubelet-insecure-tls\n',
    'tsconfig.json': '{ "a": [1, // c\n 2 }',
    'package.json': '{"name": "x"}',
    'flux.yaml':
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: m, namespace: n}\nspec: {values: {args: [--kubelet-insecure-tls]}}\n',
    'secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n',
    'sops.yaml': `${configMap('  kubelet: ENC[AES256_GCM,data:x]\n')}sops:\n  mac: x\n`,
    'separator.yaml': `${clean}--- {a: b}\n${clean.replace('name: example', 'name: second')}`,
    'node_modules/x/bad.yaml': deployed,
    '.git/bad.yaml': deployed,
    'notes.txt': deployed,
    'utf16.yaml': Buffer.from(`\ufeff${deployed}`, 'utf16le'),
    'list.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Secret' },
        { apiVersion: 'v1', kind: 'X', spec: 'serverTLSBootstrap: false' },
      ],
    }),
    'report.json': JSON.stringify({
      apiVersion: 'kubelet-tls-guard.io/v1alpha1',
      kind: 'CheckReport',
      rows: ['--kubelet-insecure-tls'],
    }),
  });
  symlinkSync('..', 'chart/loop');
  symlinkSync('missing.yaml', 'dangling.yaml');
  symlinkSync('separator.yaml', 'z-same.yaml');
  const { code, stdout } = await runCheck(['-o', 'json', '.']);
  t.equal(code, 1);
  const report = JSON.parse(stdout);
  t.same(
    report.notJudged.map((item: { file: string; line: number; kind: string; mentions: { line: number }[] }) =>
      `${item.file}:${item.line} ${item.kind} ${item.mentions.map(({ line }) => line)}`.trim(),
    ),
    [
      'chart/templates/a.yaml:4 template',
      'chart/values.yaml:2 not-kubernetes 3',
      'dangling.yaml:1 unreadable',
      'flux.yaml:1 other-kind 4',
      'list.json:1 other-kind 1',
      'package.json:1 not-kubernetes',
      'separator.yaml:11 broken',
      'sops.yaml:1 encrypted',
      'tsconfig.json:2 not-kubernetes',
    ],
  );
  t.same(
    report.otherKinds.map(({ kind, count }: { kind: string; count: number }) => `${kind} ${count}`),
    ['Secret 2', 'CheckReport 1', 'HelmRelease 1', 'X 1'],
  );
  t.same(report.summary, {
    files: 12,
    objects: 9,
    judged: 3,
    violations: 1,
    warnings: 0,
    audits: 0,
    exempt: 0,
    fixable: 1,
    notJudged: 9,
    complete: false,
  });
  t.same(
    report.rows.map(({ location }: { location: { file: string; line: number } }) => [location.file, location.line]),
    [['utf16.yaml', 14]],
  );
  const explicit = await runCheck(['tsconfig.json']);
  t.equal(explicit.code, 3, 'a file that is named must be readable');
  const twice = await runCheck(['-o', 'json', 'separator.yaml', './separator.yaml', 'z-same.yaml']);
  t.equal(JSON.parse(twice.stdout).summary.files, 1, 'a file is read once, however it is named');
});

t.test('notes: what is read otherwise than it looks', async (t) => {
  enter(t, { 'a.yaml': `${clean}...\n# fine\nmore: text\n---\napiVersion: v1\nkind: Secret\nkind: Pod\n` });
  const { stdout, code } = await runCheck(['a.yaml']);
  t.equal(code, 0);
  t.match(
    stdout,
    /a\.yaml:11:1: kubectl does not read what stands behind this line\n {2}a\.yaml:17:1: the key "kind" is given twice; the last one counts/,
  );
});

t.test("namespaces: the object's own, else the one given; none for what has none", async (t) => {
  const names = async (words: string[]) =>
    JSON.parse((await runCheck(['-o', 'json', '-', ...words], { stdin: deployed, rules: [fakeRule] })).stdout).rows[0]
      .object;
  t.equal((await names([])).namespace, 'default');
  t.equal((await names(['-n', 'kube-system'])).namespace, 'kube-system');
  const service =
    'apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1beta1.metrics.k8s.io}\nspec: {group: metrics.k8s.io, insecureSkipTLSVerify: true}\n';
  const { stdout } = await runCheck(['-'], { stdin: service, rules });
  t.match(
    stdout,
    /-:4:54: audit: metrics-apiservice-tls\n {2}APIService v1beta1\.metrics\.k8s\.io, spec\.insecureSkipTLSVerify/,
  );
});

t.test('exemptions: judged by --at, and said where only some users have them', async (t) => {
  const exemption = (more: string) =>
    `- {rule: metrics-apiservice-tls, owner: platform, reason: "migration", expires: "2027-02-01", ${more}}`;
  const policy = (more: string) =>
    `apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\nrules:\n  metrics-apiservice-tls: {mode: enforce}\nexemptions:\n${exemption(more)}\n`;
  enter(t, {
    'a.yaml':
      'apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1beta1.metrics.k8s.io}\nspec: {group: metrics.k8s.io, insecureSkipTLSVerify: true}\n',
    'all.yaml': policy('names: [v1beta1.metrics.k8s.io]'),
    'user.yaml': policy('users: [alice]'),
  });
  const run = (...words: string[]) => runCheck(['a.yaml', ...words], { rules });
  const exempt = await run('--config', 'all.yaml', '--at', '2027-01-01T00:00:00+01:00');
  t.equal(exempt.code, 0);
  t.match(
    exempt.stdout,
    /exempt: metrics-apiservice-tls[\s\S]*\(exempt until 2027-02-01: migration \(owner: platform\)\)[\s\S]*1 exempt\. 1 object/,
  );
  const ended = await run('--config', 'all.yaml', '--at', '2027-03-01T00:00:00Z');
  t.equal(ended.code, 1);
  t.match(ended.stdout, /all\.yaml: exemptions\[0\] .* ended/s);
  const conditional = await run('--config', 'user.yaml');
  t.equal(conditional.code, 1);
  t.match(
    conditional.stdout.replaceAll(/\s+/g, ' '),
    /\(exempt for alice until 2027-02-01; nobody is known to write a file\)/,
  );
  const sarif = JSON.parse((await run('--config', 'all.yaml', '-o', 'sarif')).stdout);
  t.match(sarif.runs[0].results[0].suppressions, [{ kind: 'external', justification: /migration/ }]);
});

t.test('--fix and --diff', async (t) => {
  const files = {
    'bad.yaml': deployed,
    'crlf.yaml': deployed.replaceAll('\n', '\r\n'),
    'clean.yaml': clean,
    'shared.yaml': `x: &a ${bad}\n${deployment('      - args: [*a]\n')}`,
    'map.yaml': configMap('  kubelet: |\n    serverTLSBootstrap: false # c\n'),
  };
  enter(t, files);
  chmodSync('bad.yaml', 0o640);
  symlinkSync('bad.yaml', 'link.yaml');
  const shown = await runCheck(['--diff', 'link.yaml', 'crlf.yaml', 'clean.yaml', 'shared.yaml', 'map.yaml']);
  t.equal(shown.code, 1);
  for (const [name, text] of Object.entries(files))
    t.equal(readFileSync(name, 'utf8'), text, `--diff leaves ${name} alone`);
  t.equal(
    applyDiff(deployed, shown.stdout, 'link.yaml'),
    deployed.replace(`        - ${bad}\n`, ''),
    'the diff says what --fix does',
  );
  t.match(
    shown.stderr,
    /shared\.yaml: not fixed\n {4}the document at line 1: it is written in a way that cannot be changed/,
  );
  const fixed = await runCheck(['--fix', 'link.yaml', 'crlf.yaml', 'clean.yaml', 'map.yaml']);
  t.equal(fixed.code, 0, 'what is repaired is no violation any more');
  t.equal(readFileSync('bad.yaml', 'utf8'), deployed.replace(`        - ${bad}\n`, ''));
  t.equal(readFileSync('crlf.yaml', 'utf8'), deployed.replaceAll('\n', '\r\n').replace(`        - ${bad}\r\n`, ''));
  t.equal(readFileSync('map.yaml', 'utf8'), files['map.yaml'].replace('false', 'true'));
  t.equal(statSync('bad.yaml').mode & 0o777, 0o640, 'the mode is kept');
  t.ok(lstatSync('link.yaml').isSymbolicLink(), 'a link stays a link');
  t.same(
    readdirSync('.').filter((name) => name.includes('.tmp')),
    [],
    'no temporary file is left',
  );
  t.match(fixed.stdout, /bad\.yaml: fixed|link\.yaml: fixed/);
  const again = await runCheck(['--fix', 'bad.yaml', 'crlf.yaml', 'map.yaml']);
  t.equal(again.code, 0);
  t.notMatch(again.stdout, /Changes/, 'fixing twice changes nothing');
  const failed = await runCheck(['--fix', 'shared.yaml']);
  t.equal(failed.code, 1, 'what could not be repaired is still a violation');
  const piped = await runCheck(['--fix', '-'], { stdin: deployed });
  t.equal(
    piped.stdout,
    deployed.replace(`        - ${bad}\n`, ''),
    'standard input is written to standard output, repaired',
  );
  t.match(piped.stderr, /-: fixed/);
  for (const text of [clean, 'kind: [\n', 'a: b\n', template]) {
    t.equal((await runCheck(['--fix', '-'], { stdin: text })).stdout, text, 'what needs no repair passes as it is');
  }
  const wide = await runCheck(['--fix', '-'], { stdin: Buffer.from(`\ufeff${deployed}`, 'utf16le') });
  t.match(wide.stderr, /UTF-16; save it as UTF-8/);
});

t.test('--fix: a change that cannot be written leaves the file as it was', async (t) => {
  enter(t, { 'directory/bad.yaml': deployed });
  const beside = `directory/.bad.yaml.${process.pid}.tmp`;
  writeFileSync(beside, 'in the way');
  const { code, stdout } = await runCheck(['--fix', 'directory']);
  t.equal(code, 1, 'the violation is still there');
  t.match(stdout, /directory\/bad\.yaml: not fixed\n {4}EEXIST[\s\S]*This is not the whole picture/);
  t.equal(readFileSync('directory/bad.yaml', 'utf8'), deployed);
  t.equal(readFileSync(beside, 'utf8'), 'in the way', 'what is not ours stays');
});

/** Applies a unified diff for one file, as strictly as `git apply`. */
function applyDiff(before: string, diff: string, file: string): string {
  const lines = before.split(/(?<=\n)/);
  const output: string[] = [];
  let at = 0;
  const part =
    diff.split(/^(?=--- )/m).find((candidate) => candidate.startsWith(`--- a/${file}\n+++ b/${file}\n`)) ?? '';
  for (const hunk of part.split(/^(?=@@ )/m).slice(1)) {
    const [head = '', ...body] = hunk.split(/(?<=\n)/);
    const [, from = '', count = '1'] = /^@@ -(\d+)(?:,(\d+))? \+/.exec(head) ?? [];
    const start = count === '0' ? Number(from) : Number(from) - 1;
    output.push(...lines.slice(at, start));
    at = start;
    for (const [index, line] of body.entries()) {
      if (line.startsWith('\\')) continue;
      const text = body[index + 1]?.startsWith('\\') ? line.slice(1, -1) : line.slice(1);
      if (!line.startsWith('+') && lines[at++] !== text) throw new Error(`line ${at} is not ${JSON.stringify(text)}`);
      if (!line.startsWith('-')) output.push(text);
    }
  }
  return [...output, ...lines.slice(at)].join('');
}

t.test('a diff of any edits says what the edits do', async () => {
  const line = fc.constantFrom('a', 'b', 'c', '', 'd e');
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 40 }),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.nat(5), fc.constantFrom('', 'x', 'x\n', '\n', 'y\nz\n')), {
        minLength: 1,
        maxLength: 4,
      }),
      (lines, ended, changes) => {
        const before = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
        const made: TextEdit[] = [];
        let at = 0;
        for (const [skip, length, text] of changes) {
          const start = Math.min(before.length, at + (skip % 30));
          const end = Math.min(before.length, start + length);
          made.push({ start, end, text });
          at = end + 1;
          if (at > before.length) break;
        }
        const after = applyEdits(before, made);
        return after !== undefined && applyDiff(before, renderUnifiedDiff('f', before, made), 'f') === after;
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('--fix: a full disk leaves the file as it was', async (t) => {
  const spaced = `${deployed}${'# a long comment\n'.repeat(2000)}`;
  enter(t, { 'bad.yaml': spaced });
  const program = join(import.meta.dirname, 'support/check-program.ts');
  const loader = createRequire(import.meta.url).resolve('tsx');
  const words = [process.execPath, '--import', pathToFileURL(loader).href, program, 'check', '--fix', 'bad.yaml'];
  // A limit on the size of files is what a process can be given without being root: 8 blocks of 512 or 1024 bytes.
  const ran = spawnSync(
    'sh',
    ['-c', `unset NODE_OPTIONS; ulimit -f 8; exec ${words.map((word) => `'${word}'`).join(' ')}`],
    {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1', NODE_OPTIONS: '', TAP: '0' },
    },
  );
  t.match(ran.stdout, /bad\.yaml: not fixed\n {4}the file would be larger than this process may write/, ran.stderr);
  t.equal(ran.status, 1, 'the violation is still there');
  t.equal(readFileSync('bad.yaml', 'utf8'), spaced);
  t.same(readdirSync('.'), ['bad.yaml'], 'nothing is left behind');
});

t.test('hostile input: no throw, no library speaks, time grows with the input', async (t) => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`;
  const bomb = `a: &a [${'x,'.repeat(10)}]\n${[...'bcdefghij'].map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index]},`.repeat(10)}]\n`).join('')}`;
  const texts: Readonly<Record<string, string>> = {
    'not YAML': '\x00\x01{[%&*',
    'flow sequences': `a: ${'['.repeat(100_000)}`,
    'flow mappings': `a: ${nested('{a: ', '}', 50_000)}`,
    'block sequences': `${'- '.repeat(100_000)}a`,
    'JSON lists': nested('[', ']', 100_000),
    'JSON objects': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    'a deep Pod in JSON': `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"args":["${bad}"]}],"x":${nested('[', ']', 5000)}}}`,
    'Lists in Lists': `${'{"apiVersion":"v1","kind":"List","items":['.repeat(20_000)}${']}'.repeat(20_000)}`,
    'an alias bomb': `${bomb}kind: Pod\napiVersion: v1\n`,
    'an anchor in itself': 'a: &a [*a]\nkind: Pod\napiVersion: v1\n',
    'merges of merges': `${Array.from({ length: 2000 }, (_, index) => `m${index}: &m${index} {<<: ${index === 0 ? '{}' : `*m${index - 1}`}, k${index}: 1}\n`).join('')}kind: Pod\napiVersion: v1\n`,
    'empty documents': '---\n'.repeat(100_000),
    'broken documents': '---\na: [\n'.repeat(20_000),
    'broken templates': '---\na: {{ b }}\n--kubelet-insecure-tls\n'.repeat(20_000),
    'other objects that speak of it': '---\napiVersion: v1\nkind: X\nv: --kubelet-insecure-tls\n'.repeat(20_000),
    'one line of it': `a: "${'--kubelet-insecure-tls '.repeat(100_000)}"`,
    'one comment of it': `# ${'--kubelet-insecure-tls '.repeat(100_000)}\na: b`,
    'lone surrogates': `apiVersion: v1\nkind: "\ud800"\nmetadata: {name: \udfff}\n`,
    'kubeadm documents': '---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n'.repeat(5000),
    'odd types':
      '[{"apiVersion":1,"kind":[]},null,3,{"apiVersion":"v1","kind":"Pod","metadata":3,"spec":{"containers":{"a":1}}}]',
    'carriage returns': `${'a: b\r'.repeat(100_000)}`,
    'line separators': `a: |\n${'  x\u2028'.repeat(50_000)}\n`,
  };
  const warnings: unknown[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  for (const [name, text] of Object.entries(texts)) {
    const begin = performance.now();
    const checked = checkText('f', text, true, { ...options, fixes: 'rows' });
    const took = performance.now() - begin;
    t.ok(took < 5000, `${name}: ${Math.round(took)} ms`);
    t.ok(
      checked.rows.length + checked.unjudged.length + checked.objects > 0 || /^(---\n)*$|"items":\[\]/.test(text),
      `${name}: nothing is silently dropped`,
    );
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  t.same(warnings, [], 'no warning');
});

t.test('many documents and many findings cost in proportion', async (t) => {
  const timed = (count: number, of: string) => {
    const text = of.repeat(count);
    const begin = performance.now();
    const { objects } = checkText('f', text, true, { ...options, fixes: 'documents' });
    t.equal(objects, count);
    return performance.now() - begin;
  };
  for (const document of [`---\n${clean}`, `---\n${deployment(`      - name: c\n        args: [${bad}]\n`)}`]) {
    timed(500, document);
    const few = timed(2000, document);
    const many = timed(16_000, document);
    t.ok(many < Math.max(few, 20) * 8 * 4, `8 times as many: ${Math.round(few)} ms, ${Math.round(many)} ms`);
  }
  const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ args: [bad] }] } };
  const begin = performance.now();
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array.from({ length: 20_000 }, () => pod) });
  t.equal(checkText('f', list, true, { ...options, fixes: 'documents' }).rows.length, 20_000);
  t.ok(performance.now() - begin < 10_000, 'one line of JSON with a finding in each object');
});

t.test('the snippets for pipelines run as they are written', async (t) => {
  const root = join(import.meta.dirname, '..');
  const snippets = ['docs/ci/github-actions.yaml', 'docs/ci/gitlab-ci.yaml', '.pre-commit-hooks.yaml'];
  const texts = new Map(snippets.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
  enter(t, { 'bad.yaml': deployed, 'clean.yaml': clean, 'compose.yaml': 'services: {}\n' });
  for (const [name, text] of texts) {
    const documents = [...readDocuments(text)];
    t.ok(
      documents.every(({ kind }) => kind === 'document'),
      `${name} is YAML`,
    );
    const commands = [...text.matchAll(/^[^#\n]*kubelet-tls-guard (check .*)$/gm)].map(([, words = '']) =>
      words.split(' '),
    );
    t.equal(commands.length, 1, `${name} runs one command`);
    for (const [, ...words] of commands) {
      const hook = name === '.pre-commit-hooks.yaml';
      const ran = await runCheck(hook ? [...words, 'bad.yaml'] : words);
      t.equal(ran.code, 1, `${name}: a violation fails`);
      t.match(ran.stdout, /bad\.yaml:14:11: violation/, `${name}: and is shown`);
      t.equal(
        (await runCheck(hook ? [...words, 'clean.yaml', 'compose.yaml'] : [...words.slice(0, -1), 'clean.yaml'])).code,
        0,
      );
      if (hook)
        t.equal(
          (await runCheck([...words, 'compose.yaml'])).code,
          0,
          'a file that is no manifest does not fail a commit',
        );
      for (const file of words.flatMap((word) => word.split('=').slice(1))) {
        t.ok(existsSync(file), `${name}: ${file} is written`);
        t.ok(text.split(file).length > 2, `${name}: ${file} is picked up`);
      }
    }
  }
  const [hook] = findObjectsOf(texts.get('.pre-commit-hooks.yaml') ?? '');
  const [config] = findObjectsOf(readFileSync(join(root, 'docs/ci/pre-commit-config.yaml'), 'utf8'));
  t.match(config, { repos: [{ hooks: [{ id: hook?.['id'] }] }] }, 'the example names the hook');
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  t.ok(Object.hasOwn(bin, String(hook?.['entry']).split(' ')[0] ?? ''), 'the hook runs what package.json installs');
  const documented = readFileSync(join(root, 'docs/ci/json.md'), 'utf8');
  const report = JSON.parse((await runCheck(['-o', 'json', 'bad.yaml'])).stdout);
  for (const key of [...Object.keys(report), ...Object.keys(report.summary), ...Object.keys(report.rows[0])]) {
    t.ok(documented.includes(`\`${key}\``) || documented.includes(`\`${key}:`), `docs/ci/json.md describes ${key}`);
  }
});

function findObjectsOf(text: string): readonly JsonObject[] {
  return [...readDocuments(text)].flatMap((document) =>
    document.kind === 'document' ? [...findObjects(document.root)].map(({ object }) => object) : [],
  );
}
