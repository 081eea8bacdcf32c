/** Programs that are known not to be metrics-server, though their names, flags or pods may look like it. Data only. */

/**
 * By the last segment of the image's repository or of the program's path; a name ending in `*` stands for all that begin so.
 * koordlet has a `--kubelet-insecure-tls` of its own (koordinator-sh/koordinator cmd/koordlet); the nanny, resizer and VPA stand
 * beside metrics-server in its pod (kubernetes/kubernetes cluster/addons/metrics-server, AKS).
 */
export const otherPrograms: readonly string[] = [
  'koordlet',
  'koord-*',
  'pod_nanny',
  'metrics-server-nanny',
  'addon-resizer*',
  'metrics-server-vpa',
  'vpa-*',
  'prometheus-adapter*',
  'k8s-prometheus-adapter*',
  'custom-metrics-*',
  'external-metrics-*',
  'keda-*',
  'kube-metrics-adapter',
  'kube-state-metrics*',
  'metrics-server-exporter*',
  'metrics-scraper',
  'heapster*',
  'eventer',
  'kubelet',
  'kubeadm',
  'kubectl',
  'kube-apiserver*',
  'kube-controller-manager*',
  'kube-scheduler*',
  'kube-proxy*',
  'cadvisor',
  'node-exporter',
  'prometheus',
  'istio-proxy',
  'proxyv2',
  'linkerd-proxy',
  'pause',
];

const exact = new Set(otherPrograms.filter((name) => !name.endsWith('*')));
const prefixes = otherPrograms.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/** Whether a name is one of the list. */
export function isOtherProgram(name: string): boolean {
  return exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
