/** Decides whether a configuration file for `kubeadm init` or `join` gives its kubelets serving certificates of the cluster's CA. */

import { groupKindOf, type JsonObject, pointer } from '../kube/index.ts';
import { judgeKubeletConfigurationObject } from './judge-kubelet-configuration.ts';
import { type Override, readOverrides } from './kubelet-extra-args.ts';
import type { Rule, RuleContext, Violation } from './rule.ts';
import { kubeletCertificateControls, securePathReferences } from './secure-path.ts';

const kubeadmGroup = 'kubeadm.k8s.io';
const kubeletGroup = 'kubelet.config.k8s.io';

export const kubeadmConfigServerTlsBootstrap: Rule = {
  id: 'kubeadm-config-server-tls-bootstrap',
  title: 'kubeadm configuration files switch serverTLSBootstrap on',
  why: 'Without serverTLSBootstrap: true each kubelet signs its own certificate, without IP addresses. metrics-server then fails with "x509: cannot validate certificate ... doesn\'t contain any IP SANs", and people reach for --kubelet-insecure-tls.',
  remediation: [
    'Add a document to the file: apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, serverTLSBootstrap: true.',
    'Remove rotate-server-certificates=false and the gate RotateKubeletServerCertificate=false from kubeletExtraArgs: flags override the file.',
    'Before nodes start with it, make sure somebody approves their CSRs (kubernetes.io/kubelet-serving): until then logs, exec and metrics of a node do not work.',
  ],
  notes: [
    'For files only (`check`): kubeadm configuration never passes through the API server as such.',
    'kubeadm join reads KubeletConfiguration from the cluster (ConfigMap kube-system/kubelet-config). A KubeletConfiguration document beside a JoinConfiguration alone is ignored; the rule warns of it.',
    'rotate-server-certificates=true in kubeletExtraArgs switches it on for one node; a file without a KubeletConfiguration is then only warned about, because the cluster-wide configuration still says false.',
  ],
  references: securePathReferences,
  controls: kubeletCertificateControls,
  kinds: [
    { group: kubeadmGroup, kind: 'ClusterConfiguration' },
    { group: kubeadmGroup, kind: 'InitConfiguration' },
    { group: kubeadmGroup, kind: 'JoinConfiguration' },
    { group: kubeletGroup, kind: 'KubeletConfiguration' },
  ],
  defaultMode: 'enforce',
  evaluate(object, context) {
    const { kind } = groupKindOf(object);
    const repeated = (context.repeatedKeys ?? []).map((key) => warnOfRepeated(object, key));
    if (kind === 'KubeletConfiguration') return [...judgeDocument(object, context), ...repeated];
    const overrides = readOverrides(object).filter(({ effect }) => effect !== 'switches on');
    return [...overrides.map(judgeOverride), ...judgeMissingDocument(object, kind, context), ...repeated];
  },
  reads: (object) => [object],
  fix(object, context) {
    if (groupKindOf(object).kind !== 'KubeletConfiguration') return undefined;
    const found = judgeDocument(object, context).find(({ identity }) => identity === 'serverTLSBootstrap');
    // What kubeadm cannot decode needs a person; only a false or absent value is ours to set.
    if (found?.gravity !== 2) return undefined;
    return { object: { ...object, serverTLSBootstrap: true }, changes: ['set serverTLSBootstrap: true'] };
  },
};

function relatedKinds(context: RuleContext): ReadonlySet<string> {
  return new Set((context.related ?? []).map((document) => groupKindOf(document).kind));
}

/** The KubeletConfiguration document itself. A file is written anew by whoever writes it, so a false value has no excuse. */
function judgeDocument(object: JsonObject, context: RuleContext): readonly Violation[] {
  const kinds = relatedKinds(context);
  if (kinds.has('JoinConfiguration') && !kinds.has('InitConfiguration') && !kinds.has('ClusterConfiguration')) {
    return [
      {
        level: 'warning',
        path: '/kind',
        where: 'kind',
        message:
          'kubeadm join ignores a KubeletConfiguration beside a JoinConfiguration; it reads ConfigMap kube-system/kubelet-config',
        brief: 'kubeadm join ignores this document; it reads kube-system/kubelet-config',
        identity: 'ignored',
        gravity: 0,
      },
    ];
  }
  return judgeKubeletConfigurationObject(object, { ...context, requireEnabled: 'always' });
}

/** kubeadm itself takes the last one; `kubeadm config validate` is strict. */
function warnOfRepeated(object: JsonObject, key: string): Violation {
  const isRoot = Object.hasOwn(object, key);
  return {
    level: 'warning',
    path: isRoot ? pointer(key) : '/kind',
    where: isRoot ? key : 'the document',
    message: `key "${key}" is set twice; the last one counts, and kubeadm config validate refuses it`,
    brief: `key "${key}" is set twice; the last one counts`,
    remediation: [`Keep one "${key}".`],
    identity: `repeated/${key}`,
    gravity: 0,
  };
}

function judgeOverride({ name, value, path, effect }: Override): Violation {
  const arg = `kubeletExtraArgs ${name}=${value}`;
  const where = path.slice(1).replaceAll('/', '.');
  return {
    level: 'violation',
    path,
    where,
    message:
      effect === 'switches off'
        ? `${arg} overrides serverTLSBootstrap on this node: flags win over the configuration file`
        : `${arg} switches off the gate RotateKubeletServerCertificate; with serverTLSBootstrap: true the kubelet then refuses to start`,
    brief: `${arg} overrides serverTLSBootstrap`,
    remediation: [
      `Remove ${name} from kubeletExtraArgs${effect === 'gate off' ? ', or the gate from its value' : ''}.`,
    ],
    identity: `override/${name}`,
    gravity: 2,
  };
}

/** Says once for a file that it brings no KubeletConfiguration: `kubeadm init` then uploads defaults, where serverTLSBootstrap is false. */
function judgeMissingDocument(object: JsonObject, kind: string, context: RuleContext): readonly Violation[] {
  const kinds = relatedKinds(context);
  const speaks =
    kind === 'ClusterConfiguration' || (kind === 'InitConfiguration' && !kinds.has('ClusterConfiguration'));
  if (!speaks || kinds.has('KubeletConfiguration')) return [];
  const switchedOn = readOverrides(object).some(({ effect }) => effect === 'switches on');
  return [
    {
      level: switchedOn ? 'warning' : 'violation',
      path: '/kind',
      where: 'the file',
      message: 'no KubeletConfiguration document, so kubeadm init uploads one in which serverTLSBootstrap is false',
      brief: 'the file has no KubeletConfiguration with serverTLSBootstrap: true',
      identity: 'serverTLSBootstrap',
      gravity: 2,
    },
  ];
}
