import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import {
  type Outcome,
  readKubeletConfiguration,
  readYamlDocuments,
  setServerTLSBootstrapTrue,
} from '../src/readers/kubelet-config/index.ts';
import { readYaml, type Value } from '../src/readers/yaml11/index.ts';

const H = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const T = 'serverTLSBootstrap: true\n';
const F = 'serverTLSBootstrap: false\n';
const J = '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration",';

/** What kubeadm v1.36.3 writes on a fresh cluster, with serverTLSBootstrap switched on. */
const KUBEADM_MADE = `apiVersion: kubelet.config.k8s.io/v1beta1
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

function fill(start: string, bytes: number): string {
  return start.padEnd(bytes, 'x');
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly kubeadm: string;
  readonly kubelet: string;
  /** kubeadm's words; ours may leave out the end, where Go prints whole values. */
  readonly error?: string;
}

// Expected values are those of the programs' own code at v1.36.3 (test/e2e/go/kubernetes/oracle).
const CASES: readonly Case[] = [
  {
    name: 'last line without end fills a 4096-byte buffer: dropped',
    text: H + F + fill('serverTLSBootstrap: true #', 4096),
    kubeadm: 'false',
    kubelet: 'true',
  },
  {
    name: 'one byte less: kept',
    text: H + F + fill('serverTLSBootstrap: true #', 4095),
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: '8192 bytes: dropped',
    text: H + T + fill('serverTLSBootstrap: false #', 8192),
    kubeadm: 'true',
    kubelet: 'false',
  },
  {
    name: 'byte order mark at the start of a later buffer swallows nothing here',
    text: `${H + T}\ufeff# x\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      "could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 5: could not find expected ':'",
  },
  {
    name: 'two byte order marks: the second swallows the first letter of each line',
    text: `\ufeff\ufeff${H}${T}`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'invalid configuration for GroupVersionKind kubelet.config.k8s.io/v1beta1, Kind=: kind and apiVersion is mandatory information that must be specified',
  },
  {
    name: 'with one letter more in front of each',
    text: `\ufeff\ufeff${(H + T).replaceAll('\n', '\n#').slice(0, -1)}`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'control character long behind `...`',
    text: `${H + T}...\n${'x'.repeat(600)}\0`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'control character close behind `...`',
    text: `${H + T}...\n\0`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: control characters are not allowed',
  },
  {
    name: 'JSON null after true leaves it',
    text: `${J}"serverTLSBootstrap":true,"serverTLSBootstrap":null}`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  { name: 'YAML null after true', text: `${H + T}serverTLSBootstrap:\n`, kubeadm: 'false', kubelet: 'false' },
  {
    name: 'escaped slash: only JSON allows it',
    text: `${J}"x":"\\/","serverTLSBootstrap":true}`,
    kubeadm: 'error',
    kubelet: 'true',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: found unknown escape character',
  },
  {
    name: 'tab-indented JSON',
    text: `${J}"serverTLSBootstrap":true}`.replaceAll(',', ',\n\t'),
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'Kind after kind in JSON',
    text: `${J}"Kind":"Other","serverTLSBootstrap":true}`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'no kind "Other" is registered for version "kubelet.config.k8s.io/v1beta1" in scheme "pkg/runtime/scheme.go:111"',
  },
  { name: 'Kind for kind', text: H.replace('kind', 'KIND') + T, kubeadm: 'true', kubelet: 'true' },
  { name: 'Kelvin sign for k', text: H.replace('kind', '\u212aind') + T, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'kind from a merge',
    text: `<<: {kind: KubeletConfiguration, apiVersion: kubelet.config.k8s.io/v1beta1}\n${T}`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'merge of an alias after the key',
    text: `${H}x: &a {serverTLSBootstrap: false}\n${T}<<: *a\n`,
    kubeadm: 'false',
    kubelet: 'false',
  },
  {
    name: 'nested merges',
    text: `${H}<<: {<<: {serverTLSBootstrap: true}, serverTLSBootstrap: false}\n`,
    kubeadm: 'false',
    kubelet: 'false',
  },
  {
    name: 'merge of a scalar',
    text: `${H + T}<<: x\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value',
  },
  {
    name: 'merge of a list with a scalar',
    text: `${H + T}<<: [{a: b}, x]\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value',
  },
  {
    name: 'tagged merge key',
    text: `${H + T}!!merge "<<": {serverTLSBootstrap: false}\n`,
    kubeadm: 'false',
    kubelet: 'false',
  },
  {
    name: 'merge key tagged with a bare !',
    text: `${H + T}! "<<": {serverTLSBootstrap: false}\n`,
    kubeadm: 'false',
    kubelet: 'false',
  },
  {
    name: 'merge key through an alias is none',
    text: `${H + T}x: &m <<\n*m : {serverTLSBootstrap: false}\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  { name: 'alias as key', text: `${H}x: &k serverTLSBootstrap\n*k : true\n`, kubeadm: 'true', kubelet: 'true' },
  { name: 'binary key', text: `${H}!!binary c2VydmVyVExTQm9vdHN0cmFw: true\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'verbatim bool tag',
    text: `${H}serverTLSBootstrap: !<tag:yaml.org,2002:bool> "yes"\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  { name: 'escaped bool tag', text: `${H}serverTLSBootstrap: !!%62ool "on"\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'byte order mark in a tag',
    text: `${H}serverTLSBootstrap: !!%EF%BB%BFbool true\n`,
    kubeadm: 'error',
    kubelet: 'error',
  },
  {
    name: 'bare ! makes a string',
    text: `${H}serverTLSBootstrap: ! true\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal string into Go struct field KubeletConfiguration.serverTLSBootstrap of type bool',
  },
  {
    name: 'null tag on a word',
    text: `${H}serverTLSBootstrap: !!null x\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: cannot decode !!str `x` as a !!null',
  },
  {
    name: 'bool tag on nothing',
    text: `${H}serverTLSBootstrap: !!bool\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: cannot decode !!null `` as a !!bool',
  },
  {
    name: 'unknown tag handle',
    text: `${H}serverTLSBootstrap: !e!bool true\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 2: found undefined tag handle',
  },
  { name: 'tag on a collection is dropped', text: `${H + T}x: !!bool [a]\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'alias that contains itself',
    text: `${H + T}x: &a [*a]\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      "could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: anchor 'a' value contains itself",
  },
  {
    name: 'unknown alias',
    text: `${H + T}x: *a\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      "could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: unknown anchor 'a' referenced",
  },
  {
    name: 'not a number',
    text: `${H + T}x: .nan\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: json: unsupported value: NaN',
  },
  { name: 'not a number, overwritten', text: `${H + T}x: .nan\nx: 1\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'null key',
    text: `${H + T}~: a\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"',
  },
  {
    name: 'list as key',
    text: `${H + T}? [a]\n: b\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: invalid map key: []interface {}{"a"}',
  },
  {
    name: 'key above int64',
    text: `${H + T}9223372036854775808: a\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: unsupported map key of type: uint64, key: 0x8000000000000000, value: "a"',
  },
  {
    name: 'text behind a flow root is not read',
    text: '--- # x\n{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, serverTLSBootstrap: true} serverTLSBootstrap: false\n',
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 1: did not find expected key',
  },
  {
    name: 'question mark in flow',
    text: '---\n{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, ? serverTLSBootstrap : true}\n',
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'key of 1025 characters',
    text: `${H + 'x'.repeat(1025)}: a\n${T}`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      "could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 3: could not find expected ':'",
  },
  { name: 'key of 1024 characters', text: `${H + 'x'.repeat(1024)}: a\n${T}`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'key of 1024 characters outside the basic plane',
    text: `${H + '\u{1f600}'.repeat(1024)}: a\n${T}`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'multi-line key',
    text: `${H}serverTLS\n Bootstrap: true\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      "could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 4: could not find expected ':'",
  },
  {
    name: 'quoted key with an escaped break',
    text: `${H}? "serverTLS\\\n  Bootstrap"\n: true\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'duration null',
    text: `${H + T}syncFrequency: null\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'time: invalid duration ""',
  },
  {
    name: 'duration null where it may be',
    text: `${H + T}cpuCFSQuotaPeriod: null\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'duration without unit',
    text: `${H + T}syncFrequency: "5"\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'time: missing unit in duration "5"',
  },
  {
    name: 'duration as number',
    text: `${H + T}syncFrequency: 5\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal number into Go struct field KubeletConfiguration.syncFrequency of type string',
  },
  {
    name: 'flushFrequency as number',
    text: `${H + T}logging: {flushFrequency: 5000000000}\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'flushFrequency as fraction',
    text: `${H + T}logging: {flushFrequency: 1.5}\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'invalid duration "1.5": json: cannot unmarshal number 1.5 into Go value of type time.Duration',
  },
  { name: 'flushFrequency as text', text: `${H + T}logging: {flushFrequency: 5s}\n`, kubeadm: 'true', kubelet: 'true' },
  { name: 'port 1e3 in YAML', text: `${H + T}readOnlyPort: 1e3\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'port 1e3 in JSON',
    text: `${J}"readOnlyPort":1e3}`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal number 1e3 into Go struct field KubeletConfiguration.readOnlyPort of type int32',
  },
  { name: 'port 1.0 in YAML', text: `${H + T}readOnlyPort: 1.0\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'port above int32',
    text: `${H + T}readOnlyPort: 2147483648\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'json: cannot unmarshal number 2147483648 into Go struct field KubeletConfiguration.readOnlyPort of type int32',
  },
  { name: 'port 0o17', text: `${H + T}readOnlyPort: 0o17\n`, kubeadm: 'true', kubelet: 'true' },
  { name: 'port 08 is a float', text: `${H + T}readOnlyPort: 08\n`, kubeadm: 'true', kubelet: 'true' },
  { name: 'port 0b+1', text: `${H + T}readOnlyPort: 0b+1\n`, kubeadm: 'true', kubelet: 'true' },
  { name: 'port 1_0', text: `${H + T}readOnlyPort: 1_0\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'sexagesimal port',
    text: `${H + T}readOnlyPort: 1:30\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal string into Go struct field KubeletConfiguration.readOnlyPort of type int32',
  },
  {
    name: 'evictionHard takes strings',
    text: `${H + T}evictionHard: {memory.available: 5}\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal number into Go struct field KubeletConfiguration.evictionHard of type string',
  },
  {
    name: 'gate as string',
    text: `${H + T}featureGates: {AllBeta: "true"}\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal string into Go struct field KubeletConfiguration.featureGates of type bool',
  },
  {
    name: 'quantity',
    text: `${H + T}reservedMemory: [{numaNode: 0, limits: {memory: 1Gi}}]\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'quantity with a wrong suffix',
    text: `${H + T}reservedMemory: [{numaNode: 0, limits: {memory: 1GiB}}]\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  },
  {
    name: 'quantity K',
    text: `${H + T}reservedMemory: [{limits: {memory: 1K}}]\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: "unable to parse quantity's suffix",
  },
  {
    name: 'taint with a time',
    text: `${H + T}registerWithTaints: [{key: a, effect: b, timeAdded: "2020-01-01T00:00:00Z"}]\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'taint with a bad time',
    text: `${H + T}registerWithTaints: [{timeAdded: "2020-01-01"}]\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"',
  },
  {
    name: 'struct as list',
    text: `${H + T}authentication: []\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'json: cannot unmarshal array into Go struct field KubeletConfiguration.authentication of type v1beta1.KubeletAuthentication',
  },
  {
    name: 'list as text',
    text: `${H + T}clusterDNS: 10.96.0.10\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'json: cannot unmarshal string into Go struct field KubeletConfiguration.clusterDNS of type []string',
  },
  {
    name: "wrong type in an unknown struct is nobody's business",
    text: `${H + T}foo: {serverTLSBootstrap: [1]}\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'only another group',
    text: 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n',
    kubeadm: 'false',
    kubelet: 'error',
  },
  { name: 'other group second', text: `${H + T}---\napiVersion: a/b\nkind: c\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'other group with kind as number',
    text: `${H + T}---\napiVersion: a/b\nkind: 5\n`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'core group',
    text: `${H + T}---\napiVersion: v1\nkind: ConfigMap\n`,
    kubeadm: 'error',
    kubelet: 'true',
    error:
      'invalid configuration for GroupVersionKind /v1, Kind=ConfigMap: kind and apiVersion is mandatory information that must be specified',
  },
  {
    name: 'same kind in another group',
    text: `${H + T}---\napiVersion: a/b\nkind: KubeletConfiguration\n`,
    kubeadm: 'error',
    kubelet: 'true',
    error: 'invalid configuration: kind "KubeletConfiguration" is specified twice in YAML file',
  },
  {
    name: 'another kind of the group alone',
    text: 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: CredentialProviderConfig\n',
    kubeadm: 'error',
    kubelet: 'error',
    error: 'converting (v1beta1.CredentialProviderConfig) to (v1beta1.KubeletConfiguration): unknown conversion',
  },
  {
    name: 'unknown kind of the group',
    text: H.replace('Kubelet', 'Kublet') + T,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'no kind "KubletConfiguration" is registered for version "kubelet.config.k8s.io/v1beta1" in scheme "pkg/runtime/scheme.go:111"',
  },
  {
    name: 'three slashes',
    text: H.replace('/v1', '/a/v1') + T,
    kubeadm: 'error',
    kubelet: 'error',
    error: 'unexpected GroupVersion string: kubelet.config.k8s.io/a/v1beta1',
  },
  { name: 'separator with an indent is content', text: `${H}x:\n  ---\n${T}`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'separator inside a block scalar',
    text: `${H}x: |\n---\n${T}`,
    kubeadm: 'error',
    kubelet: 'false',
    error:
      'invalid configuration for GroupVersionKind /, Kind=: kind and apiVersion is mandatory information that must be specified',
  },
  { name: 'CR before CR LF', text: (H + T).replaceAll('\n', '\r\r\n'), kubeadm: 'true', kubelet: 'true' },
  {
    name: 'line separator ends a value',
    text: `${H}serverTLSBootstrap: true\u2028serverTLSBootstrap: false`,
    kubeadm: 'false',
    kubelet: 'false',
  },
  {
    name: 'line separator inside quotes',
    text: `${H}x: "a\u2028serverTLSBootstrap: false"\n${T}`,
    kubeadm: 'true',
    kubelet: 'true',
  },
  {
    name: 'no-break space before JSON',
    text: `\u00a0${J}"serverTLSBootstrap":true}`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type runtime.TypeMeta',
  },
  { name: 'lone surrogate', text: `${H + T}x: \ud800\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'noncharacter',
    text: `${H + T}x: \uffff\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: control characters are not allowed',
  },
  {
    name: 'block scalar with tab',
    text: `${H + T}x: |\n\ta\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 5: found a tab character where an indentation space is expected',
  },
  {
    name: 'indentation 0 of a block scalar',
    text: `${H + T}x: |0\n a\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 4: found an indentation indicator equal to 0',
  },
  { name: 'dedented closing bracket', text: `${H + T}clusterDNS: [\na\n]\n`, kubeadm: 'true', kubelet: 'true' },
  {
    name: 'escape that is none',
    text: `${H + T}x: "\\q"\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 4: found unknown escape character',
  },
  {
    name: 'surrogate in a YAML escape',
    text: `${H + T}x: "\\ud800"\n`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 4: found invalid Unicode character escape code',
  },
  {
    name: 'duplicate %YAML',
    text: `%YAML 1.1\n%YAML 1.1\n---\n${H}${T}`,
    kubeadm: 'error',
    kubelet: 'error',
    error:
      'could not interpret GroupVersionKind; unmarshal error: error converting YAML to JSON: yaml: line 1: found duplicate %YAML directive',
  },
];

t.test('the vectors', async (t) => {
  const vectors: readonly { name: string; input: string; kubeadm: string; kubelet: string }[] = JSON.parse(
    readFileSync(new URL('fixtures/vectors/kubelet-config.json', import.meta.url), 'utf8'),
  );
  for (const { name, input, kubeadm, kubelet } of vectors) {
    const reading = readKubeletConfiguration(input);
    t.equal(reading.kubeadm.kind, kubeadm, `kubeadm: ${name}`);
    t.equal(reading.kubelet.kind, kubelet, `kubelet: ${name}`);
  }
});

t.test('texts that other readers get wrong', async (t) => {
  for (const { name, text, kubeadm, kubelet, error } of CASES) {
    const reading = readKubeletConfiguration(text);
    t.equal(reading.kubeadm.kind, kubeadm, `kubeadm: ${name}`);
    t.equal(reading.kubelet.kind, kubelet, `kubelet: ${name}`);
    if (error !== undefined) {
      const words = reading.kubeadm.kind === 'error' ? reading.kubeadm.error : '';
      t.ok(words.length > 20 && error.startsWith(words), `words: ${name}`, { words, error });
    }
  }
});

t.test('why it is false', async (t) => {
  const because = (text: string): unknown => {
    const { kubeadm } = readKubeletConfiguration(text);
    return kubeadm.kind === 'false' ? [kubeadm.because, kubeadm.position?.line] : kubeadm;
  };
  t.strictSame(because(H), ['absent', undefined]);
  t.strictSame(because(`${H}serverTLSBootstrap:\n`), ['null', 3]);
  t.strictSame(because(`${H + T}# later\nserverTLSBootstrap: off\n`), ['false', 5]);
  t.strictSame(because(''), ['no document', undefined]);
});

