/** Every way in which kubectl can take serverTLSBootstrap out of kube-system/kubelet-config is refused. */

import { check, expect, expectEqual } from '../checks.ts';
import { kubeletConfigMap, kubeletConfigRule, kubeletConfiguration, texts } from '../manifests.ts';
import { type KubernetesObject, place, remove } from '../objects.ts';
import { expectClean, expectRefused, expectWarned, type Stage } from '../stage.ts';

const collection = '/api/v1/namespaces/kube-system/configmaps';
const map = ['configmap', 'kubelet-config', '-n', 'kube-system'];

/** Puts a map in place past the guard; without one, takes it away. */
export async function setMap({ cluster }: Stage, object?: KubernetesObject): Promise<void> {
  if (object === undefined) await remove(cluster, kubeletConfigMap(''));
  else await place(cluster, object);
}

/** The text that the map holds; undefined if there is no map or no text in it. */
export async function readMap({ cluster }: Stage): Promise<string | undefined> {
  const { body } = await cluster.call({ path: `${collection}/kubelet-config` });
  if (typeof body !== 'object' || body === null || !('data' in body)) return undefined;
  const { data } = body;
  return typeof data === 'object' && data !== null && 'kubelet' in data ? String(data.kubelet) : undefined;
}

function patchOf(kubelet: string): string {
  return JSON.stringify({ data: { kubelet } });
}

interface Attempt {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly golden?: string;
  readonly admin?: boolean;
}

const merge = (patch: object): readonly string[] => ['patch', ...map, '--type=merge', '-p', JSON.stringify(patch)];
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '11111111-2222-3333-4444-555555555555' };

/** The attempts on a map that says true. After each, the map is what it was. */
const attempts: readonly Attempt[] = [
  {
    name: 'edit',
    args: ['edit', ...map],
    env: { KUBE_EDITOR: "sed -i 's/serverTLSBootstrap: true/serverTLSBootstrap: false/'" },
    golden: 'config-edit',
  },
  {
    name: 'edit that takes the line out',
    args: ['edit', ...map],
    env: { KUBE_EDITOR: "sed -i '/serverTLSBootstrap/d'" },
    golden: 'config-edit-out',
  },
  { name: 'merge patch', args: ['patch', ...map, '--type=merge', '-p', patchOf(texts.false)], golden: 'config-patch' },
  { name: 'strategic patch', args: ['patch', ...map, '-p', patchOf(texts.false)] },
  {
    name: 'JSON patch',
    args: [
      'patch',
      ...map,
      '--type=json',
      '-p',
      JSON.stringify([{ op: 'replace', path: '/data/kubelet', value: texts.false }]),
    ],
  },
  { name: 'apply', args: ['apply', '-f', 'false.json'], golden: 'config-apply' },
  { name: 'apply --server-side', args: ['apply', '--server-side', '--force-conflicts', '-f', 'false.json'] },
  { name: 'replace', args: ['replace', '-f', 'false.json'], golden: 'config-replace' },
  { name: 'replace --force', args: ['replace', '--force', '-f', 'false.json'] },
  { name: 'diff', args: ['diff', '-f', 'false.json'] },
  { name: 'patch --dry-run=server', args: ['patch', ...map, '--dry-run=server', '-p', patchOf(texts.false)] },
  { name: 'delete', args: ['delete', ...map], golden: 'config-delete' },
  { name: 'delete --all', args: ['delete', 'configmaps', '--all', '-n', 'kube-system'] },
  {
    name: 'delete by a selector that finds it',
    args: ['delete', 'configmaps', '-n', 'kube-system', '--field-selector=metadata.name=kubelet-config'],
  },
  { name: 'DELETECOLLECTION', args: ['delete', '--raw', collection], golden: 'config-delete-collection' },
  {
    name: 'delete by the garbage collector',
    args: ['delete', ...map, '--as=system:serviceaccount:kube-system:generic-garbage-collector'],
    admin: true,
  },
  {
    name: 'delete by the namespace controller',
    args: ['delete', ...map, '--as=system:serviceaccount:kube-system:namespace-controller'],
    admin: true,
  },
  {
    name: 'an ownerReference, for the garbage collector to act on',
    args: merge({ metadata: { ownerReferences: [owner] } }),
    golden: 'config-owner',
  },
  { name: 'immutable: true', args: merge({ immutable: true }), golden: 'config-immutable' },
  {
    name: 'moving the text to binaryData',
    args: merge({ data: null, binaryData: { kubelet: Buffer.from(texts.true).toString('base64') } }),
    golden: 'config-binary',
  },
  { name: 'taking the key away', args: merge({ data: { kubelet: null } }), golden: 'config-no-key' },
  { name: 'emptying the text', args: merge({ data: { kubelet: '' } }) },
  {
    name: 'a text that kubeadm cannot decode',
    args: merge({ data: { kubelet: texts.broken } }),
    golden: 'config-broken',
  },
  {
    name: 'the feature gate off',
    args: merge({ data: { kubelet: `${texts.true}featureGates:\n  RotateKubeletServerCertificate: false\n` } }),
    golden: 'config-gate',
  },
  { name: 'AllBeta off', args: merge({ data: { kubelet: `${texts.true}featureGates:\n  AllBeta: false\n` } }) },
  {
    name: 'a second, later key that says false',
    args: merge({ data: { kubelet: `${texts.true}"serverTLSBootstrap": false\n` } }),
  },
  {
    name: 'a false behind a line separator in a comment',
    args: merge({ data: { kubelet: `${texts.true}# x\u2028serverTLSBootstrap: false\n` } }),
  },
  { name: 'the same by a cluster administrator', args: ['patch', ...map, '-p', patchOf(texts.false)], admin: true },
];

