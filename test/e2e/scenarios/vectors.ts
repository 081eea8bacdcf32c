/** What the real programs make of each vector is what the guard says of it through the API server. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../api-client.ts';
import { check, expectEqual } from '../checks.ts';
import { kubeletConfigMap, texts, workload } from '../manifests.ts';
import { messageOf, type Stage, verdictOf } from '../stage.ts';
import { setMap } from './kubelet-config.ts';

/** What metrics-server v0.9.0 makes of an argument list. */
interface ArgvVector {
  readonly name: string;
  readonly argv: readonly string[];
  readonly result: 'secure' | 'insecure' | 'crash' | 'exit';
}

/** What kubeadm v1.36.3 makes of a text. */
interface TextVector {
  readonly name: string;
  readonly input: string;
  readonly kubeadm: 'true' | 'false' | 'error' | 'unstable';
}

/** It decodes to true, but the kubelet would not start with it (k8s.io/kubernetes pkg/kubelet/apis/config/validation). */
const gateOff = /^ *(RotateKubeletServerCertificate|AllBeta): *false/m;

function read<Vector>(file: string): readonly Vector[] {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../fixtures/vectors/${file}`, import.meta.url)), 'utf8'));
}

/** Sends all vectors as dry runs, many at a time; each is a check of its own. */
export async function sendVectors(stage: Stage): Promise<void> {
  const { cluster } = stage;
  const argv = read<ArgvVector>('metrics-server-argv.json');
  await inParallel(argv, async (vector, index) => {
    const object = workload('Deployment', { name: `argv-${index}`, namespace: 'default' }, { args: vector.argv });
    const path = '/apis/apps/v1/namespaces/default/deployments?dryRun=All';
    const answer = await cluster.call({ method: 'POST', path, body: object });
    await compare(`arguments, ${vector.name}: ${vector.result}`, answer, vector.result !== 'insecure');
  });
  await setMap(stage, kubeletConfigMap(texts.true));
  await inParallel(read<TextVector>('kubelet-config.json'), async (vector) => {
    const path = '/api/v1/namespaces/kube-system/configmaps/kubelet-config?dryRun=All';
    const answer = await cluster.call({ method: 'PUT', path, body: kubeletConfigMap(vector.input) });
    const admitted = vector.kubeadm === 'true' && !gateOff.test(vector.input);
    await compare(`kubelet configuration, ${vector.name}: ${vector.kubeadm}`, answer, admitted);
  });
}

async function compare(name: string, answer: Answer, admitted: boolean): Promise<void> {
  await check(name, () => {
    const verdict = verdictOf(answer);
    const more = verdict === 'admitted' ? '' : ` (${messageOf(answer.body)})`;
    expectEqual(verdict + (admitted ? more : ''), admitted ? 'admitted' : 'refused', 'verdict');
  });
}

/** Calls `send` for each item, eight at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  send: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const workers = Array.from({ length: 8 }, async () => {
    for (const [index, item] of rest) await send(item, index);
  });
  await Promise.all(workers);
}
