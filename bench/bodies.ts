/** The reviews that the benchmark sends: real shapes at stated sizes. */

import type { JsonObject } from '../src/kube/index.ts';

/** A named AdmissionReview as text. */
export interface Body {
  readonly name: string;
  readonly text: string;
}

const kubeletConfiguration = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
serverTLSBootstrap: true
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`;

/** The four bodies of the benchmark. */
export function makeBodies(): readonly Body[] {
  const filler = Array.from(
    { length: 1450 },
    (_, index) => `# note ${index}: kept by hand, see the runbook of this cluster for why\n`,
  ).join('');
  return [
    { name: 'deployment-3k', text: JSON.stringify(review('Deployment', deployment(1))) },
    { name: 'deployment-30k', text: JSON.stringify(review('Deployment', deployment(26))) },
    {
      name: 'kubelet-config-3k',
      text: JSON.stringify(review('ConfigMap', configMap(kubeletConfiguration), configMap(kubeletConfiguration))),
    },
    {
      name: 'kubelet-config-100k',
      text: JSON.stringify(review('ConfigMap', configMap(kubeletConfiguration + filler))),
    },
  ];
}

function configMap(kubelet: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubelet-config', namespace: 'kube-system', uid: 'b6b1' },
    data: { kubelet },
  };
}

function deployment(containers: number): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'metrics-server',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'metrics-server' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(container(0)) },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'k8s-app': 'metrics-server' } },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels: { 'k8s-app': 'metrics-server' } },
        spec: {
          containers: Array.from({ length: containers }, (_, index) => container(index)),
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'metrics-server',
          volumes: [{ emptyDir: {}, name: 'tmp-dir' }],
        },
      },
    },
  };
}

function container(index: number): JsonObject {
  return {
    name: index === 0 ? 'metrics-server' : `sidecar-${index}`,
    image: index === 0 ? 'registry.k8s.io/metrics-server/metrics-server:v0.9.0' : 'registry.example/team/sidecar:1.2.3',
    args: [
      '--cert-dir=/tmp',
      '--secure-port=10250',
      '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
      '--kubelet-use-node-status-port',
      '--metric-resolution=15s',
    ],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    livenessProbe: {
      failureThreshold: 3,
      httpGet: { path: '/livez', port: 'https', scheme: 'HTTPS' },
      periodSeconds: 10,
    },
    readinessProbe: {
      failureThreshold: 3,
      httpGet: { path: '/readyz', port: 'https', scheme: 'HTTPS' },
      initialDelaySeconds: 20,
    },
    ports: [{ containerPort: 10250, name: 'https', protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '200Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    volumeMounts: [{ mountPath: '/tmp', name: 'tmp-dir' }],
  };
}

function review(kind: string, object: JsonObject, oldObject?: JsonObject): JsonObject {
  const isMap = kind === 'ConfigMap';
  const group = isMap ? '' : 'apps';
  const resource = isMap ? 'configmaps' : 'deployments';
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group, version: 'v1', kind },
      resource: { group, version: 'v1', resource },
      requestKind: { group, version: 'v1', kind },
      requestResource: { group, version: 'v1', resource },
      name: isMap ? 'kubelet-config' : 'metrics-server',
      namespace: 'kube-system',
      operation: oldObject === undefined ? 'CREATE' : 'UPDATE',
      userInfo: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
      object,
      oldObject: oldObject ?? null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl-client-side-apply' },
    },
  };
}
