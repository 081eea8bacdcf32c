/** What an operator sees: the audit log, the metrics of both sides, and the guard's log. */

import { check, expect, expectEqual } from '../checks.ts';
import type { Guard } from '../guard.ts';
import { kubeletConfigRule, metricsServerRule } from '../manifests.ts';
import type { Stage } from '../stage.ts';
import { apiServiceName, configMapName, validatingName } from '../webhooks.ts';

interface AuditEvent {
  readonly verb: string;
  readonly user: string;
  readonly name: string;
  readonly code: number;
  readonly annotations: ReadonlyMap<string, string>;
}

/** The audit log after all that was done. */
export async function readTheAuditLog({ cluster }: Stage): Promise<void> {
  const events = cluster.auditEvents().map(readEvent);
  const verdicts = (webhook: string, verdict: string) =>
    events.filter(({ annotations }) => annotations.get(`${webhook}/verdict`) === verdict);
  const holds = (found: readonly AuditEvent[], webhook: string, key: string, value: string) =>
    found.some(({ annotations }) => annotations.get(`${webhook}/${key}`)?.includes(value) === true);
  await check('audit log: a refusal has the verdict, the rule and the mode', () => {
    const denied = verdicts(validatingName, 'denied').filter(({ code }) => code === 403);
    expect(holds(denied, validatingName, 'rule', metricsServerRule), 'no refusal names its rule');
    expect(holds(denied, validatingName, 'mode', 'enforce'), 'no refusal names its mode');
  });
  await check('audit log: kubelet-config too, deletions among them', () => {
    const denied = verdicts(configMapName, 'denied');
    for (const verb of ['update', 'patch', 'delete', 'deletecollection']) {
      expect(
        denied.some((event) => event.verb === verb),
        `no refused ${verb}`,
      );
    }
    expect(holds(denied, configMapName, 'rule', kubeletConfigRule), 'no refusal names its rule');
  });
  await check('audit log: warnings, and what controllers were let write, are told apart', () => {
    expect(verdicts(validatingName, 'warned').length > 0, 'no warning');
    const audited = verdicts(validatingName, 'audited');
    expect(
      audited.some(({ user }) => user.endsWith(':replicaset-controller')),
      'no write of replicaset-controller',
    );
  });
  await check("audit log: an APIService that is not verified is noted, metrics-server's own release has one", () => {
    const audited = verdicts(apiServiceName, 'audited').filter(({ name }) => name === 'v1beta1.metrics.k8s.io');
    expect(holds(audited, apiServiceName, 'rule', 'metrics-apiservice-tls'), 'none');
  });
  await check('audit log: an exemption is named with its reason', () => {
    expect(holds(verdicts(validatingName, 'warned'), validatingName, 'exemption', 'a lab without an approver'), 'none');
  });
  await check('audit log: a clean write has no word of the guard', () => {
    const applied = events.filter(
      ({ verb, name, code }) => verb === 'create' && name === 'metrics-server' && code === 201,
    );
    const clean = applied.filter(
      ({ annotations }) => ![...annotations.keys()].some((key) => key.startsWith(validatingName)),
    );
    expect(clean.length > 0, `all ${applied.length} have one`);
  });
}

function readEvent(event: unknown): AuditEvent {
  const annotations = Object.entries(objectAt(event, 'annotations')).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return {
    verb: textAt(event, 'verb'),
    user: textAt(objectAt(event, 'impersonatedUser'), 'username') || textAt(objectAt(event, 'user'), 'username'),
    name: textAt(objectAt(event, 'objectRef'), 'name'),
    code: Number(Object.entries(objectAt(event, 'responseStatus')).find(([key]) => key === 'code')?.[1] ?? 0),
    annotations: new Map(annotations),
  };
}

function objectAt(value: unknown, key: string): object {
  const found = valueAt(value, key);
  return typeof found === 'object' && found !== null ? found : {};
}

function textAt(value: unknown, key: string): string {
  return String(valueAt(value, key) ?? '');
}

function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

/** The metrics of both sides, and the guard's log, while it runs. */
export async function readTheMetrics({ cluster }: Stage, guard: Guard): Promise<void> {
  const served = await cluster.metrics();
  const samples = (name: string) =>
    served.split('\n').filter((line) => line.startsWith(`apiserver_admission_webhook_${name}`));
  await check("the API server's metrics: the guard was asked, and refused", () => {
    expect(
      samples('rejection_count').some((line) => line.includes('error_type="no_error"')),
      'no rejection was counted',
    );
    expect(
      samples('request_total').some((line) => line.includes(validatingName)),
      'no request was counted',
    );
  });
  await check("the API server's metrics: no error in calling the guard, and none let through by one", () => {
    const failed = [
      ...samples('rejection_count').filter((line) => !line.includes('error_type="no_error"')),
      ...samples('fail_open_count'),
    ];
    expectEqual(
      failed.filter((line) => !line.endsWith(' 0')),
      [],
      'errors',
    );
  });
  await check("the guard's metrics count what was refused, and no failure of its own", async () => {
    const lines = (await guard.metrics()).split('\n').filter((line) => line.startsWith('kubelet_tls_guard_'));
    expect(
      lines.some((line) => line.includes('decision="denied"')),
      'no refusal was counted',
    );
    const failed = lines.filter((line) => /decision="(malformed|failed)"/.test(line) && !line.endsWith(' 0'));
    expectEqual(failed, [], 'failures');
  });
  await check("the guard's log: one JSON object a line, refusals with rule, object and user, no error", () => {
    const lines = guard.program.output().trimEnd().split('\n');
    expectEqual(lines.filter((line) => !isJsonObject(line)).slice(0, 3), [], 'lines that are no JSON');
    const refusals = lines.filter((line) => line.includes('"msg":"refused"') && line.includes('"user":"alice"'));
    const told = (line: string) => line.includes(metricsServerRule) && line.includes('kube-system/metrics-server');
    expect(refusals.some(told), 'no refusal was logged');
    // The broken configuration of an earlier scenario is the one thing to complain of.
    const errors = lines.filter(
      (line) => /"level":"(error|fatal)"/.test(line) && !line.includes('the new configuration'),
    );
    expectEqual(errors.slice(0, 3), [], 'errors');
  });
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
