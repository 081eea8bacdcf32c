import fc from 'fast-check';
import t from 'tap';
import { type Admission, type Guard, mutate, validate } from '../src/admission/index.ts';
import { get, getIn, type Json, type JsonObject } from '../src/kube/index.ts';
import { defaultPolicy, type Policy, type RuleSettings } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';
import type { Rule, Violation } from '../src/rules/rule.ts';
import { deepFreeze } from './support/deep-freeze.ts';

const now = Date.parse('2026-11-24T00:00:00Z');

/** A rule over ConfigMaps that finds one violation for each key of `data` whose value is "bad", and can remove them. */
const fake: Rule = {
  id: 'fake-rule',
  title: 'Nothing is bad',
  why: 'Bad things are bad.',
  remediation: ['Make it good.', 'Look again.'],
  notes: [],
  references: [],
  controls: [],
  kinds: [{ group: '', kind: 'ConfigMap' }],
  defaultMode: 'enforce',
  judgesDelete: true,
  evaluate(object, context): readonly Violation[] {
    if (context.operation === 'DELETE') return [finding('(deleted)')];
    const data = get(object, 'data');
    return Object.keys((data ?? {}) as JsonObject)
      .filter((key) => get(data, key) === 'bad')
      .map(finding);
  },
  reads: (object) => [get(object, 'data')],
  fix(object, _context, identities) {
    const data = get(object, 'data') as JsonObject;
    const kept = Object.fromEntries(
      Object.entries(data).filter(([key, value]) => value !== 'bad' || identities?.has(key) === false),
    );
    return Object.keys(kept).length === Object.keys(data).length
      ? undefined
      : { object: { ...object, data: kept }, changes: ['removed what was bad'] };
  },
};

function finding(key: string): Violation {
  return {
    level: 'violation',
    path: `/data/${key}`,
    where: `data.${key}`,
    message: 'is bad',
    brief: `data.${key} is bad`,
    identity: key,
    gravity: 1,
  };
}

function guardWith(settings: Partial<RuleSettings> = {}, policy: Partial<Policy> = {}): Guard {
  const base = defaultPolicy([fake]);
  const rule = base.rules.get(fake.id);
  if (rule === undefined) throw new Error('unreachable');
  return { rules: [fake], policy: { ...base, ...policy, rules: new Map([[fake.id, { ...rule, ...settings }]]) } };
}

function map(data: Json, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'ns', ...metadata }, data };
}

function review(request: JsonObject, rest: JsonObject = {}): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      namespace: 'ns',
      name: 'm',
      operation: 'CREATE',
      userInfo: { username: 'alice', groups: ['dev', 1] },
      ...request,
    },
    ...rest,
  });
}

function responseOf(admission: Admission): JsonObject {
  if (admission.kind !== 'reviewed') throw new Error(admission.reason);
  return getIn(JSON.parse(admission.body), 'response') as JsonObject;
}

