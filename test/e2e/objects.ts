/** Objects by their place in the API, and how a state is put there past the guard. */

import type { Answer } from './api-client.ts';
import type { Cluster } from './cluster.ts';
import { messageOf } from './stage.ts';
import { stagehand } from './webhooks.ts';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
}

/** True for what has the parts that an address is made of. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false;
  if (!('kind' in value && 'apiVersion' in value && 'metadata' in value)) return false;
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata;
}

/** Where objects of this kind are created; only kinds that the guard reads, whose plurals are regular. */
export function collectionOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource = `${kind.toLowerCase()}s`;
  return kind === 'APIService'
    ? `${root}/${resource}`
    : `${root}/namespaces/${metadata.namespace ?? 'default'}/${resource}`;
}

export function pathOf(object: KubernetesObject): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}

const asStagehand = { 'impersonate-user': stagehand, 'impersonate-group': 'system:masters' };

/** Puts an object there in place of the one of its name, without asking the guard. */
export async function place(cluster: Cluster, object: KubernetesObject): Promise<void> {
  await remove(cluster, object);
  demand(await cluster.call({ method: 'POST', path: collectionOf(object), body: object, headers: asStagehand }));
}

/** Takes an object away, whatever holds it, without asking the guard. */
export async function remove(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const path = pathOf(object);
  await cluster.call({
    method: 'PATCH',
    path,
    body: { metadata: { finalizers: null } },
    headers: { ...asStagehand, 'content-type': 'application/merge-patch+json' },
  });
  const gone = await cluster.call({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0`, headers: asStagehand });
  if (gone.status !== 404) demand(gone);
}

function demand({ status, body }: Answer): void {
  if (status >= 300) throw new Error(`setting the stage was answered by ${status}: ${messageOf(body)}`);
}