/** What a map that says true may still become. */
const fine: readonly (readonly [name: string, args: readonly string[], warning?: string])[] = [
  ['a label', ['label', ...map, 'example.com/team=nodes']],
  ['another setting', ['patch', ...map, '-p', patchOf(`${texts.true}maxPods: 200\n`)]],
  [
    'another spelling of true',
    ['patch', ...map, '-p', patchOf(texts.true.replace('TLSBootstrap: true', 'TLSBootstrap: yes'))],
  ],
  ['another key of the map', ['patch', ...map, '-p', '{"data":{"note":"serverTLSBootstrap: false"}}']],
  [
    'a certificate file of its own',
    ['patch', ...map, '-p', patchOf(`${texts.true}tlsCertFile: /a.crt\ntlsPrivateKeyFile: /a.key\n`)],
    'tlsCertFile',
  ],
  ['an open read-only port', ['patch', ...map, '-p', patchOf(`${texts.true}readOnlyPort: 10255\n`)], 'readOnlyPort'],
  [
    'a near miss beside the key',
    ['patch', ...map, '-p', patchOf(`${texts.true}servertlsbootstrap: false\n`)],
    'servertlsbootstrap',
  ],
];

/** What kubectl may and may not do to the map. */
export async function guardTheMap(stage: Stage): Promise<void> {
  const { kubectl, write, cluster } = stage;
  write('false.json', JSON.stringify(kubeletConfigMap(texts.false)));
  const start = kubeletConfigMap(texts.true);
  for (const { name, args, env, golden, admin } of attempts) {
    await setMap(stage, start);
    await check(`kubelet-config, ${name}: refused`, async () => {
      const ran = await kubectl(args, { env: env ?? {}, person: admin === true ? 'admin' : 'alice' });
      expectRefused(ran, kubeletConfigRule, golden);
      expectEqual(await readMap(stage), texts.true, 'the map afterwards');
    });
  }
  await check('kubectl delete --all and DELETECOLLECTION took the other maps of the namespace only', async () => {
    await setMap(stage, start);
    const created = await kubectl(['create', 'configmap', 'bystander', '-n', 'kube-system']);
    expectClean(created);
    const ran = await kubectl(['delete', 'configmaps', '--all', '-n', 'kube-system']);
    expectRefused(ran, kubeletConfigRule);
    expect(ran.stdout.includes('configmap "bystander" deleted'), 'the bystander was not deleted');
  });
  for (const [name, args, warning] of fine) {
    await setMap(stage, start);
    await check(`kubelet-config, ${name}: admitted${warning === undefined ? '' : ' with a warning'}`, async () => {
      const ran = await kubectl(args);
      if (warning === undefined) expectClean(ran);
      else expectWarned(ran, warning);
    });
  }
  await check('a map of that name elsewhere is nobody’s business', async () => {
    const file = write(
      'elsewhere.json',
      JSON.stringify(kubeletConfigMap(texts.false)).replaceAll('kube-system', 'default'),
    );
    expectClean(await kubectl(['create', '-f', file]));
    expectClean(await kubectl(['delete', '-f', file]));
  });
  await liveWithFalse(stage);
  await check('what was refused is still in nobody’s way: the API server answers', async () => {
    expectEqual((await cluster.call({ path: '/readyz' })).status, 200, '/readyz');
  });
}

/** A map that never was true can be written, with a word on how to switch it on; switching it on is silent. */
async function liveWithFalse(stage: Stage): Promise<void> {
  const { kubectl, write } = stage;
  const edited = `${texts.false}maxPods: 200\n`;
  await setMap(stage);
  await check('kubelet-config, a first one that says false: admitted with a warning', async () => {
    const file = write('first.json', JSON.stringify(kubeletConfigMap(texts.false)));
    expectWarned(await kubectl(['create', '-f', file]), kubeletConfigRule, 'config-first-false');
  });
  await check('kubelet-config, a change of what says false: admitted with a warning', async () => {
    expectWarned(await kubectl(['patch', ...map, '-p', patchOf(edited)]), kubeletConfigRule, 'config-still-false');
  });
  await check('kubelet-config, deleting it while it says false: refused', async () => {
    expectRefused(await kubectl(['delete', ...map]), kubeletConfigRule);
  });
  await check('kubelet-config, switching it on: admitted without a word', async () => {
    expectClean(await kubectl(['patch', ...map, '-p', patchOf(texts.true)]));
  });
  await check('kubelet-config, and off again: refused', async () => {
    expectRefused(await kubectl(['patch', ...map, '-p', patchOf(edited)]), kubeletConfigRule);
  });
  await setMap(stage, kubeletConfigMap(texts.broken));
  await check('kubelet-config, labelling one that kubeadm cannot decode: admitted', async () => {
    expectEqual((await kubectl(['label', ...map, 'example.com/team=nodes'])).code, 0, 'exit code');
  });
  await check('kubelet-config, curing it: admitted without a word', async () => {
    expectClean(await kubectl(['patch', ...map, '-p', patchOf(kubeletConfiguration('serverTLSBootstrap: true'))]));
  });
}