t.test('answers', async (t) => {
  const guard = deepFreeze(guardWith());
  t.same(responseOf(validate(review({ object: map({ a: 'good' }) }), guard, now)), { uid: 'u-1', allowed: true });

  const refused = responseOf(validate(review({ object: map({ a: 'bad', 'b/c': 'bad' }) }), guard, now));
  t.match(refused, {
    uid: 'u-1',
    allowed: false,
    status: {
      status: 'Failure',
      code: 403,
      reason: 'Forbidden',
      details: {
        name: 'm',
        group: '',
        kind: 'configmaps',
        causes: [
          { reason: 'fake-rule', field: 'data.a', message: 'ConfigMap ns/m, data.a: is bad' },
          { reason: 'fake-rule', field: 'data.b.c' },
        ],
      },
    },
    auditAnnotations: { verdict: 'denied', rule: 'fake-rule', mode: 'enforce', count: '2' },
  });
  t.equal(
    getIn(refused, 'status', 'message'),
    [
      'fake-rule: ConfigMap ns/m, data.a: is bad.',
      'fake-rule: ConfigMap ns/m, data.b/c: is bad.',
      'Why: Bad things are bad.',
      'What to do:',
      '  1. Make it good.',
      '  2. Look again.',
      'More: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs',
    ].join('\n'),
  );
  t.notOk(Object.hasOwn(refused, 'warnings'), 'a refusal says it once');

  const helped = guardWith({}, { helpURL: 'https://wiki.example/tls', contact: '#platform' });
  t.match(
    getIn(responseOf(validate(review({ object: map({ a: 'bad' }) }), helped, now)), 'status', 'message'),
    /More: https:\/\/wiki\.example\/tls - questions: #platform$/,
  );

  const warned = responseOf(
    validate(review({ object: map({ a: 'bad' }), dryRun: true }), guardWith({ mode: 'warn' }), now),
  );
  t.match(warned, {
    allowed: true,
    warnings: ['fake-rule: data.a is bad'],
    auditAnnotations: { verdict: 'warned', mode: 'warn' },
  });
  const audited = responseOf(validate(review({ object: map({ a: 'bad' }) }), guardWith({ mode: 'audit' }), now));
  t.match(audited, { allowed: true, auditAnnotations: { verdict: 'audited' } });
  t.notOk(Object.hasOwn(audited, 'warnings'));
  t.same(responseOf(validate(review({ object: map({ a: 'bad' }) }), guardWith({ mode: 'off' }), now)), {
    uid: 'u-1',
    allowed: true,
  });

  const rehearsed = responseOf(
    validate(review({ object: map({ a: 'bad' }) }), guardWith({}, { rehearsal: true }), now),
  );
  t.match(rehearsed, { allowed: true, warnings: ['fake-rule: would be refused: data.a is bad'] });
  t.match(rehearsed, {
    auditAnnotations: { verdict: 'warned', 'not-refused-because': 'rehearsal: it would be refused' },
  });
});

t.test('what a write brings', async (t) => {
  const guard = guardWith();
  const update = (data: Json, old: Json, extra: JsonObject = {}) =>
    responseOf(validate(review({ operation: 'UPDATE', object: map(data, extra), oldObject: map(old) }), guard, now));
  t.match(update({ a: 'bad', x: '1' }, { a: 'bad' }), {
    allowed: true,
    warnings: ['fake-rule: not new: data.a is bad'],
  });
  t.match(update({ a: 'bad', b: 'bad' }, { a: 'bad' }), { allowed: false });
  t.match(update({ a: 'bad', b: 'bad' }, { a: 'good' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), {
    allowed: true,
  });
  t.match(update({ a: 'bad' }, { a: 'bad' }), {
    allowed: true,
    auditAnnotations: { 'not-refused-because': 'this write leaves it as it was' },
  });
});

t.test('deletions carry the object in oldObject, and DELETECOLLECTION no name', async (t) => {
  const deleted = validate(
    review({ operation: 'DELETE', name: '', object: null, oldObject: map({}) }),
    guardWith(),
    now,
  );
  t.match(responseOf(deleted), { allowed: false, status: { details: { name: 'm' } } });
  t.match(deleted, { event: { operation: 'DELETE', name: '', subject: { object: { metadata: { name: 'm' } } } } });
  const blind = validate(review({ operation: 'DELETE', object: null, oldObject: null }), guardWith(), now);
  t.match(responseOf(blind), { allowed: false }, 'judged by what the request says of it');
});

t.test('long answers stay readable', async (t) => {
  const data = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, 'bad']));
  const refused = responseOf(validate(review({ object: map(data) }), guardWith(), now));
  t.match(getIn(refused, 'status', 'message'), /and 4990 more of the same kind/);
  t.equal((getIn(refused, 'status', 'details', 'causes') as Json[]).length, 10);
  const warned = responseOf(validate(review({ object: map(data) }), guardWith({ mode: 'warn' }), now));
  t.equal((get(warned, 'warnings') as Json[]).length, 11);
  const long = responseOf(
    validate(review({ object: map({ ['🙂'.repeat(200)]: 'bad' }) }), guardWith({ mode: 'warn' }), now),
  );
  const [warning] = get(long, 'warnings') as string[];
  t.equal([...(warning ?? '')].length, 120);
  t.ok(warning?.isWellFormed(), 'cut at the border of a code point');
});