t.test('what is undefined in Go is unclear', async (t) => {
  const unclear = (text: string): string => {
    const { kubeadm } = readKubeletConfiguration(text);
    return kubeadm.kind === 'unclear' ? kubeadm.reason : JSON.stringify(kubeadm);
  };
  const other = '---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: CredentialProviderConfig\n';
  t.match(unclear(H + T + other), /2 documents of the group/);
  t.equal(readKubeletConfiguration(`${H}syncFrequency: x\n${other}`).kubeadm.kind, 'error', 'an error either way');
  t.match(unclear(`${H + T}featureGates: {1: true, "1": x}\n`), /same text/);
  t.match(unclear(`${H + T}# ${'x'.repeat(256 * 1024)}\n`), /256 KiB/);
  t.match(unclear(`${H + T}x: ${'['.repeat(600)}${']'.repeat(600)}\n`), /nested/);
  t.match(unclear(`${H + T}reservedMemory: [{limits: {memory: 1.5e99999}}]\n`), /enormous/);
  const internal = readKubeletConfiguration(H.replace('v1beta1', '__internal') + T);
  t.equal(internal.kubeadm.kind, 'error');
  t.equal(internal.kubelet.kind, 'unclear');
});

t.test('settings, gates, near misses and strict complaints, with their places', async (t) => {
  const text = `${H}tlsCertFile: /a\nreadOnlyPort: 10255\nenableServer: no\nrotateCertificates: true\nserver-tls-bootstrap: true
authentication:\n  serverTLSBootstrap: true\n  foo: 1\n${F}${T}featureGates:\n  RotateKubeletServerCertificate: false\n`;
  const reading = readKubeletConfiguration(text);
  t.strictSame(
    [...reading.settings.values()].map(({ key, value, keyPosition: { line } }) => [key, value, line]),
    [
      ['tlsCertFile', '/a', 3],
      ['enableServer', false, 5],
      ['readOnlyPort', '10255', 4],
      ['rotateCertificates', true, 6],
    ],
  );
  const { effective, occurrences } = reading.serverTLSBootstrap;
  t.strictSame(
    [effective?.value, effective?.valuePosition],
    [true, { offset: text.indexOf('true\nfeature'), line: 12, column: 21 }],
  );
  t.strictSame(
    occurrences.map(({ line }) => line),
    [11, 12],
  );
  t.equal(reading.featureGates.turnedOffBy?.keyPosition.line, 14);
  t.equal(reading.refusesToStart, true);
  t.strictSame(
    reading.nearMisses.map(({ path, position: { line } }) => [path, line]),
    [
      ['server-tls-bootstrap', 7],
      ['authentication.serverTLSBootstrap', 9],
    ],
  );
  t.strictSame(
    reading.complaints.map(({ kind, path, position: { line } }) => [kind, path, line]),
    [
      ['duplicate', 'serverTLSBootstrap', 12],
      ['unknown', 'server-tls-bootstrap', 7],
      ['unknown', 'authentication.serverTLSBootstrap', 9],
      ['unknown', 'authentication.foo', 10],
    ],
  );
  t.strictSame(readKubeletConfiguration(KUBEADM_MADE).complaints, []);
  t.strictSame(readKubeletConfiguration(KUBEADM_MADE).nearMisses, []);
});

