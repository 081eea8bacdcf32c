import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { mutate, validate } from '../src/admission/index.ts';
import { defaultPolicy } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';

/** Bodies that somebody made to hurt: each is answered, in time that grows with its size, and leaves no memory behind. */

const on = defaultPolicy(rules);
const policy = { ...on, rules: new Map([...on.rules].map(([id, settings]) => [id, { ...settings, mutate: true }])) };
const guard = { rules, policy };
const head = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

function review(object: unknown, oldObject?: unknown): string {
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const request = { uid: 'u', operation, namespace: 'kube-system', object, oldObject, userInfo: { username: 'alice' } };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}

function deployment(containers: unknown, image?: string): unknown {
  const template = { metadata: { labels: { 'k8s-app': 'metrics-server' } }, spec: { containers, image } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'metrics-server', namespace: 'kube-system' },
    spec: { template },
  };
}

function configMap(kubelet: unknown): unknown {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubelet-config', namespace: 'kube-system' },
    data: { kubelet },
  };
}

const many = (count: number, make: (index: number) => unknown) =>
  Array.from({ length: count }, (_, index) => make(index));
const insecure = '--kubelet-insecure-tls';
const one = (more: object) => deployment([{ name: 'metrics-server', image: 'metrics-server', ...more }]);
const containers = (count: number, args: readonly string[]) =>
  many(count, (i) => ({ name: `c${i}`, image: 'metrics-server', args: [...args, `--cert-dir=/${i}`] }));

/** What is sent, whether it is admitted, and how it grows; sizes are those of the larger of two runs. */
const cases: readonly (readonly [string, boolean | undefined, (size: number) => string, number])[] = [
  ['containers with the flag', false, (n) => review(deployment(containers(n, [insecure]))), 10_000],
  [
    'containers that had it before',
    true,
    (n) => review(deployment(containers(n, [insecure])), deployment(containers(n, [insecure, '--v=2']))),
    5_000,
  ],
  ['containers without', true, (n) => review(deployment(containers(n, ['--metric-resolution=15s']))), 10_000],
  ['arguments', true, (n) => review(one({ args: many(n, (i) => `--v=${i % 9}`) })), 100_000],
  [
    'arguments, and then the flag',
    false,
    (n) => review(one({ args: [...many(n, (i) => `--v=${i % 9}`), insecure] })),
    100_000,
  ],
  ['the flag again and again', false, (n) => review(one({ args: many(n, () => insecure) })), 100_000],
  ['variables', false, (n) => review(one({ args: many(n, (i) => `$(X${i}_SERVICE_HOST)`) })), 100_000],
  [
    'a script of many words',
    false,
    (n) => review(one({ command: ['sh', '-c', `exec /metrics-server ${insecure} ${'--v=2 '.repeat(n)}`] })),
    100_000,
  ],
  ['a script of quotes', false, (n) => review(one({ command: ['sh', '-c', '"$('.repeat(n)] })), 100_000],
  [
    'variables that expand to variables',
    undefined,
    (n) =>
      review(
        one({ env: many(n, (i) => ({ name: `A${Number(i) + 1}`, value: `$(A${i})$(A${i})x` })), args: [`$(A${n})`] }),
      ),
    2_000,
  ],
  [
    'wrappers in wrappers',
    undefined,
    (n) => review(one({ command: [...many(n, () => 'env'), '/metrics-server', insecure] })),
    50_000,
  ],
  ['a kubelet text of comments', true, (n) => review(configMap(head + '# x\n'.repeat(n))), 60_000],
  [
    'a kubelet text that is too long',
    undefined,
    (n) => review(configMap(head + '# x\n'.repeat(n)), configMap(head)),
    250_000,
  ],
  [
    'a kubelet text of keys',
    undefined,
    (n) => review(configMap(head + many(n, (i) => `k${i}: [a, b]\n`).join(''))),
    15_000,
  ],
  ['nested flow', false, (n) => review(configMap(`${head}a: ${'['.repeat(n)}`)), 120_000],
  [
    'nested blocks',
    false,
    (n) => review(configMap(head + many(n, (i) => `${' '.repeat(Number(i))}a:\n`).join(''))),
    700,
  ],
  [
    'an alias bomb',
    false,
    (n) =>
      review(
        configMap(
          `${head}a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${many(n, (i) => `a${Number(i) + 1}: &a${Number(i) + 1} [${`*a${i},`.repeat(10)}]\n`).join('')}`,
        ),
      ),
    60,
  ],
  [
    'a chain of merges',
    undefined,
    (n) =>
      review(
        configMap(
          `${head}a0: &a0 {x: 1}\n${many(n, (i) => `a${Number(i) + 1}: &a${Number(i) + 1}\n  <<: *a${i}\n  k${i}: 1\n`).join('')}`,
        ),
      ),
    3_000,
  ],
  [
    'JSON keys again and again',
    true,
    (n) =>
      review(
        configMap(
          `{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration"${',"serverTLSBootstrap":true'.repeat(n)}}`,
        ),
      ),
    9_000,
  ],
  [
    'keys that are almost right',
    undefined,
    (n) => review(configMap(head + many(n, (i) => `serverTLSBootstra${i}: true\n`).join(''))),
    9_000,
  ],
  [
    'a deep object',
    true,
    (n) =>
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","object":${'['.repeat(n)}${']'.repeat(n)}}}`,
    500_000,
  ],
  [
    'a deep container',
    false,
    (n) => review(one({ args: [insecure] })).replace('"image"', `"x":${'['.repeat(n)}${']'.repeat(n)},"image"`),
    300_000,
  ],
  [
    '16 MiB of annotations',
    true,
    (n) => review({ ...(one({}) as object), metadata: { name: 'a', annotations: { x: 'é'.repeat(n) } } }),
    8_000_000,
  ],
];