t.test('bad input', async (t) => {
  const guard = guardWith();
  const malformed: readonly (readonly [string, RegExp])[] = [
    ['', /not JSON/],
    ['{', /not JSON/],
    ['{"request":{"uid":"\u0000"}}', /not JSON/],
    ['null', /no object/],
    ['[]', /no object/],
    ['"x"', /no object/],
    ['{}', /no "request"/],
    ['{"request":[]}', /no "request"/],
    ['{"request":{}}', /uid/],
    ['{"request":{"uid":7}}', /uid/],
    ['{"request":{"uid":""}}', /uid/],
  ];
  for (const [text, reason] of malformed) {
    for (const endpoint of [validate, mutate]) {
      const admission = endpoint(text, guard, now);
      t.match(admission, { kind: 'malformed', reason }, text);
    }
  }
  const old = validate(review({ object: map({ a: 'good' }) }, { apiVersion: 'admission.k8s.io/v1beta1' }), guard, now);
  t.match(responseOf(old), {
    uid: 'u-1',
    allowed: false,
    status: { code: 400, message: /admissionReviewVersions: \["v1"\]/ },
  });

  const odd: readonly JsonObject[] = [
    { operation: 'CONNECT', object: { kind: 'PodExecOptions' } },
    { operation: 'PATCH', object: map({ a: 'bad' }) },
    { operation: 7 },
    { object: null },
    { object: [] },
    { object: 'x', kind: null, userInfo: null, namespace: 1, name: {} },
    { object: { kind: 'ConfigMap' } },
    { object: map(null) },
    { object: map([]) },
    { object: map({ __proto__: null, constructor: 'good' }) },
    {
      object: JSON.parse(
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"__proto__":{"deletionTimestamp":"x"}},"data":{"__proto__":"good"}}',
      ),
    },
    { operation: 'UPDATE', object: map({ a: 'good' }), oldObject: 3 },
    { object: { apiVersion: 'x/y', kind: 'Unknown', metadata: 4 } },
  ];
  for (const request of odd)
    t.match(responseOf(validate(review(request), guard, now)), { uid: 'u-1', allowed: true }, JSON.stringify(request));
  const smuggled = JSON.parse(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"__proto__":"bad"}}',
  );
  t.match(
    responseOf(validate(review({ object: smuggled }), guard, now)),
    { allowed: false },
    'a key named __proto__ is read like any other',
  );
  for (const uid of ['é🙂', '\ud800', '"\\\n', 'x'.repeat(10_000)]) {
    t.equal(get(responseOf(validate(review({ uid }), guard, now)), 'uid'), uid, 'the uid comes back as it was');
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const endpoint of [validate, mutate]) {
        const inRequest = endpoint(
          JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: value }),
          guard,
          now,
        );
        t.ok(inRequest.kind);
        t.equal(endpoint(review({ object: value as Json }), guard, now).kind, 'reviewed');
      }
    }),
    { numRuns: 100 },
  );
});

t.test('a rule that fails is unclear, never silent', async (t) => {
  const failing: Rule = {
    ...fake,
    evaluate() {
      throw new Error('boom');
    },
  };
  const guard = { rules: [failing], policy: defaultPolicy([failing]) };
  const text = review({ object: map({}) });
  t.match(responseOf(validate(text, guard, now)), {
    allowed: false,
    status: { message: /boom.*defect of kubelet-tls-guard/ },
  });
  const lenient = { rules: [failing], policy: guardWith({ unclear: 'warn' }).policy };
  t.match(responseOf(validate(text, lenient, now)), { allowed: true, warnings: [/failed to judge/] });
});