t.test('the gate', async (t) => {
  const refuses = (gates: string): boolean =>
    readKubeletConfiguration(`${H + T}featureGates: ${gates}\n`).refusesToStart;
  t.equal(refuses('{RotateKubeletServerCertificate: false}'), true);
  t.equal(refuses('{AllBeta: false}'), true);
  t.equal(refuses('{AllBeta: false, RotateKubeletServerCertificate: true}'), false);
  t.equal(refuses('{AllBeta: true, RotateKubeletServerCertificate: false}'), true);
  t.equal(refuses('{AllAlpha: false}'), false);
  t.equal(refuses('{RotateKubeletServerCertificate: null}'), true, 'null in a map of bool is false');
  const json = `${J}"serverTLSBootstrap":true,"featureGates":{"AllBeta":false},"featureGates":{"NodeSwap":true}}`;
  t.equal(readKubeletConfiguration(json).refusesToStart, true, 'JSON adds to a map that is there');
  const empty = json.replace('"featureGates":{"NodeSwap":true}', '"featureGates":null');
  t.equal(readKubeletConfiguration(empty).refusesToStart, false, 'null empties it');
});

t.test('near misses', async (t) => {
  const near = (key: string): boolean => readKubeletConfiguration(`${H}"${key}": true\n`).nearMisses.length > 0;
  for (const key of [
    'servertlsbootstrap',
    'ServerTLSBootstrap',
    'server_tls_bootstrap',
    'serverTLSBootstap',
    'serverTLSBootstrap ',
    '\\ufeffserverTLSBootstrap',
  ]) {
    t.equal(near(key), true, key);
  }
  for (const key of ['serverTLSBootstrap', 'tlsCertFile', 'rotateServerCertificates', 'bootstrap', 'staticPodPath']) {
    t.equal(near(key), false, key);
  }
  t.equal(
    readKubeletConfiguration(`${H}x: [{servertlsbootstrap: true}]\n`).nearMisses[0]?.path,
    'x.servertlsbootstrap',
  );
});

