import fc from 'fast-check';
import t from 'tap';
import {
  asArray,
  closest,
  controllingOwnerOf,
  deepEqual,
  describeObject,
  diff,
  editDistance,
  extend,
  fieldPath,
  get,
  getIn,
  groupKindOf,
  isBeingDeleted,
  isObject,
  type Json,
  type JsonObject,
  nameOf,
  type PatchOperation,
  podTemplateOf,
  pointer,
  segmentsOf,
  visitContainers,
  workloadKinds,
} from '../src/kube/index.ts';
import { deepFreeze } from './support/deep-freeze.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>;

/** Applies a patch as RFC 6902 says; only the three operations that `diff` makes. */
function apply(target: JsonObject, operations: readonly PatchOperation[]): unknown {
  const root: unknown = structuredClone(target);
  for (const operation of operations) {
    const segments = segmentsOf(operation.path);
    const last = segments.pop() ?? '';
    // biome-ignore lint/suspicious/noExplicitAny: a patch walks values of every shape
    let holder: any = root;
    for (const segment of segments) holder = holder[segment];
    if (operation.op !== 'remove') {
      Object.defineProperty(holder, last, {
        value: operation.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  }
  return root;
}

t.test('reading JSON', async (t) => {
  const hostile = JSON.parse('{"__proto__":{"x":1},"constructor":2,"a":{"b":[1]}}');
  t.same(get(hostile, '__proto__'), { x: 1 });
  t.equal(get(hostile, 'constructor'), 2);
  t.equal(get({}, 'constructor'), undefined, 'nothing inherited answers');
  t.equal(get({}, '__proto__'), undefined);
  t.equal(get('text', 'length'), undefined);
  t.equal(getIn(hostile, 'a', 'b', 'c'), undefined);
  t.same(asArray({ length: 3 }), []);
  for (const value of [null, undefined, [], 'x', 1, true]) t.equal(isObject(value), false);
});

t.test('pointers', async (t) => {
  t.equal(pointer('data', 'a/b~c', 0), '/data/a~1b~0c/0');
  t.equal(extend('/spec', 'containers', 2), '/spec/containers/2');
  for (const [path, text] of [
    ['/spec/containers/0/args/1', 'spec.containers[0].args[1]'],
    ['/data/kubelet', 'data.kubelet'],
    ['/metadata/annotations/a.b~1c', 'metadata.annotations["a.b/c"]'],
    ['', ''],
  ] as const) {
    t.equal(fieldPath(path), text);
  }
  fc.assert(
    fc.property(fc.array(fc.string()), (segments) => {
      t.strictSame(segmentsOf(pointer(...segments)), segments);
    }),
    { numRuns: 200 },
  );
});

t.test('deep equality', async (t) => {
  t.ok(deepEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }));
  for (const [left, right] of [
    [{ a: 1 }, { b: 1 }],
    [[1], { 0: 1 }],
    [[1, 2], [1]],
    [{ a: undefined }, {}],
    [null, {}],
    [1, '1'],
    [{ constructor: 1 }, { toString: 1 }],
  ] as const) {
    t.notOk(deepEqual(left as Json, right as Json), JSON.stringify([left, right]));
  }
  let deep: Json = 1;
  let other: Json = 1;
  for (let i = 0; i < 100_000; i++) {
    deep = [deep];
    other = [other];
  }
  t.ok(deepEqual(deep, other), 'no nesting overflows the stack');
  fc.assert(fc.property(json, (value) => deepEqual(value, structuredClone(value))));
});

t.test('patches', async (t) => {
  const before = deepFreeze({ spec: { args: ['a', 'x', 'b', 'x'], 'k/e': 1 }, gone: true });
  const after = deepFreeze({ spec: { args: ['a', 'b'], 'k/e': 2 }, added: null });
  t.same(diff(before, after), [
    { op: 'remove', path: '/gone' },
    { op: 'remove', path: '/spec/args/3' },
    { op: 'remove', path: '/spec/args/1' },
    { op: 'replace', path: '/spec/k~1e', value: 2 },
    { op: 'add', path: '/added', value: null },
  ]);
  t.same(diff(before, before), []);
  t.same(diff({ a: [1, 2] }, { a: [2, 1, 3] }), [{ op: 'replace', path: '/a', value: [2, 1, 3] }]);
  fc.assert(
    fc.property(object, object, (left, right) => {
      t.ok(deepEqual(apply(left, diff(deepFreeze(left), deepFreeze(right))) as Json, right));
    }),
    { numRuns: 300 },
  );
});

const container = (name: string) => ({ name });
const podSpec = {
  containers: [container('b')],
  initContainers: [container('a')],
  ephemeralContainers: [container('c')],
};
const templates: Readonly<Record<string, (spec: Json) => Json>> = {
  Pod: (spec) => spec,
  CronJob: (spec) => ({ jobTemplate: { spec: { template: { spec } } } }),
};

t.test('containers of every workload kind', async (t) => {
  for (const { group, kind } of workloadKinds) {
    const wrap = templates[kind] ?? ((spec: Json) => ({ template: { spec } }));
    const workload = { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, spec: wrap(podSpec) };
    const template = podTemplateOf(workload);
    t.ok(template, kind);
    if (template === undefined) continue;
    const visited = [...visitContainers(template)];
    t.same(
      visited.map(({ container }) => container['name']),
      ['a', 'b', 'c'],
      `${group}/${kind}: all three lists, in the kubelet's order`,
    );
    for (const { path, container } of visited) {
      t.equal(getIn(workload, ...segmentsOf(path)), undefined, 'pointers walk arrays');
      const found = segmentsOf(path).reduce<Json | undefined>(
        (at, key) => (Array.isArray(at) ? at[Number(key)] : get(at, key)),
        workload,
      );
      t.equal(found, container, `${path} leads to the container`);
    }
  }
  t.equal(podTemplateOf({ apiVersion: 'v1', kind: 'Deployment', spec: podSpec }), undefined, 'the group counts');
  t.equal(podTemplateOf({ apiVersion: 'v1', kind: 'Pod', spec: null }), undefined);
  t.same(
    [...visitContainers({ metadata: {}, spec: { containers: { a: 1 }, initContainers: ['x', null] }, specPath: '' })],
    [],
  );
});

t.test('who an object is', async (t) => {
  t.same(groupKindOf({ apiVersion: 'apps/v1', kind: 'Deployment' }), { group: 'apps', kind: 'Deployment' });
  t.same(groupKindOf({ apiVersion: 1, kind: null }), { group: '', kind: '' });
  t.equal(nameOf({ metadata: { generateName: 'x-' } }), 'x-*');
  t.equal(describeObject({ kind: 'Pod', metadata: { name: 'a', namespace: 'b' } }), 'Pod b/a');
  t.equal(describeObject({}), 'object (no name)');
  const owners = [{ kind: 'A', name: 'a' }, 7, { kind: 'B', name: 'b', apiVersion: 'x/v1', controller: true }];
  t.same(controllingOwnerOf({ metadata: { ownerReferences: owners } }), { apiVersion: 'x/v1', kind: 'B', name: 'b' });
  t.equal(controllingOwnerOf({ metadata: { ownerReferences: [{ controller: 'true' }] } }), undefined);
  t.equal(isBeingDeleted({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), true);
  t.equal(isBeingDeleted({ metadata: { deletionTimestamp: null } }), false);
});

t.test('the nearest known word', async (t) => {
  const known = ['secure-port', 'cert-dir', 'config', 'log-level'];
  for (const [word, expected] of [
    ['secureport', 'secure-port'],
    ['certdir', 'cert-dir'],
    ['confg', 'config'],
    ['loglevels', 'log-level'],
    ['banana', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ] as const) {
    t.equal(closest(word, known), expected, word.slice(0, 20));
  }
  t.equal(editDistance('kitten', 'sitting'), 3);
});