/** Far above what any of them takes (docs/decisions has what was measured); quadratic time would be far above this. */
const patience = 8_000;

t.test('made to hurt', async (t) => {
  for (const [name, allowed, make, size] of cases) {
    for (const count of [Math.floor(size / 100), size]) {
      const text = make(count);
      const start = performance.now();
      const admission = validate(text, guard, 0);
      const mutation = mutate(text, guard, 0);
      const elapsed = performance.now() - start;
      t.equal(admission.kind, 'reviewed', `${name}: answered`);
      t.equal(mutation.kind, 'reviewed');
      if (admission.kind !== 'reviewed' || mutation.kind !== 'reviewed') continue;
      if (allowed !== undefined && count === size)
        t.equal(admission.event.verdict.allowed, allowed, `${name} × ${count}: verdict`);
      t.ok(admission.body.length < 20_000, `${name}: the answer is short (${admission.body.length})`);
      t.ok(elapsed < patience, `${name} × ${count}: answered in time`);
    }
  }
});

t.test('wrong shapes everywhere', async (t) => {
  const odd = [null, 1, true, 'x', '', [], {}, [null], [[]], [{}], { a: 1 }, '\u0000', '\ud800', ['$('], [1, insecure]];
  for (const value of odd) {
    const objects = [
      deployment(value),
      deployment([{ name: value, image: value, command: value, args: value, env: value, envFrom: value }]),
      one({ args: value }),
      one({ args: [insecure], command: value }),
      one({ args: ['$(X)'], env: [{ name: 'X', value }] }),
      one({ args: ['$(X)'], env: [value] }),
      configMap(value),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kubelet-config', namespace: 'kube-system', ownerReferences: value },
        data: value,
        binaryData: value,
        immutable: value,
      },
      { apiVersion: value, kind: value, metadata: value, spec: value },
      { apiVersion: 'batch/v1', kind: 'CronJob', metadata: value, spec: { jobTemplate: value } },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        spec: { group: 'metrics.k8s.io', insecureSkipTLSVerify: value },
      },
    ];
    for (const object of objects) {
      for (const text of [review(object), review(object, object), review(one({ args: [insecure] }), object)]) {
        t.equal(validate(text, guard, 0).kind, 'reviewed', text.slice(0, 200));
        t.equal(mutate(text, guard, 0).kind, 'reviewed');
      }
    }
  }
});

t.test('memory comes back', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const run = () => {
    for (const [, , make, size] of cases.slice(0, 8)) validate(make(Math.floor(size / 4)), guard, 0);
  };
  run();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 5; i++) run();
  collect();
  const grown = (process.memoryUsage().heapUsed - before) / 1e6;
  t.ok(grown < 10, `grown by ${grown.toFixed(1)} MB`);
});