/** A value as plain JSON, numbers as numbers. */
function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(value.text);
    case 'list':
      return value.items.map(toJson);
    case 'object':
      return Object.fromEntries(value.members.map((member) => [member.key, toJson(member.value)]));
    default:
      return value.value;
  }
}

t.test('YAML as go-yaml v2 reads it', async (t) => {
  const cases: readonly [string, unknown][] = [
    ['', null],
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['- a\n-\n- - b\n  - c: d\n    e:\n    - f\n', ['a', null, ['b', { c: 'd', e: ['f'] }]]],
    ['{a, b: c, ? d, e: }', { a: null, b: 'c', d: null, e: null }],
    ['[a: b, ? c : d, {e: f}]', [{ a: 'b' }, { c: 'd' }, { e: 'f' }]],
    ['a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n   z\n', { a: 'x\n y\n\nz\n', b: 'x y\n\n z' }],
    ['a: |+\n  x\n\nb: |2\n    y\n', { a: 'x\n\n', b: '  y\n' }],
    ['a: x\n  y\n\n  z # c\n', { a: 'x y\nz' }],
    ["a: 'it''s\n  b'\nc: \"\\x41\\u00e9\\U0001F600\\\n  d\"\n", { a: "it's b", c: 'A\u00e9\u{1f600}d' }],
    [
      '[0x1F, 0o17, 017, 0b11, 1_000, -0x1, +5, 08, 1e3, .5, -.5, 1:30, 2001-01-01, 0x, 1e400]',
      [31, 15, 15, 3, 1000, -1, 5, 8, 1000, 0.5, -0.5, '1:30', '2001-01-01', '0x', '1e400'],
    ],
    [
      '[y, NO, On, ~, null, "null", yES, !!str yes, !!int "7", !!float 7]',
      [true, false, true, null, null, 'null', 'yES', 'yes', 7, 7],
    ],
    ['{1: a, 1.5: b, true: c, 1e6: d, .inf: e}', { 1: 'a', 1.5: 'b', true: 'c', '1e+06': 'd', '.inf': 'e' }],
    [
      'a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  b: 2\ne:\n  b: 2\n  <<: *x\n',
      { a: { b: 1 }, c: { b: 1 }, d: { b: 2 }, e: { b: 1 } },
    ],
    ['a\n---\nb', 'a'],
    ['a\n...\nb: [', 'a'],
    ['%TAG !e! tag:yaml.org,2002:\n--- !e!int "5"', 5],
    ['!!binary aGk=', 'hi'],
    ['"a" b', 'a'],
    ['__proto__: {constructor: 1}', JSON.parse('{"__proto__":{"constructor":1}}')],
    ['[#\n[]: x\n---\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: [\nb', "yaml: line 2: did not find expected ',' or ']'"],
    ['a:\n\t- b', 'yaml: line 2: found character that cannot start any token'],
    ['a\u0007', 'yaml: control characters are not allowed'],
  ];
  for (const [text, expected] of cases) {
    const read = readYaml(text);
    t.strictSame(read.kind === 'value' ? toJson(read.value) : read.kind === 'error' && read.error, expected, text);
  }
});

