/** Decides whether ConfigMap kube-system/kubelet-config keeps giving kubelets serving certificates of the cluster's CA. */

import { asArray, asString, get, getIn, isObject, type JsonObject, nameOf, pointer } from '../kube/index.ts';
import { readKubeletConfiguration, setServerTLSBootstrapTrue } from '../readers/kubelet-config/index.ts';
import { judgeKubeletConfiguration } from './judge-kubelet-configuration.ts';
import type { Rule, RuleContext, Violation } from './rule.ts';
import { kubeletCertificateControls, securePathReferences } from './secure-path.ts';

const textPath = pointer('data', 'kubelet');

export const kubeletConfigServerTlsBootstrap: Rule = {
  id: 'kubelet-config-server-tls-bootstrap',
  title: 'kube-system/kubelet-config keeps serverTLSBootstrap on',
  why: "kubeadm writes every node's kubelet configuration from this ConfigMap at join and upgrade. Without serverTLSBootstrap: true kubelets sign their own certificates, without IP addresses; metrics-server then fails by x509 and people reach for --kubelet-insecure-tls.",
  remediation: [
    'Keep the line "serverTLSBootstrap: true" under data.kubelet: kubectl edit configmap kubelet-config -n kube-system.',
    'If you write it from a file (kubeadm init phase upload-config kubelet --config FILE overwrites the whole map), put serverTLSBootstrap: true into the KubeletConfiguration document of that file.',
  ],
  notes: [
    'By default a ratchet: what is true stays true. What is still false may be edited, with a warning that says how to switch it on. With requireEnabled: always a false value is refused outright; `kubeadm upgrade apply` then fails on a cluster that is still on false, because it writes back what it finds. Report first, then switch.',
    'A CREATE carries no old object, and kubeadm sends one before each PUT. In ratchet mode a CREATE with a false value is therefore a warning; the PUT that follows is judged against what is stored.',
    "The text is read as kubeadm v1.36 reads it. A document that kubeadm cannot decode breaks join and upgrade; it is refused in kubeadm's own words.",
    "A change here reaches no running kubelet: each node's /var/lib/kubelet/config.yaml has to change too (kubeadm upgrade node phase kubelet-config), and the kubelet to restart. Files on nodes, kubelet flags and kubeadm --patches are out of this rule's sight.",
    'Before nodes restart with serverTLSBootstrap: true, somebody has to approve kubelet-serving CSRs: until then logs, exec and metrics of that node do not work.',
  ],
  references: [
    ...securePathReferences,
    'https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-reconfigure/#applying-kubelet-configuration-changes',
  ],
  controls: kubeletCertificateControls,
  kinds: [{ group: '', kind: 'ConfigMap' }],
  defaultMode: 'enforce',
  judgesDelete: true,
  evaluate(object, context) {
    if (context.namespace !== 'kube-system') return [];
    const name = nameOf(object);
    if (name !== 'kubelet-config') return isStale(name) && context.operation !== 'DELETE' ? [stale(name)] : [];
    if (context.operation === 'DELETE') return [deletion];
    return [...judgeShape(object), ...judgeText(object, context)];
  },
  reads: (object) => [
    get(object, 'data'),
    get(object, 'binaryData'),
    get(object, 'immutable'),
    getIn(object, 'metadata', 'ownerReferences'),
  ],
  fix(object, context, identities) {
    if (identities?.has('serverTLSBootstrap') === false || !mayBeSwitchedOn(context)) return undefined;
    const text = asString(getIn(object, 'data', 'kubelet'));
    const data = get(object, 'data');
    if (text === undefined || !isObject(data) || nameOf(object) !== 'kubelet-config') return undefined;
    if (context.namespace !== 'kube-system') return undefined;
    const set = setServerTLSBootstrapTrue(text);
    if (set.kind !== 'changed' || set.text === text) return undefined;
    return {
      object: { ...object, data: { ...data, kubelet: set.text } },
      changes: [`put serverTLSBootstrap: true back into data.kubelet, line ${set.position.line}`],
    };
  },
};

