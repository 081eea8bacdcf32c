/** Every way in which kubectl can bring the insecure flag is refused. */

import { check, expect, expectEqual, type Ran } from '../checks.ts';
import { flag, image, list, metricsServerRule, namespace, pod, workload } from '../manifests.ts';
import { expectClean, expectRefused, expectWarned, type Stage } from '../stage.ts';

const kubeSystem = ['-n', 'kube-system'];
export const deployment = ['deployment', 'metrics-server'];
const lastArg = '- --metric-resolution=15s';
const flagged = { args: ['--cert-dir=/tmp', flag] };
const clean = { args: ['--cert-dir=/tmp'] };

/** Writes what must be there before the webhook is: objects that are already bad, and a Deployment with a bad revision behind it. */
export async function prepareMetricsServer({ kubectl, write }: Stage): Promise<void> {
  const old = (name: string, finalizers: readonly string[] = []) =>
    workload('Deployment', { name, namespace: 'old', finalizers }, flagged);
  const file = write(
    'old.json',
    list(
      namespace('old'),
      old('metrics-server'),
      old('metrics-server-held', ['example.com/hold']),
      pod({ name: 'metrics-server', namespace: 'old' }, flagged),
      workload('Deployment', { name: 'metrics-server-undone', namespace: 'old', annotations: revision(2) }, clean),
    ),
  );
  succeeded(await kubectl(['create', '-f', file]));
  const ran = await kubectl([
    'get',
    'deployment',
    'metrics-server-undone',
    '-n',
    'old',
    '-o',
    'jsonpath={.metadata.uid}',
  ]);
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'metrics-server-undone',
    uid: succeeded(ran).stdout,
  };
  const revisions = [flagged, clean].map((container, index) =>
    replicaSetOf(`metrics-server-undone-${index + 1}`, revision(index + 1), container, owner),
  );
  const sets = write('revisions.json', list(...revisions));
  succeeded(
    await kubectl(['create', '-f', sets, '--as=system:serviceaccount:kube-system:deployment-controller'], {
      person: 'admin',
    }),
  );
}

function revision(number: number): Readonly<Record<string, string>> {
  return { 'deployment.kubernetes.io/revision': String(number) };
}

