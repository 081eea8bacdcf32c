/** Decides whether the API server verifies metrics-server's own certificate when it passes on requests for metrics. */

import { getIn } from '../kube/index.ts';
import type { Rule } from './rule.ts';

export const metricsApiServiceTls: Rule = {
  id: 'metrics-apiservice-tls',
  title: 'The metrics API is reached over verified TLS',
  why: 'With insecureSkipTLSVerify the API server accepts any certificate for the metrics API, so that whoever can answer for the Service invents what kubectl top shows and autoscaling acts on.',
  remediation: [
    "Give metrics-server a serving certificate for metrics-server.<namespace>.svc (metrics-server's Helm chart 3.13.0 and later: tls.type=cert-manager, helm or existingSecret).",
    'Set apiService.insecureSkipTLSVerify=false in the chart, or remove insecureSkipTLSVerify and set caBundle in the APIService.',
  ],
  notes: [
    'An absent field is the secure one. An absent caBundle is fine too: cert-manager fills it in (annotation cert-manager.io/inject-ca-from).',
    "This is the connection from the API server to metrics-server. It has nothing to do with --kubelet-insecure-tls, which is about metrics-server's connections to kubelets; the names of the chart's values invite the confusion.",
  ],
  references: [
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/',
    'https://github.com/kubernetes-sigs/metrics-server/tree/master/charts/metrics-server#hardening',
  ],
  controls: [
    { benchmark: 'NIST SP 800-53', id: 'SC-8', note: 'transmission confidentiality and integrity in general' },
  ],
  kinds: [{ group: 'apiregistration.k8s.io', kind: 'APIService' }],
  defaultMode: 'audit',
  evaluate(object) {
    const group = getIn(object, 'spec', 'group');
    if (group !== 'metrics.k8s.io' || getIn(object, 'spec', 'insecureSkipTLSVerify') !== true) return [];
    return [
      {
        level: 'violation',
        path: '/spec/insecureSkipTLSVerify',
        where: 'spec.insecureSkipTLSVerify',
        message: "true lets the API server accept any certificate from metrics-server's Service",
        brief: 'spec.insecureSkipTLSVerify is true',
        identity: 'insecureSkipTLSVerify',
        gravity: 1,
      },
    ];
  },
  reads: (object) => [getIn(object, 'spec')],
};
