/** Registered for everything, the guard stands in the way of nothing but what its rules are about. */

import { check, expectEqual } from '../checks.ts';
import type { Guard } from '../guard.ts';
import {
  flag,
  kubeletConfigMap,
  kubeletConfigRule,
  list,
  metricsServerRule,
  namespace,
  pod,
  texts,
  workload,
} from '../manifests.ts';
import { expectClean, expectRefused, type Stage } from '../stage.ts';
import { registerForEverything, registerValidating } from '../webhooks.ts';
import { setMap } from './kubelet-config.ts';

const at = ['-n', 'everything'];
const deployment = ['deployment', 'idle', ...at];
const node = JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1' } });
const lease = JSON.stringify({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'node1', namespace: 'everything' },
});

const eviction = JSON.stringify({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name: 'web', namespace: 'everything' },
});
const web = pod({ name: 'web', namespace: 'everything' }, { name: 'web', image: 'registry.example/web:1' });

/** Kinds, subresources and operations that no rule is about. */
const writes: readonly (readonly [name: string, args: readonly string[], stdin?: string])[] = [
  ['a Node', ['create', '-f', '-'], node],
  [
    'its status',
    ['patch', 'node', 'node1', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Running"}}'],
  ],
  ['a Lease', ['create', '-f', '-'], lease],
  ['a service account', ['create', 'serviceaccount', 'someone', ...at]],
  ['a token (a subresource with a kind of its own)', ['create', 'token', 'someone', ...at]],
  ['an access review', ['auth', 'can-i', 'create', 'pods']],
  ['a role', ['create', 'role', 'reader', '--verb=get', '--resource=pods', ...at]],
  ['scaling', ['scale', ...deployment, '--replicas=2']],
  [
    'scaling by the subresource',
    ['patch', ...deployment, '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":3}}'],
  ],
  ['a status', ['patch', ...deployment, '--subresource=status', '--type=merge', '-p', '{"status":{"replicas":1}}']],
  ['an eviction', ['create', '--raw', '/api/v1/namespaces/everything/pods/web/eviction', '-f', '-'], eviction],
  ['deleting a workload', ['delete', ...deployment]],
  ['deleting by the collection', ['delete', '--raw', '/api/v1/namespaces/everything/configmaps']],
  ['deleting a node', ['delete', 'node', 'node1']],
];

/** Registers the guard far too widely, and puts the right registration back. */
export async function standInNobodysWay(stage: Stage, guard: Guard): Promise<void> {
  const { cluster, kubectl, write } = stage;
  const idle = workload(
    'Deployment',
    { name: 'idle', namespace: 'everything' },
    { name: 'idle', image: 'registry.example/idle:1' },
  );
  expectClean(await kubectl(['create', '-f', write('everything.json', list(namespace('everything'), idle, web))]));
  await setMap(stage, kubeletConfigMap(texts.true));
  await registerForEverything(cluster, guard.endpoint);
  for (const [name, args, stdin] of writes) {
    await check(`registered for everything, ${name}: works`, async () => {
      const ran = await kubectl(args, stdin === undefined ? {} : { stdin });
      expectEqual(ran.code, 0, 'exit code');
    });
  }
  await check('registered for everything, its rules hold as before', async () => {
    const flagged = pod({ name: 'flagged', namespace: 'everything' }, { args: [flag] });
    expectRefused(await kubectl(['create', '-f', write('flagged.json', JSON.stringify(flagged))]), metricsServerRule);
    expectRefused(await kubectl(['delete', 'configmap', 'kubelet-config', '-n', 'kube-system']), kubeletConfigRule);
  });
  await registerValidating(cluster, guard.endpoint);
}