/** A ReplicaSet that the Deployment's selector selects. */
function replicaSetOf(
  name: string,
  annotations: Readonly<Record<string, string>>,
  container: object,
  owner: object & { readonly name: string },
): object {
  const labels = { 'k8s-app': owner.name, 'pod-template-hash': name.slice(-1) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'old', labels, annotations, ownerReferences: [{ ...owner, controller: true }] },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'metrics-server', image, ...container }] } },
    },
  };
}

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`${ran.command}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** The release as it is shipped, and with the flag by each command that writes. */
export async function refuseTheFlag(stage: Stage): Promise<void> {
  const { kubectl, write, release } = stage;
  const shipped = write('metrics-server.yaml', release);
  const text = release.replace(lastArg, `${lastArg}\n        - ${flag}`);
  const insecure = write('insecure.yaml', text);
  await check('the release with the flag differs from the release by one line', () => {
    expectEqual(text.split('\n').length, release.split('\n').length + 1, 'lines');
  });
  await check('kubectl create with the flag is refused; the rest of the file is created', async () => {
    expectRefused(await kubectl(['create', '-f', insecure]), metricsServerRule, 'create');
    expect(
      (await kubectl(['get', ...deployment, ...kubeSystem])).stderr.includes('NotFound'),
      'the Deployment is there',
    );
    expectEqual((await kubectl(['delete', '--ignore-not-found', '-f', insecure])).code, 0, 'deleting');
  });
  await check('kubectl apply of the release is clean, again too', async () => {
    expectClean(await kubectl(['apply', '-f', shipped]));
    expectClean(await kubectl(['apply', '-f', shipped]));
  });

  for (const [name, args, env] of updatesWith(insecure)) {
    await check(`kubectl ${name} with the flag is refused`, async () => {
      expectRefused(await kubectl(args, { env: env ?? {} }), metricsServerRule, name);
    });
  }
  await check('the Deployment is still without the flag', async () => {
    const { stdout } = await kubectl(['get', ...deployment, ...kubeSystem, '-o', 'yaml']);
    expect(stdout.includes(lastArg) && !stdout.includes(flag), stdout);
  });
  await check('kubectl diff of the release as it is finds nothing', async () => {
    expectEqual((await kubectl(['diff', '-f', shipped])).code, 0, 'exit code');
  });
  await setAndDebug(stage);
  await check('kubectl rollout undo to a revision with the flag is refused', async () => {
    const undo = ['rollout', 'undo', 'deployment/metrics-server-undone', '-n', 'old', '--to-revision=1'];
    expectRefused(await kubectl(undo), metricsServerRule, 'rollout-undo');
  });
}

/** The commands that bring the flag to the Deployment that is there: name, words, environment. */
function updatesWith(
  insecure: string,
): readonly (readonly [string, readonly string[], Readonly<Record<string, string>>?])[] {
  const patch = ['patch', ...deployment, ...kubeSystem];
  return [
    ['apply', ['apply', '-f', insecure]],
    ['apply-server-side', ['apply', '--server-side', '--force-conflicts', '-f', insecure]],
    ['replace', ['replace', '-f', insecure]],
    ['edit', ['edit', ...deployment, ...kubeSystem], { KUBE_EDITOR: `sed -i 's/${lastArg}/- ${flag}/'` }],
    ['patch-json', [...patch, '--type=json', '-p', jsonPatch()]],
    ['patch-merge', [...patch, '--type=merge', '-p', containersPatch({ image, args: [flag] })]],
    ['patch-strategic', [...patch, '-p', containersPatch({ args: [flag] })]],
    ['dry-run', ['apply', '--dry-run=server', '-f', insecure]],
    ['diff', ['diff', '-f', insecure]],
  ];
}

/** Adds the flag to the first container of a template. */
export function jsonPatch(): string {
  return JSON.stringify([{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: flag }]);
}

function containersPatch(container: object): string {
  return JSON.stringify({ spec: { template: { spec: { containers: [{ name: 'metrics-server', ...container }] } } } });
}

/** What changes an image, a variable or a running pod, and brings the flag into force by it. */
async function setAndDebug({ kubectl, write }: Stage): Promise<void> {
  const env = [{ name: 'INSECURE', value: 'false' }];
  const variable = workload(
    'Deployment',
    { name: 'variable', namespace: 'default' },
    { args: [`${flag}=$(INSECURE)`], env },
  );
  const koordlet = {
    name: 'koordlet',
    image: 'registry.example/koordlet:v1.6.0',
    command: ['/koordlet'],
    args: [flag],
  };
  const other = workload('Deployment', { name: 'other', namespace: 'default' }, koordlet);
  const both = { args: ['--kubelet-certificate-authority=/ca/ca.crt', flag] };
  const release = workload('Deployment', { name: 'release', namespace: 'default' }, both);
  const target = pod(
    { name: 'target', namespace: 'default' },
    { name: 'web', image: 'registry.example/web:1' },
    { nodeName: 'node1' },
  );
  await check('what is not in force is admitted', async () => {
    expectClean(await kubectl(['create', '-f', write('variable.json', list(variable, target))]));
  });
  await check("the flag on a program that is not recognisably metrics-server's gets a warning", async () => {
    expectWarned(
      await kubectl(['create', '-f', write('other.json', list(other))]),
      'kubelet-insecure-tls-flag',
      'other-program',
    );
  });
  await check('kubectl set env that brings the flag into force is refused', async () => {
    expectRefused(await kubectl(['set', 'env', 'deployment/variable', 'INSECURE=true']), metricsServerRule, 'set-env');
  });
  await check('two flags with which this release refuses to start are admitted with a warning', async () => {
    expectWarned(
      await kubectl(['create', '-f', write('release.json', list(release))]),
      metricsServerRule,
      'refuses-to-start',
    );
  });
  await check('kubectl set image to a release that starts with them, insecurely, is refused', async () => {
    const set = ['set', 'image', 'deployment/release', `metrics-server=${image.replace('v0.9.0', 'v0.3.7')}`];
    expectRefused(await kubectl(set), metricsServerRule, 'set-image');
  });
  const debug = ['debug', 'target', '--attach=false', '-c', 'debugger', `--image=${image}`, '--arguments-only', '--'];
  await check('kubectl debug with the flag is refused (ephemeral container)', async () => {
    expectRefused(await kubectl([...debug, flag]), metricsServerRule, 'debug');
  });
  await check('kubectl debug without the flag is admitted', async () => {
    expectClean(await kubectl([...debug, '--cert-dir=/tmp']));
  });
}