t.test('documents of a kubeadm configuration', async (t) => {
  const read = readYamlDocuments(
    'apiVersion: kubeadm.k8s.io/v1beta4\r\nkind: InitConfiguration\r\n---\r\napiVersion: kubeadm.k8s.io/v1beta4\r\nkind: ClusterConfiguration\r\na: b\r\n',
  );
  if (read.kind !== 'documents') return t.fail('documents expected');
  t.strictSame(
    read.documents.map(({ type }) => type.kind),
    ['InitConfiguration', 'ClusterConfiguration'],
  );
  const second = read.documents[1];
  t.equal(second?.text.text.includes('\r'), false);
  t.equal(second?.text.toOriginal(second.text.text.indexOf('a: b')), 130);
  t.match(readYamlDocuments('--- x\n'), { kind: 'error', error: 'invalid Yaml document separator: x', at: 0 });
  t.match(readYamlDocuments(`${H}---\n${H}---\n${H}`), {
    kind: 'error',
    error: /^invalid configuration: kind .* is specified twice/,
  });
});

// Each pair: a text, and the one it must become; undefined where no edit is right.
const FIXES: readonly (readonly [string, string | undefined])[] = [
  [H + T, H + T],
  [H, H + T],
  [H + F, H + T],
  [`${H}serverTLSBootstrap: no # why\n`, `${H}serverTLSBootstrap: true # why\n`],
  [`${H}serverTLSBootstrap:`, `${H}serverTLSBootstrap: true`],
  [`${H}serverTLSBootstrap: # c\nx: 1\n`, `${H}serverTLSBootstrap: true # c\nx: 1\n`],
  [H + T + F, H + T + T],
  [`${H}serverTLSBootstrap: !!bool "off"\n`, `${H}serverTLSBootstrap: !!bool true\n`],
  [`${H}"serverTLSBootstrap" :\n  false\n`, `${H}"serverTLSBootstrap" :\n  true\n`],
  [`${H + T}<<: {serverTLSBootstrap: false}\n`, `${H + T}<<: {serverTLSBootstrap: true}\n`],
  [`${H}x: &a false\nserverTLSBootstrap: *a\n`, `${H}x: &a false\nserverTLSBootstrap: true\n`],
  [`${H}x: &a {serverTLSBootstrap: no}\n<<: *a\n`, `${H}x: &a {serverTLSBootstrap: no}\n<<: *a\n${T}`],
  [`${H}pods: |+\n  a\n\n`, `${H}pods: |+\n  a\n\n${T}`],
  [`${H}pods: |-\n  a`, `${H}pods: |-\n  a\n${T.trimEnd()}`],
  [`${H}...\ntext\n`, `${H + T}...\ntext\n`],
  [`${H}---\napiVersion: a/b\nkind: c\n`, `${H + T}---\napiVersion: a/b\nkind: c\n`],
  [(H + F).replaceAll('\n', '\r\n'), (H + T).replaceAll('\n', '\r\n')],
  [H.replaceAll('\n', '\r\n'), (H + T).replaceAll('\n', '\r\n')],
  [H.replaceAll('\n', '\r'), (H + T).replaceAll('\n', '\r')],
  [H.replaceAll(/^/gm, '  ').slice(0, -2), (H + T).replaceAll(/^/gm, '  ').slice(0, -2)],
  [`# a\n\n${H}# pods\nstaticPodPath: /x\n`, `# a\n\n${H}${T}# pods\nstaticPodPath: /x\n`],
  [KUBEADM_MADE.replace(T, ''), KUBEADM_MADE],
  [KUBEADM_MADE.replace(T, F), KUBEADM_MADE],
  [`${J}"serverTLSBootstrap": false}`, `${J}"serverTLSBootstrap": true}`],
  [
    `${J}"serverTLSBootstrap":false,"serverTLSBootstrap":null}`,
    `${J}"serverTLSBootstrap":true,"serverTLSBootstrap":null}`,
  ],
  [`${J}"x":1}`, `{"serverTLSBootstrap":true,${J.slice(1)}"x":1}`],
  [
    JSON.stringify(JSON.parse(`${J}"x":1}`), undefined, 2),
    JSON.stringify({ serverTLSBootstrap: true, ...JSON.parse(`${J}"x":1}`) }, undefined, 2),
  ],
  [
    '---\n{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration}\n',
    '---\n{serverTLSBootstrap: true, apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration}\n',
  ],
  [`${H}serverTLSBootstrap: "true"\n`, undefined],
  [`${H}x: [\n`, undefined],
  ['', undefined],
  [`${H}# ${'x'.repeat(64 * 1024)}\n`, undefined],
  ['apiVersion: a/b\nkind: c\n', undefined],
  [`apiVersion: a/b\nkind: c\n---\n${H}`, undefined],
];

