/** How the guard is registered with the API server, and when that registration is in force. */

import type { Cluster } from './cluster.ts';
import { waitUntil } from './processes.ts';

/** Where a guard listens and by which CA its certificate is to be checked. */
export interface Endpoint {
  readonly url: string;
  readonly caBundle: string;
}

export const validatingName = 'validate.kubelet-tls-guard.io';
export const configMapName = 'kubelet-config.kubelet-tls-guard.io';
export const apiServiceName = 'apiservice.kubelet-tls-guard.io';
const configuration = 'kubelet-tls-guard';
const admission = '/apis/admissionregistration.k8s.io/v1';

const workloads = [
  { apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers'] },
  { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'] },
  { apiGroups: ['batch'], apiVersions: ['v1'], resources: ['jobs', 'cronjobs'] },
];
const written = ['CREATE', 'UPDATE'];

/**
 * The map by its name, wherever the request carries it: `request.name` is empty on DELETECOLLECTION
 * (k8s.io/apiserver pkg/endpoints/handlers/delete.go), and there is no object on DELETE.
 */
const kubeletConfigOnly = {
  name: 'kubelet-config-only',
  expression:
    "(request.operation == 'DELETE' ? oldObject : object).metadata.?name.orValue('').startsWith('kubelet-config')",
};

/** Who may write past the guard: it puts the state in place that a check starts from. No real registration has such a hole. */
export const stagehand = 'stagehand';
const notTheStagehand = { name: 'not-the-stagehand', expression: `request.userInfo.username != '${stagehand}'` };

interface Scope {
  readonly rules: readonly object[];
  readonly namespaceSelector?: object;
  readonly matchConditions?: readonly object[];
}

function webhook(name: string, endpoint: Endpoint, path: string, scope: Scope): object {
  return {
    name,
    clientConfig: { url: `${endpoint.url}${path}`, caBundle: Buffer.from(endpoint.caBundle).toString('base64') },
    sideEffects: 'NoneOnDryRun',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 3,
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    ...scope,
    matchConditions: [notTheStagehand, ...(scope.matchConditions ?? [])],
  };
}

function workloadWebhook(endpoint: Endpoint, path: string): object {
  return webhook(validatingName, endpoint, path, {
    rules: workloads.map((rule) => ({ ...rule, operations: written, scope: 'Namespaced' })),
  });
}

function configMapWebhook(endpoint: Endpoint, path: string, operations: readonly string[]): object {
  return webhook(configMapName, endpoint, path, {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    matchConditions: [kubeletConfigOnly],
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations, scope: 'Namespaced' }],
  });
}

function apiServiceWebhook(endpoint: Endpoint): object {
  const rule = { apiGroups: ['apiregistration.k8s.io'], apiVersions: ['v1'], resources: ['apiservices'] };
  return webhook(apiServiceName, endpoint, '/validate', {
    rules: [{ ...rule, operations: written, scope: 'Cluster' }],
  });
}

/** Registers a guard's `/validate` and waits until the API server asks it. */
export async function registerValidating(cluster: Cluster, endpoint: Endpoint): Promise<void> {
  await write(cluster, 'validatingwebhookconfigurations', {
    kind: 'ValidatingWebhookConfiguration',
    webhooks: [
      workloadWebhook(endpoint, '/validate'),
      configMapWebhook(endpoint, '/validate', [...written, 'DELETE']),
      apiServiceWebhook(endpoint),
    ],
  });
  await waitForCanary(cluster, 'refused');
  await waitUntil('a wider registration to be gone', 30, async () => !(await isAsked(cluster, wideName)));
}

/** Registers a guard's `/mutate`. */
export async function registerMutating(cluster: Cluster, endpoint: Endpoint): Promise<void> {
  await write(cluster, 'mutatingwebhookconfigurations', {
    kind: 'MutatingWebhookConfiguration',
    webhooks: [workloadWebhook(endpoint, '/mutate'), configMapWebhook(endpoint, '/mutate', written)],
  });
}

const wideName = 'everything.kubelet-tls-guard.io';

/** Registers a guard for every request of every kind, as nobody should, and waits until the API server asks it. */
export async function registerForEverything(cluster: Cluster, endpoint: Endpoint): Promise<void> {
  const everything = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'], scope: '*' };
  await write(cluster, 'validatingwebhookconfigurations', {
    kind: 'ValidatingWebhookConfiguration',
    webhooks: [webhook(wideName, endpoint, '/validate', { rules: [everything] })],
  });
  await waitUntil('the webhook to be asked about everything', 30, () => isAsked(cluster, wideName));
}

/** Whether the API server asks a webhook about a canary, by its own count. */
async function isAsked(cluster: Cluster, webhook: string): Promise<boolean> {
  const count = async () => {
    const lines = (await cluster.metrics()).split('\n').filter((line) => line.includes(`name="${webhook}"`));
    return lines.filter((line) => line.startsWith('apiserver_admission_webhook_request_total')).join();
  };
  const before = await count();
  await sendCanary(cluster);
  return before !== (await count());
}

/** Takes a registration away; `waitForCanary` tells when that has taken effect. */
export async function unregister(
  cluster: Cluster,
  resource: 'validatingwebhookconfigurations' | 'mutatingwebhookconfigurations',
): Promise<void> {
  const { status, body } = await cluster.call({ method: 'DELETE', path: `${admission}/${resource}/${configuration}` });
  if (status >= 300) throw new Error(`unregistering was answered by ${JSON.stringify(body)}`);
}

/**
 * Waits until a flagged Deployment, sent as a dry run, has this outcome: a change of the registration or of the guard's configuration
 * takes effect after a moment only.
 */
export async function waitForCanary(cluster: Cluster, outcome: 'admitted' | 'refused'): Promise<void> {
  const status = outcome === 'admitted' ? 201 : 403;
  await waitUntil(`a canary to be ${outcome}`, 30, async () => (await sendCanary(cluster)).status === status);
}

async function write(cluster: Cluster, resource: string, body: object): Promise<void> {
  const answer = await cluster.call({
    method: 'PATCH',
    path: `${admission}/${resource}/${configuration}?fieldManager=e2e&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: configuration }, ...body },
  });
  if (answer.status >= 300) throw new Error(`registering was answered by ${JSON.stringify(answer.body)}`);
}

async function sendCanary(cluster: Cluster) {
  const labels = { app: 'canary' };
  const containers = [
    {
      name: 'metrics-server',
      image: 'registry.k8s.io/metrics-server/metrics-server:v0.9.0',
      args: ['--kubelet-insecure-tls'],
    },
  ];
  return cluster.call({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/default/deployments?dryRun=All',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'canary' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    },
  });
}
