import { readFileSync } from 'node:fs';
import t from 'tap';
import { validate } from '../src/admission/index.ts';
import { checkText } from '../src/files/index.ts';
import { get, getIn, groupKindOf, isObject, type Json, namespaceOf } from '../src/kube/index.ts';
import { defaultPolicy } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';
import { readFixtures } from './support/fixtures.ts';

const now = Date.parse('2026-11-24T00:00:00Z');
const policy = defaultPolicy(rules);
const admissionRules = rules.filter(({ id }) => id !== 'kubeadm-config-server-tls-bootstrap');

/** What the webhook says of an object that somebody creates: its outcomes as lines. */
function admit(object: Json): readonly string[] {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      operation: 'CREATE',
      namespace: getIn(object, 'metadata', 'namespace') ?? '',
      object,
      userInfo: { username: 'alice', groups: [] },
    },
  };
  const admission = validate(JSON.stringify(review), { rules: admissionRules, policy }, now);
  if (admission.kind !== 'reviewed') throw new Error(admission.reason);
  return admission.event.verdict.outcomes
    .map(
      ({ rule, violation, action }) => `${rule.id} ${violation.level} ${action} ${violation.path} ${violation.message}`,
    )
    .toSorted();
}

t.test('the webhook and check say the same of every fixture', async (t) => {
  for (const rule of admissionRules) {
    for (const fixture of readFixtures(rule.id)) {
      const text = readFileSync(fixture.file, 'utf8');
      const checked = checkText(fixture.file, text, true, {
        rules: admissionRules,
        policy,
        now,
        namespace: 'default',
        fixes: 'none',
      });
      const rows = checked.rows
        .map((row) => `${row.rule} ${row.level} ${row.action} ${row.path} ${row.message}`)
        .toSorted();
      const objects = fixture.documents
        .flatMap(({ object }) => listed(object))
        .map((object) =>
          namespaceOf(object as never) === '' && isObject(object)
            ? { ...object, metadata: { ...(get(object, 'metadata') as object), namespace: 'default' } }
            : object,
        );
      t.strictSame(rows, objects.flatMap(admit).toSorted(), fixture.file);
    }
  }
});

/** A List's items one by one, as the API server receives them. */
function listed(object: Json): readonly Json[] {
  if (!isObject(object) || groupKindOf(object).kind !== 'List') return [object];
  return (get(object, 'items') as Json[]) ?? [];
}

t.test('a repeated key in a file for kubeadm is a warning, in a manifest a note', async (t) => {
  const options = { rules, policy, now, namespace: 'default', fixes: 'none' as const };
  const kubelet = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nserverTLSBootstrap: true\n';
  const checked = checkText('f', `${kubelet}maxPods: 1\nmaxPods: 2\n`, true, options);
  t.match(checked.rows, [{ level: 'warning', path: '/maxPods', location: { line: 5 }, message: /set twice/ }]);
  t.equal(checked.rows.length, 1);
  t.same(checked.notes, []);
  const manifest = checkText(
    'f',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\nspec: {}\n',
    true,
    options,
  );
  t.same(manifest.rows, []);
  t.match(manifest.notes, [{ line: 5, message: /given twice/ }]);
});