t.test('putting it back to true', async (t) => {
  for (const [text, expected] of FIXES) {
    const result = setServerTLSBootstrapTrue(text);
    t.equal(result.kind === 'changed' ? result.text : undefined, expected, JSON.stringify(text.slice(0, 200)));
    if (result.kind !== 'changed') continue;
    t.strictSame(readKubeletConfiguration(result.text).kubeadm, { kind: 'true', position: result.position });
    t.strictSame(setServerTLSBootstrapTrue(result.text), result, 'twice changes nothing');
  }
});

const value = fc.constantFrom(
  'true',
  'false',
  'yes',
  'no',
  'on',
  'off',
  'null',
  '~',
  '',
  '!!bool "true"',
  '"true"',
  '1',
  '[true]',
  '*a',
  '{a: b}',
);
const key = fc.constantFrom(
  'serverTLSBootstrap',
  '"serverTLSBootstrap"',
  "'serverTLSBootstrap'",
  '? serverTLSBootstrap\n',
  'servertlsbootstrap',
  '<<',
);
const filler = fc.constantFrom(
  'x: &a true',
  'clusterDNS:\n- 10.96.0.10',
  '# comment',
  '',
  'y: |\n  serverTLSBootstrap: true',
  '---',
  '...',
  'featureGates: {AllBeta: true}',
  'syncFrequency: 1m',
  'readOnlyPort: x',
  'm: {serverTLSBootstrap: true}',
);
const line = fc.oneof(
  { weight: 2, arbitrary: filler },
  { weight: 1, arbitrary: fc.tuple(key, value).map(([k, v]) => `${k}: ${v}`) },
);
const text = fc.array(line, { maxLength: 6 }).map((lines) => `${H}${lines.join('\n')}\n`);
const hostile = fc
  .array(
    fc.constantFrom(
      ...'abty01:-?,[]{}&*!|>\'"#%@`\\ \t\n\r.~<=\u0085\u2028\ufeff\ud83d\ude00\ud800\0',
      '---\n',
      '...\n',
      '<<: ',
      '&a ',
      '*a',
      '!!',
      H,
      T,
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

function verdictOf(outcome: Outcome): string {
  return outcome.kind;
}

t.test('properties', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 200 }), text), (input) => {
        const before = readKubeletConfiguration(input);
        const result = setServerTLSBootstrapTrue(input);
        if (result.kind === 'impossible') return before.kubeadm.kind !== 'true' || before.kubelet.kind !== 'true';
        const after = readKubeletConfiguration(result.text);
        return (
          after.kubeadm.kind === 'true' &&
          after.kubelet.kind === 'true' &&
          result.text.length - input.length <= 40 &&
          setServerTLSBootstrapTrue(result.text).kind === 'changed'
        );
      }),
      { numRuns: 3000 },
    ),
  );
  const lines = KUBEADM_MADE.trimEnd().split(/\n(?![ -])/);
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), fc.boolean(), (shuffled, on) => {
        const document = `${shuffled.join('\n')}\n`.replace(T, on ? T : F);
        const { kubeadm, kubelet, complaints } = readKubeletConfiguration(document);
        return verdictOf(kubeadm) === String(on) && verdictOf(kubelet) === String(on) && complaints.length === 0;
      }),
      { numRuns: 200 },
    ),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(text, fc.nat(), (input, seed) => {
        // A comment on a line of its own, in the root's column, changes nothing unless it stands in front of a `---` or inside a scalar.
        const rows = input.split('\n');
        if (/^(?:---|\.\.\.|\? )|[|:]$/m.test(input)) return true;
        rows.splice(2 + (seed % (rows.length - 2)), 0, '# serverTLSBootstrap: false');
        const quoted = input.replace(/^serverTLSBootstrap:/gm, '"serverTLSBootstrap":');
        const kind = verdictOf(readKubeletConfiguration(input).kubeadm);
        return (
          kind === verdictOf(readKubeletConfiguration(rows.join('\n')).kubeadm) &&
          kind === verdictOf(readKubeletConfiguration(quoted).kubeadm) &&
          kind === verdictOf(readKubeletConfiguration(input.replaceAll('\n', '\r\n')).kubeadm)
        );
      }),
      { numRuns: 1000 },
    ),
  );
});

