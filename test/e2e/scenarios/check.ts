/** `check` on a file says beforehand what the webhook, and kubeadm, say of it afterwards. */

import { check, expectEqual } from '../checks.ts';
import { flag, kubeletConfigMap, kubeletConfiguration, texts } from '../manifests.ts';
import { collectionOf, place, remove } from '../objects.ts';
import { type Stage, verdictOf } from '../stage.ts';
import { initFile } from './kubeadm.ts';

/** Exit codes of `check`. */
const [clean, violations] = [0, 1];

interface Row {
  readonly rule: string;
  readonly action: string;
  readonly field: string;
  readonly message: string;
}

function rowsOf(stdout: string): readonly Row[] {
  const report: { readonly rows: readonly Row[] } = JSON.parse(stdout);
  return report.rows;
}

/** Compares `check` with the webhook on maps and manifests, and with kubeadm on its configuration files. */
export async function checkBeforehand(stage: Stage): Promise<void> {
  const { checkFiles, write, release } = stage;
  await check('check: the release of metrics-server is clean, with the flag it is not', async () => {
    expectEqual((await checkFiles([write('release.yaml', release)])).code, clean, 'exit code');
    const insecure = release.replace('- --metric-resolution=15s', `- ${flag}`);
    expectEqual((await checkFiles([write('release-insecure.yaml', insecure)])).code, violations, 'exit code');
  });
  await compareMaps(stage);
  await compareKubeadmFiles(stage);
}

/** The map as kubectl prints it, in each state, against a dry run of creating it. */
async function compareMaps({ cluster, kubectl, checkFiles, write }: Stage): Promise<void> {
  for (const [state, text] of Object.entries(texts)) {
    await check(`check and the webhook agree on a map that says ${state}`, async () => {
      const map = kubeletConfigMap(text);
      await place(cluster, map);
      const printed = await kubectl(['get', 'configmap', 'kubelet-config', '-n', 'kube-system', '-o', 'yaml']);
      await remove(cluster, map);
      const path = `${collectionOf(map)}?dryRun=All`;
      const answer = await cluster.call({ method: 'POST', path, body: map });
      const ran = await checkFiles(['--output=json', write(`map-${state}.yaml`, printed.stdout)]);
      expectEqual(ran.code, verdictOf(answer) === 'refused' ? violations : clean, 'exit code');
      const warned = rowsOf(ran.stdout).filter(({ action }) => action === 'warn');
      expectEqual(warned.length, answer.warnings.length, 'warnings');
    });
  }
}

/** Files for kubeadm: what it makes of the map on a fresh cluster, and what only its own strict validation minds. */
async function compareKubeadmFiles({ cluster, kubeadm, checkFiles, write }: Stage): Promise<void> {
  const on = 'serverTLSBootstrap: true';
  const files: readonly (readonly [
    name: string,
    configuration: readonly string[],
    becomesTrue: boolean,
    strict: boolean,
  ])[] = [
    ['true', [kubeletConfiguration(on)], true, true],
    ['false', [kubeletConfiguration('serverTLSBootstrap: false')], false, true],
    ['no KubeletConfiguration', [], false, true],
    ['an unknown key', [kubeletConfiguration(on, 'noSuchSetting: true')], true, false],
    ['a duplicate key', [kubeletConfiguration(on, 'maxPods: 100', 'maxPods: 200')], true, false],
    ['a duplicate of the key, the last false', [kubeletConfiguration(on, 'serverTLSBootstrap: false')], false, false],
  ];
  for (const [index, [name, configuration, becomesTrue, strict]] of files.entries()) {
    const file = write(`kubeadm-check-${index}.yaml`, initFile(...configuration));
    await check(`check and kubeadm agree on a file with ${name}`, async () => {
      await remove(cluster, kubeletConfigMap(''));
      const ran = await kubeadm(['init', 'phase', 'upload-config', 'kubelet', '--config', file]);
      expectEqual(ran.code, 0, "kubeadm's exit code");
      const { body } = await cluster.call({ path: '/api/v1/namespaces/kube-system/configmaps/kubelet-config' });
      expectEqual(JSON.stringify(body).includes(on), becomesTrue, 'the map says true');
      expectEqual((await checkFiles([file])).code, becomesTrue ? clean : violations, 'exit code of check');
    });
    await check(
      `kubeadm config validate ${strict ? 'accepts' : 'refuses'} ${name}; check ${strict ? 'is silent' : 'warns'}`,
      async () => {
        const ran = await kubeadm(['config', 'validate', '--config', file]);
        expectEqual(ran.code === 0, strict, 'kubeadm accepts it');
        const rows = rowsOf((await checkFiles(['--output=json', file])).stdout);
        const warned = rows.some(({ action }) => action === 'warn');
        expectEqual(warned, !strict, `a warning (rows: ${rows.map(({ message }) => message).join(' / ')})`);
      },
    );
  }
}
