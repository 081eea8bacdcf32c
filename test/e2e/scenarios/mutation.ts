/** With mutation on, a write arrives without the flag and with its line, and what must not be changed is not. */

import { check, expect, expectEqual, expectGolden } from '../checks.ts';
import type { Guard } from '../guard.ts';
import {
  flag,
  kubeletConfigMap,
  kubeletConfigRule,
  kubeletConfiguration,
  metricsServerRule,
  namespace,
  pod,
  texts,
  workload,
} from '../manifests.ts';
import { expectClean, expectRefused, expectWarned, type Stage, transcriptOf } from '../stage.ts';
import { registerMutating, unregister, waitForCanary } from '../webhooks.ts';
import { readMap, setMap } from './kubelet-config.ts';

const rules = { [metricsServerRule]: { mutate: true }, [kubeletConfigRule]: { mutate: true } };
const args = ['--cert-dir=/tmp', flag, '--metric-resolution=15s'];

/** Registers `/mutate`, switches the fixes on, and takes both back. */
export async function repair(stage: Stage, guard: Guard): Promise<void> {
  guard.configure({ rules });
  await registerMutating(stage.cluster, guard.endpoint);
  await waitForCanary(stage.cluster, 'admitted');
  await repairWorkloads(stage);
  await repairTheMap(stage);
  await unregister(stage.cluster, 'mutatingwebhookconfigurations');
  guard.configure({});
  await waitForCanary(stage.cluster, 'refused');
}

async function repairWorkloads({ kubectl, write }: Stage): Promise<void> {
  const at = ['-n', 'mended'];
  const argsOf = async (...name: readonly string[]) =>
    (await kubectl(['get', ...name, ...at, '-o', 'jsonpath={..containers[0].args}'])).stdout;
  const create = (object: object, as: readonly string[] = []) =>
    kubectl(
      ['create', '-f', write('mended.json', JSON.stringify(object)), ...as],
      as.length > 0 ? { person: 'admin' } : {},
    );
  expectClean(await create(namespace('mended')));
  const metadata = { name: 'metrics-server', namespace: 'mended' };
  const file = write('flagged.json', JSON.stringify(workload('Deployment', metadata, { args })));
  await check('mutation: kubectl apply of a flagged Deployment arrives without the flag, with a warning', async () => {
    const ran = await kubectl(['apply', '-f', file]);
    expectWarned(ran, flag, 'mutate-apply');
    expectEqual(
      await argsOf('deployment', 'metrics-server'),
      JSON.stringify(args.filter((arg) => arg !== flag)),
      'args',
    );
  });
  await check('mutation: applying it again changes nothing more', async () => {
    expectWarned(await kubectl(['apply', '-f', file]), flag);
    expectEqual(
      await argsOf('deployment', 'metrics-server'),
      JSON.stringify(args.filter((arg) => arg !== flag)),
      'args',
    );
  });
  await check('mutation: a pod is mended when it is created', async () => {
    expectWarned(await create(pod({ name: 'bare', namespace: 'mended' }, { args })), flag);
    expect(!(await argsOf('pod', 'bare')).includes(flag), 'the flag is there');
  });
  await check('mutation: what a controller writes is left as it is', async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'metrics-server' };
    const child = workload('ReplicaSet', { name: 'child', namespace: 'mended', owner }, { args });
    expectClean(await create(child, ['--as=system:serviceaccount:kube-system:deployment-controller']));
    expect((await argsOf('replicaset', 'child')).includes(flag), 'the flag is gone');
  });
  await check('mutation: a bare ReplicaSet is not mended but refused', async () => {
    expectRefused(
      await create(workload('ReplicaSet', { name: 'bare', namespace: 'mended' }, { args })),
      metricsServerRule,
    );
  });
}

async function repairTheMap(stage: Stage): Promise<void> {
  const { kubectl, kubeadm, write } = stage;
  const map = ['configmap', 'kubelet-config', '-n', 'kube-system'];
  const patch = (kubelet: string) => kubectl(['patch', ...map, '-p', JSON.stringify({ data: { kubelet } })]);
  const line = 'serverTLSBootstrap: true\n';
  await setMap(stage, kubeletConfigMap(texts.true));
  await check('mutation: a kubelet-config write that loses the line gets it back', async () => {
    const lost = texts.true.replace(line, 'maxPods: 200\n');
    expectWarned(await patch(lost), 'serverTLSBootstrap', 'mutate-config');
    const text = (await readMap(stage)) ?? '';
    expect(text.includes(line) && text.replace(line, '') === lost, `the map holds ${JSON.stringify(text)}`);
  });
  await check('mutation: a false becomes true in its place, and nothing else changes', async () => {
    expectWarned(await patch(texts.true.replace('TLSBootstrap: true', 'TLSBootstrap: false')), 'serverTLSBootstrap');
    expectEqual(await readMap(stage), texts.true, 'the map');
  });
  await check('mutation: kubeadm with false over true has its write mended', async () => {
    const ran = await kubeadm(['init', 'phase', 'upload-config', 'kubelet', '--config', 'kubeadm-false.yaml']);
    expectEqual(ran.code, 0, 'exit code');
    expectGolden('e2e-mutate-kubeadm.txt', transcriptOf(ran));
    expect((await readMap(stage))?.includes(line) === true, 'the map does not say true');
  });
  await check('mutation: deleting the map is refused all the same', async () => {
    expectRefused(await kubectl(['delete', ...map]), kubeletConfigRule);
  });
  await check('mutation: what was off is not switched on', async () => {
    await setMap(stage, kubeletConfigMap(texts.false));
    expectWarned(await patch(`${texts.false}maxPods: 200\n`), kubeletConfigRule);
    expectEqual(await readMap(stage), `${texts.false}maxPods: 200\n`, 'the map');
    await setMap(stage);
    const first = kubeletConfiguration('maxPods: 200');
    const file = write('first.json', JSON.stringify(kubeletConfigMap(first)));
    expectEqual((await kubectl(['create', '-f', file])).code, 0, 'exit code');
    expectEqual(await readMap(stage), first, 'the map');
  });
}
