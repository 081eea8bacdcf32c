import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import {
  deepEqual,
  groupKindOf,
  type JsonObject,
  namespaceOf,
  podTemplateOf,
  workloadKinds,
} from '../src/kube/index.ts';
import { defaultPolicy, defaultSettings, judge, type Policy, warningLimit } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';
import type { Rule, RuleContext, Violation } from '../src/rules/rule.ts';
import { renderRulePage } from '../src/rules/rule-page.ts';
import { deepFreeze } from './support/deep-freeze.ts';
import { type Expectation, type Fixture, readFixture, readFixtures } from './support/fixtures.ts';

function contextFor(rule: Rule, fixture: Fixture, index: number): RuleContext {
  const document = fixture.documents[index];
  const old =
    fixture.old === undefined ? undefined : readFixture(join(dirname(fixture.file), fixture.old)).documents[0]?.object;
  const related = fixture.documents.filter((_, other) => other !== index).map(({ object }) => object);
  return deepFreeze({
    namespace: namespaceOf(document?.object ?? {}),
    requireEnabled: 'ratchet' as const,
    ...fixture.context,
    ...(old === undefined ? {} : { oldObject: old }),
    ...(rule.id === 'kubeadm-config-server-tls-bootstrap' ? { related } : {}),
  });
}

function isKnown(rule: Rule, object: JsonObject): boolean {
  const { group, kind } = groupKindOf(object);
  return rule.kinds.some((candidate) => candidate.group === group && candidate.kind === kind);
}

/** What a rule finds in a document that it knows, as the judge would ask it. */
function evaluate(rule: Rule, fixture: Fixture, index: number): readonly Violation[] {
  const object = deepFreeze(fixture.documents[index]?.object ?? {});
  return isKnown(rule, object) ? rule.evaluate(object, contextFor(rule, fixture, index)) : [];
}

/** Pairs findings with expectations; what is left on either side is wrong. */
function compare(
  found: readonly Violation[],
  expected: readonly Expectation[],
  lineOf: (violation: Violation) => number,
) {
  const open = [...expected];
  const unexpected: string[] = [];
  for (const violation of found) {
    const line = lineOf(violation);
    const at = open.findIndex(
      ({ level, line: onLine, path }) =>
        level === violation.level && (path === undefined ? onLine === line : path === violation.path),
    );
    if (at >= 0) open.splice(at, 1);
    else unexpected.push(`${violation.level} at ${violation.path} (line ${line}): ${violation.message}`);
  }
  return { unexpected, missing: open };
}

for (const rule of rules) {
  t.test(rule.id, async (t) => {
    const fixtures = readFixtures(rule.id);
    let passing = 0;
    let failing = 0;
    for (const fixture of fixtures) {
      fixture.documents.forEach(({ lineOf, object }, index) => {
        const found = evaluate(rule, fixture, index);
        const expected = fixture.expectations.filter(({ document }) => document === index);
        const name = `${fixture.file} [${index + 1}] ${groupKindOf(object).kind}`;
        t.strictSame(compare(found, expected, lineOf), { unexpected: [], missing: [] }, name);
        if (found.length === 0) passing++;
        else failing++;
        for (const violation of found) checkWording(t, rule, violation);
        checkFix(t, rule, fixture, index, name);
      });
      if (fixture.decision !== undefined) t.equal(decide(rule, fixture), fixture.decision, `${fixture.file}: decision`);
    }
    t.ok(passing > 0 && failing > 0, 'there are fixtures that pass and fixtures that fail');
  });
}

function checkWording(t: Test, rule: Rule, violation: Violation): void {
  const warning = `${rule.id}: not new: ${violation.brief}`;
  if ([...warning].length > warningLimit + 60) t.fail(`the brief text is far too long: ${warning}`);
  if (/\.$/.test(violation.message) || violation.message === '')
    t.fail(`a message is a clause without its full stop: ${violation.message}`);
}

/** After a fix nothing that it repairs remains, fixing twice changes nothing, and nothing else was touched. */
function checkFix(t: Test, rule: Rule, fixture: Fixture, index: number, name: string): void {
  const object = deepFreeze(fixture.documents[index]?.object ?? {});
  if (rule.fix === undefined || !isKnown(rule, object)) return;
  const context = contextFor(rule, fixture, index);
  const fixed = rule.fix(object, context);
  if (fixed === undefined) return;
  t.notOk(deepEqual(fixed.object, object), `${name}: a fix changes something`);
  t.ok(fixed.changes.length > 0, `${name}: and says what`);
  t.equal(rule.fix(fixed.object, context), undefined, `${name}: fixing twice changes nothing`);
  const before = rule.evaluate(object, context).filter(({ level }) => level === 'violation');
  const after = rule.evaluate(fixed.object, context).filter(({ level }) => level === 'violation');
  t.ok(after.length < before.length || before.length === 0, `${name}: fewer violations after the fix`);
}

function policyFor(rule: Rule, fixture: Fixture): Policy {
  const policy = defaultPolicy([rule]);
  const settings = { ...defaultSettings(rule), requireEnabled: fixture.context.requireEnabled ?? 'ratchet' };
  return { ...policy, rules: new Map([[rule.id, settings]]) };
}

function decide(rule: Rule, fixture: Fixture): string {
  const old =
    fixture.old === undefined ? undefined : readFixture(join(dirname(fixture.file), fixture.old)).documents[0]?.object;
  const object = fixture.documents[0]?.object ?? {};
  const verdict = judge(
    [rule],
    policyFor(rule, fixture),
    {
      object,
      namespace: namespaceOf(object),
      user: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
      ...(fixture.context.operation === undefined ? {} : { operation: fixture.context.operation }),
      ...(old === undefined ? {} : { oldObject: old }),
    },
    0,
  );
  if (verdict.outcomes.length === 0) return 'allow';
  const actions = verdict.outcomes.map(({ action }) => action);
  return actions.includes('deny') ? 'deny' : actions.includes('warn') ? 'warn' : 'audit';
}

t.test('every workload kind and every container list has a passing and a failing fixture', async (t) => {
  const seen = new Set<string>();
  const rule = rules.find(({ id }) => id === 'metrics-server-kubelet-tls');
  t.ok(rule);
  if (rule === undefined) return;
  for (const fixture of readFixtures(rule.id)) {
    fixture.documents.forEach(({ object }, index) => {
      const { kind, group } = groupKindOf(object);
      const found = evaluate(rule, fixture, index);
      for (const { path, level } of found) {
        const list = /\/(initContainers|containers|ephemeralContainers)\//.exec(path)?.[1];
        if (level === 'violation' && list !== undefined) seen.add(`${group}/${kind} ${list} fail`);
      }
      const spec = podTemplateOf(object)?.spec;
      for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
        if (found.length === 0 && spec !== undefined && Object.hasOwn(spec, list))
          seen.add(`${group}/${kind} ${list} pass`);
      }
    });
  }
  for (const { group, kind } of workloadKinds) {
    if (group === 'extensions') continue;
    for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
      t.ok(seen.has(`${group}/${kind} ${list} fail`), `${kind} ${list}: a failing fixture`);
      t.ok(seen.has(`${group}/${kind} ${list} pass`), `${kind} ${list}: a passing fixture`);
    }
  }
});

t.test("rules' pages are up to date", async (t) => {
  for (const rule of rules) {
    const page = `docs/rules/${rule.id}.md`;
    t.ok(existsSync(page) && readFileSync(page, 'utf8') === renderRulePage(rule), `${page}: npm run generate`);
  }
});
