/** A refusal as a program sees it: the Status that @kubernetes/client-node gets, with its causes and field paths. */

import { ApiException, AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { check, expect, expectEqual } from '../checks.ts';
import { flag, image, kubeletConfigMap, metricsServerRule, texts } from '../manifests.ts';
import type { Stage } from '../stage.ts';
import { setMap } from './kubelet-config.ts';

/** Writes through the typed client. */
export async function writeByClientNode(stage: Stage): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(stage.cluster.kubeconfig('alice'));
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);
  const deployment = (args: readonly string[]) => ({
    metadata: { name: 'by-client-node' },
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: {
        metadata: { labels: { app: 'x' } },
        spec: { containers: [{ name: 'metrics-server', image, args: [...args] }] },
      },
    },
  });
  await check('client-node: a clean Deployment is created', async () => {
    await apps.createNamespacedDeployment({ namespace: 'default', body: deployment(['--cert-dir=/tmp']) });
  });
  await check('client-node: a flagged one is refused with code, reason and the path of the argument', async () => {
    const refused = apps.replaceNamespacedDeployment({
      namespace: 'default',
      name: 'by-client-node',
      body: deployment(['--cert-dir=/tmp', flag]),
    });
    const status = await statusOf(refused);
    expectEqual([status.code, status.reason], [403, 'Forbidden'], 'code and reason');
    expectEqual(status.details?.causes?.[0]?.reason, metricsServerRule, "the cause's reason");
    expectEqual(status.details?.causes?.[0]?.field, 'spec.template.spec.containers[0].args[1]', "the cause's field");
  });
  await check('client-node: kubelet-config cannot be deleted', async () => {
    await setMap(stage, kubeletConfigMap(texts.true));
    const status = await statusOf(core.deleteNamespacedConfigMap({ namespace: 'kube-system', name: 'kubelet-config' }));
    expectEqual([status.code, status.reason], [403, 'Forbidden'], 'code and reason');
  });
  await check('client-node: nor with the collection', async () => {
    const status = await statusOf(core.deleteCollectionNamespacedConfigMap({ namespace: 'kube-system' }));
    expectEqual([status.code, status.reason], [403, 'Forbidden'], 'code and reason');
  });
}

interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string }[] };
}

async function statusOf(call: Promise<unknown>): Promise<Status> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const body: unknown = error.body;
    // The API server answers refusals by a metav1.Status; the client hands over its text.
    return typeof body === 'string' ? JSON.parse(body) : (body as Status);
  }
  expect(false, 'the write was expected to be refused');
  return {};
}
