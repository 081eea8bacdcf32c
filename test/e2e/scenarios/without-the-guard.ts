/** A cluster lives on without the guard: what it is not asked about passes, what it is asked about waits. */

import { check, expect, expectEqual } from '../checks.ts';
import type { Guard } from '../guard.ts';
import { kubeletConfigMap, texts, workload } from '../manifests.ts';
import { expectClean, type Stage } from '../stage.ts';
import { configMapName, unregister, validatingName, waitForCanary } from '../webhooks.ts';
import { setMap } from './kubelet-config.ts';

/** The guard stops; nothing that it was not asked about notices. */
export async function liveWithoutTheGuard(stage: Stage, guard: Guard): Promise<void> {
  const { cluster, kubectl, write } = stage;
  await setMap(stage, kubeletConfigMap(texts.true));
  const idle = workload(
    'Deployment',
    { name: 'idle', namespace: 'default' },
    { name: 'idle', image: 'registry.example/idle:1' },
  );
  const file = write('idle.json', JSON.stringify(idle));
  expectClean(await kubectl(['create', '-f', file]));
  await check('SIGTERM ends the guard with exit code 0', async () => {
    expectEqual(await guard.program.stop(), 'exit 0', 'its end');
  });
  const unrelated: readonly (readonly [string, readonly string[]])[] = [
    ['a ConfigMap elsewhere', ['create', 'configmap', 'unrelated']],
    ['another ConfigMap of kube-system', ['create', 'configmap', 'unrelated', '-n', 'kube-system']],
    ['a Service', ['create', 'service', 'clusterip', 'unrelated', '--tcp=80']],
    ['a Namespace', ['create', 'namespace', 'unrelated']],
    ['scaling', ['scale', 'deployment', 'idle', '--replicas=2']],
    [
      'a status',
      ['patch', 'deployment', 'idle', '--subresource=status', '--type=merge', '-p', '{"status":{"replicas":1}}'],
    ],
    ['deleting a workload', ['delete', 'deployment', 'idle']],
    ['reading', ['get', 'deployments', '-A']],
  ];
  for (const [name, args] of unrelated) {
    await check(`without the guard, ${name}: works`, async () => expectClean(await kubectl(args)));
  }
  await check(
    'without the guard, a write that it would be asked about waits for it (failurePolicy: Fail)',
    async () => {
      const ran = await kubectl(['create', '-f', file]);
      expect(
        ran.code !== 0 && ran.stderr.includes(`failed calling webhook "${validatingName}"`),
        'it was not held back',
      );
      const patch = [
        'patch',
        'configmap',
        'kubelet-config',
        '-n',
        'kube-system',
        '-p',
        JSON.stringify({ data: { kubelet: texts.false } }),
      ];
      const map = await kubectl(patch);
      expect(
        map.code !== 0 && map.stderr.includes(`failed calling webhook "${configMapName}"`),
        'it was not held back',
      );
    },
  );
  await check('taking its registration away opens the cluster again', async () => {
    await unregister(cluster, 'validatingwebhookconfigurations');
    await waitForCanary(cluster, 'admitted');
    expectClean(await kubectl(['create', '-f', file]));
  });
}
