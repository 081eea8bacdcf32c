/** Children are admitted from Kubernetes' own controllers, and from nobody who only says to be one. */

import { check, expectEqual } from '../checks.ts';
import { flag, job, metricsServerRule, type Owner, pod, workload } from '../manifests.ts';
import { expectClean, expectRefused, type Stage } from '../stage.ts';

const flagged = { args: [flag] };
const owner = (apiVersion: string, kind: string): Owner => ({ apiVersion, kind, name: 'metrics-server' });

type Make = (name: string, owner?: Owner) => object;
const makePod: Make = (name, owner) => pod({ name, namespace: 'default', ...(owner && { owner }) }, flagged);
const makeReplicaSet: Make = (name, owner) =>
  workload('ReplicaSet', { name, namespace: 'default', ...(owner && { owner }) }, flagged);
const makeJob: Make = (name, owner) => job({ name, namespace: 'default', ...(owner && { owner }) }, flagged);

const children: readonly (readonly [kind: string, make: Make, owner: Owner, controller: string])[] = [
  ['ReplicaSet', makeReplicaSet, owner('apps/v1', 'Deployment'), 'deployment-controller'],
  ['Pod', makePod, owner('apps/v1', 'ReplicaSet'), 'replicaset-controller'],
  ['Pod', makePod, owner('v1', 'ReplicationController'), 'replication-controller'],
  ['Pod', makePod, owner('apps/v1', 'StatefulSet'), 'statefulset-controller'],
  ['Pod', makePod, owner('apps/v1', 'DaemonSet'), 'daemon-set-controller'],
  ['Pod', makePod, owner('batch/v1', 'Job'), 'job-controller'],
  ['Job', makeJob, owner('batch/v1', 'CronJob'), 'cronjob-controller'],
];

/** Each controller by its own identity and its real RBAC role; then who has only one half of what makes a controller's write. */
export async function admitControllers({ kubectl, write }: Stage): Promise<void> {
  const create = (name: string, object: object, as: readonly string[] = []) =>
    kubectl(
      ['create', '-f', write(`${name}.json`, JSON.stringify(object)), ...as],
      as.length > 0 ? { person: 'admin' } : {},
    );
  // The one account that all controllers share where they have none of their own.
  const shared = ['--as=system:kube-controller-manager', '--as-group=system:masters'];
  for (const [kind, make, owner, controller] of children) {
    const as = [`--as=system:serviceaccount:kube-system:${controller}`];
    const name = `${kind}-${controller}`.toLowerCase();
    await check(`a ${kind} of a ${owner.kind} by ${controller} is admitted without a word`, async () => {
      expectClean(await create(name, make(name, owner), as));
    });
    await check(`a ${kind} of a ${owner.kind} by system:kube-controller-manager is admitted`, async () => {
      expectClean(await create(`${name}-shared`, make(`${name}-shared`, owner), shared));
    });
    await check(`a ${kind} that says to be a ${owner.kind}'s by a person is refused`, async () => {
      expectRefused(await create(`${name}-person`, make(`${name}-person`, owner)), metricsServerRule);
    });
    await check(`a ${kind} without an owner by ${controller} is refused`, async () => {
      expectRefused(await create(`${name}-orphan`, make(`${name}-orphan`), as), metricsServerRule);
    });
  }
  const set = ['replicaset', 'replicaset-deployment-controller'];
  const patch = [
    '--type=merge',
    '-p',
    '{"spec":{"template":{"metadata":{"annotations":{"example.com/restarted":"now"}}}}}',
  ];
  const worse = [
    '--type=json',
    '-p',
    `[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"second","image":"registry.k8s.io/metrics-server/metrics-server:v0.9.0","args":["${flag}"]}}]`,
  ];
  await check('an update of the ReplicaSet by deployment-controller is admitted, a worse one too', async () => {
    const as = ['--as=system:serviceaccount:kube-system:deployment-controller'];
    expectClean(await kubectl(['patch', ...set, ...patch, ...as], { person: 'admin' }));
    expectClean(await kubectl(['patch', ...set, ...worse, ...as], { person: 'admin' }));
  });
  await check('bringing the flag into a ReplicaSet by hand is refused', async () => {
    const fine = workload(
      'ReplicaSet',
      { name: 'by-hand', namespace: 'default', owner: owner('apps/v1', 'Deployment') },
      {},
    );
    expectClean(await create('by-hand', fine));
    expectRefused(await kubectl(['patch', 'replicaset', 'by-hand', ...worse]), metricsServerRule, 'replicaset');
  });
  await admitMirrorPods({ create });
  await check('pods and sets that have the flag can be deleted', async () => {
    const ran = await kubectl(['delete', 'replicasets,jobs,pods', '--all', '--grace-period=0', '--force']);
    expectEqual(ran.code, 0, 'exit code');
  });
}

/** The kubelet reports a static pod by writing its mirror; the annotation alone proves nothing. */
async function admitMirrorPods({
  create,
}: {
  create: (name: string, object: object, as?: readonly string[]) => ReturnType<Stage['kubectl']>;
}): Promise<void> {
  const annotations = { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file' };
  const mirror = (name: string) => pod({ name, namespace: 'default', annotations }, flagged, { nodeName: 'node1' });
  const node = (name: string) => [`--as=system:node:${name}`, '--as-group=system:nodes', '--as-group=system:masters'];
  await check('a mirror pod by its own kubelet is admitted', async () => {
    expectClean(await create('mirror', mirror('mirror'), node('node1')));
  });
  await check("another node's kubelet is refused", async () => {
    expectRefused(await create('mirror-2', mirror('mirror-2'), node('node2')), metricsServerRule);
  });
  await check('a person who writes the annotation is refused', async () => {
    expectRefused(await create('mirror-3', mirror('mirror-3')), metricsServerRule);
  });
}
