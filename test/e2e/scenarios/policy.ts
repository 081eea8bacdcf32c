/** What an administrator decides takes effect while the guard runs: exemptions, a rehearsal, and a file that is broken. */

import { check, expect, expectEqual } from '../checks.ts';
import type { Guard } from '../guard.ts';
import {
  flag,
  kubeletConfigMap,
  kubeletConfigRule,
  metricsServerRule,
  namespace,
  pod,
  texts,
  workload,
} from '../manifests.ts';
import { waitUntil } from '../processes.ts';
import { expectClean, expectRefused, expectWarned, type Stage } from '../stage.ts';
import { waitForCanary } from '../webhooks.ts';
import { setMap } from './kubelet-config.ts';

const flagged = { args: [flag] };
const answered = { owner: 'team nodes', reason: 'a lab without an approver', expires: '2099-12-31' };
const exemptions = [
  { rule: metricsServerRule, namespaces: ['lab'], names: ['metrics-server'], ...answered },
  { rule: kubeletConfigRule, users: ['kubernetes-admin'], ...answered },
];

/** Changes the configuration of the running guard, and puts the default back. */
export async function decide(stage: Stage, guard: Guard): Promise<void> {
  const { kubectl, write } = stage;
  expectClean(await kubectl(['create', '-f', write('lab.json', JSON.stringify(namespace('lab')))]));
  const create = (object: object, ...more: readonly string[]) =>
    kubectl(['create', '-f', write('lab.json', JSON.stringify(object)), ...more]);
  const deployment = (name: string) => workload('Deployment', { name, namespace: 'lab' }, flagged);
  guard.configure({ exemptions });
  await waitUntil('the exemptions to be in force', 30, async () => {
    return (await create(deployment('metrics-server'), '--dry-run=server')).code === 0;
  });
  await check('an exempted Deployment is admitted with a warning that says until when', async () => {
    expectWarned(await create(deployment('metrics-server')), 'exempt until 2099-12-31', 'exempt');
  });
  await check(
    'a child of the exempted Deployment is admitted from its controller, and from nobody who only says so',
    async () => {
      const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'metrics-server' };
      const child = workload('ReplicaSet', { name: 'metrics-server-1', namespace: 'lab', owner }, flagged);
      expectRefused(await create(child), metricsServerRule);
      const file = write('child.json', JSON.stringify(child));
      const as = '--as=system:serviceaccount:kube-system:deployment-controller';
      expectEqual((await kubectl(['create', '-f', file, as], { person: 'admin' })).code, 0, 'exit code');
    },
  );
  await check('another one in that namespace is refused', async () => {
    expectRefused(await create(deployment('metrics-server-2')), metricsServerRule);
  });
  await setMap(stage, kubeletConfigMap(texts.true));
  const patch = ['patch', 'configmap', 'kubelet-config', '-n', 'kube-system', '--dry-run=server', '-p'];
  const off = JSON.stringify({ data: { kubelet: texts.false } });
  await check('an exemption for a user counts for that user only', async () => {
    expectWarned(await kubectl([...patch, off], { person: 'kubernetes-admin' }), 'exempt until');
    expectRefused(await kubectl([...patch, off]), kubeletConfigRule);
  });

  guard.configure({ rehearsal: true });
  await waitForCanary(stage.cluster, 'admitted');
  await check('a rehearsal refuses nothing and says what it would refuse', async () => {
    expectWarned(await create(pod({ name: 'rehearsed', namespace: 'lab' }, flagged)), 'would be refused', 'rehearsal');
    expectWarned(await kubectl([...patch, off]), kubeletConfigRule);
    const gone = ['delete', 'configmap', 'kubelet-config', '-n', 'kube-system', '--dry-run=server'];
    expectWarned(await kubectl(gone), kubeletConfigRule, 'rehearsal-delete');
  });

  guard.configure({});
  await waitForCanary(stage.cluster, 'refused');
  guard.configure({ rehearsal: 'perhaps' });
  await check('a broken configuration leaves the old one in force, and /readyz?verbose says so', async () => {
    await waitUntil('/readyz to tell', 30, async () => (await readiness(guard)).includes('[-]configuration failed'));
    expectEqual((await guard.read('/readyz')).status, 200, '/readyz');
    expectRefused(await create(deployment('metrics-server-3')), metricsServerRule);
  });
  guard.configure({});
  await check('and mending it mends that', async () => {
    await waitUntil('/readyz to be content', 30, async () => (await readiness(guard)).includes('[+]configuration ok'));
    expect(guard.program.ended() === undefined, 'the guard ended');
  });
}

async function readiness(guard: Guard): Promise<string> {
  return (await guard.read('/readyz?verbose')).body;
}
