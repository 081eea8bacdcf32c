/** The list of rules. A rule that is not here does not exist. */

import { kubeadmConfigServerTlsBootstrap } from './kubeadm-config-server-tls-bootstrap.ts';
import { kubeletConfigServerTlsBootstrap } from './kubelet-config-server-tls-bootstrap.ts';
import { kubeletInsecureTlsFlag } from './kubelet-insecure-tls-flag.ts';
import { metricsApiServiceTls } from './metrics-apiservice-tls.ts';
import { metricsServerKubeletTls } from './metrics-server-kubelet-tls.ts';
import type { Rule } from './rule.ts';

/** All rules, in the order in which their findings are shown. */
export const rules: readonly Rule[] = [
  metricsServerKubeletTls,
  kubeletInsecureTlsFlag,
  kubeletConfigServerTlsBootstrap,
  kubeadmConfigServerTlsBootstrap,
  metricsApiServiceTls,
];