t.test('hostile texts take no long time', async (t) => {
  const size = 250_000;
  const repeat = (part: string): string => part.repeat(Math.floor(size / part.length));
  const bomb = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`,
  ).join('');
  const merges = Array.from({ length: 30 }, (_, i) => `b${i + 1}: &b${i + 1}\n  <<: [*b${i}, *b${i}]\n`).join('');
  const texts = {
    'an alias bomb': `${H}a0: &a0 [x]\n${bomb}`,
    'a merge chain': `${H}b0: &b0 {serverTLSBootstrap: true}\n${merges}<<: *b30\n`,
    'many merges': `${H}b: &b {x: 1}\n${repeat('<<: *b\n')}`,
    'open brackets': H + repeat('['),
    'open braces': repeat('{'),
    'nested JSON': `${J}"x":${repeat('[')}`,
    'question marks': H + repeat('? '),
    dashes: H + repeat('- '),
    anchors: H + repeat('&a '),
    'a long list': `${H}x: [${repeat('a, ')}]\n`,
    'a long list on many lines': `${H}x: [\n${repeat('a,\n')}]\n`,
    'many keys': H + Array.from({ length: 20_000 }, (_, i) => `k${i}: v\n`).join(''),
    'one key again and again': H + repeat(T),
    'near misses': H + Array.from({ length: 7_000 }, (_, i) => `serverTLSBootstra${i}: true\n`).join(''),
    separators: repeat('---\n'),
    documents: Array.from({ length: 3_000 }, (_, i) => `apiVersion: a/b\nkind: k${i}\n---\n`).join(''),
    'the same document': repeat(`${H}---\n`),
    blanks: `${H}x: a${repeat(' ')}b\n`,
    'line breaks': `${H}x: a${repeat('\n')}  b\n`,
    quotes: `${H}x: "${repeat("' ")}`,
    escapes: `${H}x: "${repeat('\\n')}"\n`,
    digits: `${H}x: ${repeat('1')}\ny: 0x${repeat('f')}\n`.slice(0, size),
    'a long duration': `${H}syncFrequency: ${repeat('1h')}\n`,
    'a long quantity': `${H}reservedMemory: [{limits: {memory: "${repeat('1')}x"}}]\n`,
    'a tag': `${H}x: !${repeat('%41')} a\n`,
    colons: H + repeat(':'),
    comments: H + repeat('#\n'),
    'byte order marks': H + repeat('\ufeff\n'),
    surrogates: H + repeat('\ud800'),
    'beyond the basic plane': `${H}x: ${repeat('\u{1f600} ')}\n`,
    'spaces before JSON': repeat(' ') + J,
    'trailing space after a separator': `${H}---${repeat(' ')}x\n`,
  };
  for (const [name, input] of Object.entries(texts)) {
    const start = performance.now();
    readKubeletConfiguration(input);
    const took = performance.now() - start;
    t.ok(took < 1500, `${name}: ${took.toFixed(0)} ms`);
  }
  t.match(readKubeletConfiguration(texts['an alias bomb']).kubeadm, { kind: 'error', error: /excessive aliasing/ });
  t.equal(readKubeletConfiguration(repeat('x').repeat(4)).kubeadm.kind, 'unclear');
});
