/** The way out that all rules about kubelets share: steps, pages and related controls, as data. */

import type { RelatedControl } from './rule.ts';

/** How to give metrics-server kubelets it can verify, so that it needs no insecure flag; in the order that interrupts nothing. */
export const metricsServerSecurePath: readonly string[] = [
  'Remove the flag from the arguments. With Helm: from args, defaultArgs or extraArgs in the values. After a rollback: choose a revision without it.',
  'If scraping then fails with "x509: ... doesn\'t contain any IP SANs", the kubelets sign their own certificates. First make sure that somebody approves kubelet-serving CSRs: until then logs, exec and metrics of a restarted node do not work.',
  'Set serverTLSBootstrap: true in ConfigMap kube-system/kubelet-config (key kubelet) and in /var/lib/kubelet/config.yaml of each node, and restart the kubelets one by one.',
  'Approve the requests: kubectl get csr, then kubectl certificate approve NAME. See that it works: kubectl top nodes.',
];

/** Pages that explain the way. */
export const securePathReferences: readonly string[] = [
  'https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs',
  'https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/#certificate-rotation',
  'https://github.com/kubernetes-sigs/metrics-server#requirements',
];

/** Controls about kubelet serving certificates (ids as kube-bench and the STIG number them). */
export const kubeletCertificateControls: readonly RelatedControl[] = [
  {
    benchmark: 'CIS Kubernetes 1.7 to 1.12',
    id: '4.2.11',
    note: 'asks for the gate RotateKubeletServerCertificate, which is on by default; it never looks at serverTLSBootstrap, so every cluster with self-signed kubelet certificates passes it',
  },
  {
    benchmark: 'CIS Kubernetes 1.7 to 1.12',
    id: '4.2.9',
    note: 'asks for --tls-cert-file and --tls-private-key-file; it warns on a correctly bootstrapped cluster, where serverTLSBootstrap takes their place',
  },
  {
    benchmark: 'CIS Kubernetes 1.7 to 1.12',
    id: '1.2.5',
    note: "is about the API server verifying kubelets (--kubelet-certificate-authority), which kubeadm does not set; it needs the same certificates, but another program's flag",
  },
  {
    benchmark: 'DISA Kubernetes STIG',
    id: 'V-242424, V-242425',
    note: 'ask for tlsPrivateKeyFile and tlsCertFile by the letter; a bootstrapped kubelet is a finding there and has to be documented as the alternative',
  },
];

/** Controls about verified TLS in general: no benchmark names metrics-server's flag. */
export const verifiedTlsControls: readonly RelatedControl[] = [
  {
    benchmark: 'NIST SP 800-53',
    id: 'SC-8, SC-23',
    note: 'transmission integrity and session authenticity in general; no control of CIS or STIG mentions --kubelet-insecure-tls',
  },
];