t.test('mutation keeps to its limits', async (t) => {
  const on = guardWith({ mutate: true });
  const patchOf = (request: JsonObject, guard: Guard = on) => {
    const response = responseOf(mutate(review(request), guard, now));
    t.equal(get(response, 'allowed'), true, 'mutation never refuses');
    const patch = get(response, 'patch');
    return typeof patch === 'string' ? JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) : undefined;
  };
  const bad = map({ a: 'bad', b: 'good' });
  t.same(patchOf({ object: bad }), [{ op: 'remove', path: '/data/a' }]);
  t.match(responseOf(mutate(review({ object: bad }), on, now)), {
    patchType: 'JSONPatch',
    warnings: ['fake-rule: removed what was bad'],
  });
  t.equal(patchOf({ object: map({ b: 'good' }) }), undefined, 'nothing to do');
  t.equal(patchOf({ object: bad }, guardWith()), undefined, 'off by default');
  t.equal(patchOf({ object: bad }, guardWith({ mutate: true, mode: 'off' })), undefined);
  t.equal(
    patchOf({ object: bad }, guardWith({ mutate: true }, { rehearsal: true })),
    undefined,
    'a rehearsal changes nothing',
  );
  t.equal(
    patchOf({ object: map({ a: 'bad' }, { ownerReferences: [{ controller: true, kind: 'X', name: 'x' }] }) }),
    undefined,
  );
  t.equal(patchOf({ object: map({ a: 'bad' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }) }), undefined);
  t.equal(patchOf({ object: bad, subResource: 'status' }), undefined);
  t.equal(patchOf({ operation: 'DELETE', object: null, oldObject: bad }), undefined);
  t.same(
    patchOf({ operation: 'UPDATE', object: map({ a: 'bad', c: 'bad' }), oldObject: map({ a: 'bad' }) }),
    [{ op: 'remove', path: '/data/c' }],
    'only what this write brings',
  );
  t.equal(patchOf({ operation: 'UPDATE', object: bad, oldObject: bad }), undefined);

  const everywhere: Rule = {
    ...fake,
    kinds: ['Pod', 'Job', 'ReplicaSet', 'Deployment'].map((kind) => ({ group: 'g', kind })),
  };
  const guard = { rules: [everywhere], policy: on.policy };
  for (const [kind, operation, changed] of [
    ['Deployment', 'CREATE', true],
    ['Deployment', 'UPDATE', true],
    ['Pod', 'CREATE', true],
    ['Pod', 'UPDATE', false],
    ['Job', 'CREATE', true],
    ['Job', 'UPDATE', false],
    ['ReplicaSet', 'CREATE', false],
    ['ReplicaSet', 'UPDATE', false],
  ] as const) {
    const object = { ...bad, apiVersion: 'g/v1', kind };
    const patch = patchOf(
      { operation, object, ...(operation === 'UPDATE' ? { oldObject: { ...object, data: {} } } : {}) },
      guard,
    );
    t.equal(patch !== undefined, changed, `${operation} ${kind}`);
  }
});

t.test('existing: deny refuses what changes the pod template and keeps the violation, and nothing else', async (t) => {
  const policy = defaultPolicy(rules);
  const strict = new Map([...policy.rules].map(([id, settings]) => [id, { ...settings, existing: 'deny' as const }]));
  const deployment = (template: JsonObject, replicas = 1): JsonObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'metrics-server', namespace: 'ns' },
    spec: {
      replicas,
      template: {
        metadata: { labels: { app: 'metrics-server' }, ...template },
        spec: { containers: [{ name: 'metrics-server', image: 'metrics-server', args: ['--kubelet-insecure-tls'] }] },
      },
    },
  });
  const update = (object: JsonObject, existing: ReadonlyMap<string, RuleSettings>) => {
    const text = review({ operation: 'UPDATE', object, oldObject: deployment({}) });
    return get(responseOf(validate(text, { rules, policy: { ...policy, rules: existing } }, now)), 'allowed');
  };
  const restarted = deployment({ annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-24' } });
  t.equal(update(deployment({}, 3), policy.rules), true, 'scaling');
  t.equal(update(deployment({}, 3), strict), true, 'scaling, existing: deny');
  t.equal(update(restarted, policy.rules), true, 'rollout restart');
  t.equal(update(restarted, strict), false, 'rollout restart, existing: deny');
});
