/** A control plane of one run: etcd and kube-apiserver on the loopback, with users, an audit log and kubeconfig files. */

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Send } from './api-client.ts';
import { binary, installed } from './binaries.ts';
import { freePorts, start, temporaryFolder, waitUntil } from './processes.ts';

/** The people of the cluster. `admin` may do everything and act as anyone; `alice` has the rights of a cluster's operator. */
const people = {
  admin: ['system:masters'],
  alice: ['operators'],
  'kubernetes-admin': ['kubeadm:cluster-admins'],
} as const;
export type Person = keyof typeof people;

export interface Cluster {
  /** Where everything lies that this run wrote. */
  readonly folder: string;
  readonly url: string;
  /** A file that `kubectl --kubeconfig` and `kubeadm --kubeconfig` take. */
  readonly kubeconfig: (person: Person) => string;
  /** A raw request as `admin`: for what is sent by the hundred. */
  readonly call: Send;
  readonly metrics: () => Promise<string>;
  /** The audit log's events so far. */
  readonly auditEvents: () => readonly unknown[];
  readonly stop: () => Promise<void>;
}

/** Starts a cluster and waits until it answers. @throws Error with the program's last lines if it does not within a minute. */
export async function startCluster(): Promise<Cluster> {
  const etcdPath = await installed('etcd', "install it (Debian: apt-get install etcd-server); the API server's store");
  const apiServerPath = await binary('kube-apiserver');
  const folder = temporaryFolder();
  const [clientPort = 0, peerPort = 0, securePort = 0] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const url = `https://127.0.0.1:${securePort}`;
  const tokens = writeSecrets(folder);
  const etcd = start('etcd', folder, [etcdPath, ...etcdFlags(folder, etcdUrl, `http://127.0.0.1:${peerPort}`)]);
  const apiServer = start('kube-apiserver', folder, [apiServerPath, ...apiServerFlags(folder, etcdUrl, securePort)]);
  const answers = (address: string) =>
    fetch(address).then(
      (answer) => answer.ok,
      () => false,
    );
  await waitUntil('etcd to be healthy', 60, () => answers(`${etcdUrl}/health`), etcd);
  const certificate = certificateOf(folder);
  const isWritten = () =>
    existsSync(certificate) && readFileSync(certificate, 'utf8').trimEnd().endsWith('-END CERTIFICATE-----');
  await waitUntil("the API server's certificate", 60, async () => isWritten(), apiServer);
  const call = createClient(url, readFileSync(certificate, 'utf8'), tokens.admin);
  const isReady = () =>
    call({ path: '/readyz' }).then(
      ({ status }) => status === 200,
      () => false,
    );
  await waitUntil('the API server to be ready', 60, isReady, apiServer);
  const kubeconfigs = writeKubeconfigs(folder, url, tokens);
  await grantOperators(call);
  return {
    folder,
    url,
    kubeconfig: (person) => kubeconfigs[person],
    call,
    metrics: async () => String((await call({ path: '/metrics' })).body),
    auditEvents: () => parseLines(readFileSync(join(folder, 'audit.log'), 'utf8')),
    stop: async () => {
      await apiServer.stop();
      await etcd.stop();
    },
  };
}

function etcdFlags(folder: string, clientUrl: string, peerUrl: string): readonly string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ];
}

function apiServerFlags(folder: string, etcdUrl: string, port: number): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'apiserver')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    // No controller makes service accounts here, and no pod has to run.
    '--disable-admission-plugins=ServiceAccount',
    `--audit-policy-file=${join(folder, 'audit-policy.json')}`,
    `--audit-log-path=${join(folder, 'audit.log')}`,
  ];
}

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    {
      level: 'RequestResponse',
      namespaces: ['kube-system'],
      resources: [{ group: '', resources: ['configmaps'] }],
    },
    {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers'] },
        { group: 'apps' },
        { group: 'batch' },
        { group: 'apiregistration.k8s.io' },
      ],
    },
  ],
};

type Tokens = Readonly<Record<Person, string>>;

function writeSecrets(folder: string): Tokens {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = { mode: 0o600 };
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), secret);
  writeFileSync(join(folder, 'audit-policy.json'), JSON.stringify(auditPolicy));
  const token = () => randomBytes(16).toString('hex');
  const tokens: Tokens = { admin: token(), alice: token(), 'kubernetes-admin': token() };
  const rows = names().map((name) => `${tokens[name]},${name},${name},"${people[name].join(',')}"\n`);
  writeFileSync(join(folder, 'tokens.csv'), rows.join(''), secret);
  return tokens;
}

function names(): readonly Person[] {
  return ['admin', 'alice', 'kubernetes-admin'];
}

function writeKubeconfigs(folder: string, server: string, tokens: Tokens): Readonly<Record<Person, string>> {
  const write = (person: Person) => {
    const path = join(folder, `${person}.kubeconfig`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'e2e',
      clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority': certificateOf(folder) } }],
      users: [{ name: person, user: { token: tokens[person] } }],
      contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: person } }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };
  return { admin: write('admin'), alice: write('alice'), 'kubernetes-admin': write('kubernetes-admin') };
}

/** The API server makes its own certificate; the file holds the CA that signed it too. */
function certificateOf(folder: string): string {
  return join(folder, 'apiserver', 'apiserver.crt');
}

/** What an operator of workloads needs; kubeadm's own group gets what kubeadm init gives it. */
async function grantOperators(call: Send): Promise<void> {
  const bind = (group: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: group },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  });
  for (const group of ['operators', 'kubeadm:cluster-admins']) {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    const { status, body } = await call({ method: 'POST', path, body: bind(group) });
    if (status !== 201) throw new Error(`binding ${group} was answered by ${status}: ${JSON.stringify(body)}`);
  }
}

function parseLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