/**
 * A write may get back what it would lose, never more: switching on what was off would cut logs and exec of every node that restarts
 * before its certificate is approved. Without a request (a file somebody asks us to repair) the administrator has decided.
 */
function mayBeSwitchedOn({ operation, oldObject }: RuleContext): boolean {
  if (operation === undefined) return true;
  if (oldObject === undefined) return false;
  const old = asString(getIn(oldObject, 'data', 'kubelet'));
  return old !== undefined && readKubeletConfiguration(old).kubeadm.kind === 'true';
}

const deletion: Violation = {
  level: 'violation',
  path: '',
  where: 'the whole ConfigMap',
  message:
    'deleting it breaks kubeadm join and upgrade, and what is created in its place may forget serverTLSBootstrap: true',
  brief: 'deleting kubelet-config breaks kubeadm join and upgrade',
  why: "kubeadm reads every node's kubelet configuration from this ConfigMap at join and upgrade, and nothing brings it back.",
  remediation: [
    'Edit it instead: kubectl edit configmap kubelet-config -n kube-system. If you meant to clear the namespace, delete what you mean by name.',
  ],
  identity: 'deletion',
  gravity: 1,
};

/** Names that kubeadm used up to v1.23 (cmd/kubeadm/app/constants). */
function isStale(name: string): boolean {
  return /^kubelet-(base-)?config-1\.\d+$/.test(name);
}

function stale(name: string): Violation {
  return {
    level: 'warning',
    path: '/metadata/name',
    where: 'its name',
    message: `${name} is read by nobody since kubeadm v1.24; the one that counts is kubelet-config`,
    brief: `${name} is read by nobody; kubelet-config is the one that counts`,
    identity: 'stale',
    gravity: 0,
  };
}

/** What makes the map useless or lets it disappear, whatever its text says. */
function judgeShape(object: JsonObject): readonly Violation[] {
  const violations: Violation[] = [];
  if (get(object, 'immutable') === true) {
    violations.push({
      level: 'violation',
      path: '/immutable',
      where: 'immutable',
      message: 'true makes every later kubeadm upgrade fail, and only deleting the map undoes it',
      brief: 'immutable: true breaks kubeadm upgrade and cannot be undone',
      remediation: ['Leave immutable out; this rule already keeps serverTLSBootstrap on.'],
      identity: 'immutable',
      gravity: 1,
    });
  }
  asArray(getIn(object, 'metadata', 'ownerReferences')).forEach((reference, index) => {
    const owner = `${asString(get(reference, 'kind')) ?? '?'} ${asString(get(reference, 'name')) ?? '?'}`;
    violations.push({
      level: 'violation',
      path: pointer('metadata', 'ownerReferences', index),
      where: `metadata.ownerReferences[${index}]`,
      message: `garbage collection would delete the map together with its owner ${owner}`,
      brief: `owned by ${owner}: garbage collection would delete the map`,
      remediation: ['Leave ownerReferences out: nothing may own the map that kubeadm join and upgrade need.'],
      identity: `owner/${asString(get(reference, 'uid')) ?? owner}`,
      gravity: 1,
    });
  });
  return violations;
}

function judgeText(object: JsonObject, context: RuleContext): readonly Violation[] {
  const text = getIn(object, 'data', 'kubelet');
  if (typeof text === 'string') return judgeKubeletConfiguration(text, textPath, context);
  if (text !== undefined)
    return [unreadable(textPath, 'data.kubelet', 'it is no string, which the API server does not accept')];
  if (getIn(object, 'binaryData', 'kubelet') !== undefined) {
    const message = 'kubeadm reads data.kubelet only, so that join and upgrade would find no kubelet configuration';
    return [unreadable('/binaryData/kubelet', 'binaryData.kubelet', message)];
  }
  const message = 'the key kubelet is missing, so that kubeadm join and upgrade would find no kubelet configuration';
  return [unreadable('/data', 'data', message)];
}

function unreadable(path: string, where: string, message: string): Violation {
  const brief = `kubeadm finds no kubelet configuration in ${where}`;
  return { level: 'violation', path, where, message, brief, identity: 'serverTLSBootstrap', gravity: 3 };
}
