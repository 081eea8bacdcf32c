/** The objects that scenarios write: small, and each flagged or not by its arguments alone. */

import type { KubernetesObject } from './objects.ts';

export const flag = '--kubelet-insecure-tls';
export const image = 'registry.k8s.io/metrics-server/metrics-server:v0.9.0';
export const metricsServerRule = 'metrics-server-kubelet-tls';
export const kubeletConfigRule = 'kubelet-config-server-tls-bootstrap';

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly owner?: Owner;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

function metadataOf({ owner, ...rest }: Metadata): object {
  if (owner === undefined) return { ...rest, labels: labelsOf(rest.name) };
  const reference = { uid: '11111111-2222-3333-4444-555555555555', ...owner, controller: true };
  return { ...rest, labels: labelsOf(rest.name), ownerReferences: [reference] };
}

function labelsOf(name: string): Readonly<Record<string, string>> {
  return { 'k8s-app': name };
}

export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

function podSpecOf(container: Container): object {
  return { containers: [{ name: 'metrics-server', image, ...container }] };
}

export function pod(metadata: Metadata, container: Container, spec: object = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadataOf(metadata), spec: { ...podSpecOf(container), ...spec } };
}

/** A Deployment or ReplicaSet. */
export function workload(kind: 'Deployment' | 'ReplicaSet', metadata: Metadata, container: Container): object {
  const labels = labelsOf(metadata.name);
  const template = { metadata: { labels }, spec: podSpecOf(container) };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind, metadata: metadataOf(metadata), spec };
}

export function job(metadata: Metadata, container: Container): object {
  const spec = { template: { spec: { ...podSpecOf(container), restartPolicy: 'Never' } } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: metadataOf(metadata), spec };
}

export function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A KubeletConfiguration with these lines after its head. */
export function kubeletConfiguration(...lines: readonly string[]): string {
  return ['apiVersion: kubelet.config.k8s.io/v1beta1', 'kind: KubeletConfiguration', ...lines, ''].join('\n');
}

/** What kubeadm writes has more in it than the line that matters. */
export const texts = {
  true: kubeletConfiguration(
    'rotateCertificates: true',
    '# ask the cluster for serving certificates',
    'serverTLSBootstrap: true',
  ),
  false: kubeletConfiguration('rotateCertificates: true', 'serverTLSBootstrap: false'),
  broken: kubeletConfiguration('rotateCertificates: true', 'serverTLSBootstrap: "true"'),
} as const;

/** The ConfigMap that kubeadm keeps. */
export function kubeletConfigMap(kubelet: string): KubernetesObject {
  const metadata = { name: 'kubelet-config', namespace: 'kube-system' };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { kubelet } };
  return map;
}

/** Several objects as one file that kubectl takes. */
export function list(...items: readonly object[]): string {
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`;
}
