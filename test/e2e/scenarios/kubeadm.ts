/** The real kubeadm writes the map in each of its states; the guard, and `check` on the same file, agree with what it does. */

import { check, expect, expectEqual } from '../checks.ts';
import { kubeletConfigMap, kubeletConfigRule, kubeletConfiguration, texts } from '../manifests.ts';
import { expectRefused, type Stage } from '../stage.ts';
import { readMap, setMap } from './kubelet-config.ts';

/** A file for `kubeadm init --config`. A denied write is tried again until the time for API calls is over, a minute if not said. */
export function initFile(...kubelet: readonly string[]): string {
  const documents = [
    [
      'apiVersion: kubeadm.k8s.io/v1beta4',
      'kind: InitConfiguration',
      'nodeRegistration:',
      '  name: node1',
      '  criSocket: unix:///run/containerd/containerd.sock',
      'timeouts:',
      '  kubernetesAPICall: 1500ms',
    ],
    ['apiVersion: kubeadm.k8s.io/v1beta4', 'kind: ClusterConfiguration', 'kubernetesVersion: v1.36.3'],
  ];
  return [...documents.map((lines) => `${lines.join('\n')}\n`), ...kubelet].join('---\n');
}

const files = {
  true: initFile(kubeletConfiguration('serverTLSBootstrap: true')),
  false: initFile(kubeletConfiguration('serverTLSBootstrap: false')),
  // kubeadm writes its defaults then, which are false.
  none: initFile(),
} as const;
type FileName = keyof typeof files;

const states = { absent: undefined, ...texts } as const;
type State = keyof typeof states;

/** The state of the map, the file given, and whether kubeadm gets its way; a warning where the map does not end up true. */
const writes: readonly (readonly [State, FileName, 'admitted' | 'warned' | 'refused'])[] = [
  ['absent', 'true', 'admitted'],
  ['absent', 'false', 'warned'],
  ['absent', 'none', 'warned'],
  ['true', 'true', 'admitted'],
  ['true', 'false', 'refused'],
  ['true', 'none', 'refused'],
  ['false', 'true', 'admitted'],
  ['false', 'false', 'warned'],
  ['broken', 'true', 'admitted'],
  ['broken', 'false', 'warned'],
];

/** `kubeadm init phase upload-config kubelet` on each state of the map. */
export async function letKubeadmWrite(stage: Stage): Promise<void> {
  const { kubeadm, write } = stage;
  for (const name of ['true', 'false', 'none'] as const) write(`kubeadm-${name}.yaml`, files[name]);
  const upload = (name: FileName) =>
    kubeadm(['init', 'phase', 'upload-config', 'kubelet', '--config', `kubeadm-${name}.yaml`]);
  for (const [state, file, outcome] of writes) {
    const text = states[state];
    await setMap(stage, text === undefined ? undefined : kubeletConfigMap(text));
    await check(`kubeadm upload-config with ${file} over ${state}: ${outcome}`, async () => {
      const ran = await upload(file);
      const golden = state === 'true' ? `kubeadm-${file}` : undefined;
      if (outcome === 'refused') {
        expectRefused(ran, kubeletConfigRule, golden);
        expectEqual(await readMap(stage), text, 'the map afterwards');
        return;
      }
      expectEqual(ran.code, 0, 'exit code');
      const warned = ran.stderr.includes(kubeletConfigRule);
      expectEqual(warned, outcome === 'warned', 'a warning of the guard');
      expectEqual((await readMap(stage))?.includes('serverTLSBootstrap: true'), file === 'true', 'the map says true');
    });
  }
  await setMap(stage);
  await check('kubeadm upload-config twice (POST, then PUT): admitted both times', async () => {
    expectEqual((await upload('true')).code, 0, 'exit code of the first');
    const first = await readMap(stage);
    expectEqual((await upload('true')).code, 0, 'exit code of the second');
    expect(first !== undefined && first === (await readMap(stage)), 'the second run wrote something else');
  });
}
