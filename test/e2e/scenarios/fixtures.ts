/** Each fixture, sent through the API server, gets the verdict that its own markers and headers ask for. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { rules } from '../../../src/rules/index.ts';
import type { Mode } from '../../../src/rules/rule.ts';
import type { Answer } from '../api-client.ts';
import { check, expect, expectEqual } from '../checks.ts';
import type { Cluster } from '../cluster.ts';
import type { Guard } from '../guard.ts';
import { kubeletConfigMap, kubeletConfigRule, namespace, texts } from '../manifests.ts';
import { collectionOf, isKubernetesObject, type KubernetesObject, pathOf, place, remove } from '../objects.ts';
import { waitUntil } from '../processes.ts';
import { messageOf, type Stage, verdictOf } from '../stage.ts';
import { waitForCanary } from '../webhooks.ts';
import { setMap } from './kubelet-config.ts';
import { inParallel } from './vectors.ts';

const folder = fileURLToPath(new URL('../../fixtures/', import.meta.url));
/** Read from files only; there is no such object in a cluster. */
const filesOnly = 'kubeadm-config-server-tls-bootstrap';

type Decision = 'deny' | 'warn' | 'audit' | 'allow';

interface Fixture {
  readonly name: string;
  readonly rule: string;
  readonly object: KubernetesObject;
  readonly operation: string;
  readonly always: boolean;
  readonly old: KubernetesObject | undefined;
  /** Undefined where the API server has its own opinion of the object. */
  readonly decision: Decision | undefined;
}

/** Sends all fixtures; what is only created goes many at a time, what needs an old object one after the other. */
export async function sendFixtures(stage: Stage, guard: Guard): Promise<void> {
  const fixtures = rules.filter(({ id }) => id !== filesOnly).flatMap(({ id }) => readFolder(id));
  const namespaces = new Set(fixtures.map(({ object }) => object.metadata.namespace ?? 'default'));
  for (const name of namespaces)
    await stage.cluster.call({ method: 'POST', path: '/api/v1/namespaces', body: namespace(name) });
  await setMap(stage);
  const created = fixtures.filter(({ operation, always }) => operation === 'CREATE' && !always);
  await inParallel(created, async (fixture) => compare(fixture, await create(stage.cluster, fixture.object)));
  const rest = fixtures.filter((fixture) => !created.includes(fixture));
  for (const fixture of rest.filter(({ always }) => !always)) await compare(fixture, await writeOver(stage, fixture));

  guard.configure({ rules: { [kubeletConfigRule]: { requireEnabled: 'always' } } });
  await setMap(stage);
  const map = kubeletConfigMap(texts.false);
  await waitUntil('requireEnabled: always to be in force', 30, async () => {
    return verdictOf(await create(stage.cluster, map)) === 'refused';
  });
  for (const fixture of rest.filter(({ always }) => always)) await compare(fixture, await writeOver(stage, fixture));
  guard.configure({});
  await waitForCanary(stage.cluster, 'refused');
  await setMap(stage);
}

async function compare({ name, rule, decision }: Fixture, answer: Answer): Promise<void> {
  await check(`fixture ${name}: ${decision ?? 'whatever the API server says'}`, () => {
    const verdict = verdictOf(answer);
    // The name is taken; admission comes before that is looked up (k8s.io/apiserver pkg/registry/generic/registry/store.go).
    const admitted =
      verdict === 'admitted' || (answer.status === 409 && messageOf(answer.body).includes('already exists'));
    if (decision === undefined) {
      expect(answer.status < 500, messageOf(answer.body));
      return;
    }
    const ours = (text: string) => text.includes(rule);
    const refused = verdict === 'refused' && ours(messageOf(answer.body));
    if (decision === 'deny')
      return expect(refused, `expected a refusal by ${rule}, got ${verdict}: ${messageOf(answer.body)}`);
    // Another rule may have its own opinion of the same object; its own fixtures say which.
    if (verdict === 'refused') return expect(!refused, `expected ${decision}, got: ${messageOf(answer.body)}`);
    expect(admitted, `${answer.status}: ${messageOf(answer.body)}`);
    expectEqual(
      answer.warnings.some(ours),
      decision === 'warn',
      `a warning of ${rule} (${answer.warnings.join(' / ')})`,
    );
  });
}

async function create(cluster: Cluster, object: KubernetesObject): Promise<Answer> {
  return cluster.call({ method: 'POST', path: `${collectionOf(object)}?dryRun=All`, body: object });
}

/** A write that needs its old object, or its absence, to be there first. */
async function writeOver({ cluster }: Stage, { object, old, operation }: Fixture): Promise<Answer> {
  if (operation === 'CREATE') {
    await remove(cluster, object);
    return create(cluster, object);
  }
  const { deletionTimestamp, finalizers } = object.metadata;
  const before = old ?? object;
  await place(cluster, {
    ...before,
    metadata: { ...before.metadata, ...(finalizers === undefined ? {} : { finalizers }) },
  });
  // Only the API server sets a deletionTimestamp: on an object that a finalizer holds.
  if (deletionTimestamp !== undefined) await cluster.call({ method: 'DELETE', path: pathOf(object) });
  const path = `${pathOf(object)}?dryRun=All`;
  return cluster.call(operation === 'DELETE' ? { method: 'DELETE', path } : { method: 'PUT', path, body: object });
}

function readFolder(rule: string): readonly Fixture[] {
  const mode = rules.find(({ id }) => id === rule)?.defaultMode ?? 'enforce';
  const files = readdirSync(join(folder, rule)).filter((file) => file.endsWith('.yaml'));
  return files.flatMap((file) => readFile(rule, mode, file));
}

function readFile(rule: string, mode: Mode, file: string): readonly Fixture[] {
  const text = readFileSync(join(folder, rule, file), 'utf8');
  const headers = /^(#.*\n)*/.exec(text)?.[0] ?? '';
  const header = (name: string) => new RegExp(`^# ${name}: *(.*)$`, 'm').exec(headers)?.[1];
  const context: { operation?: string; requireEnabled?: string } = JSON.parse(header('context') ?? '{}');
  const oldFile = header('old');
  const oldText = oldFile === undefined ? undefined : readFileSync(join(folder, rule, oldFile), 'utf8');
  const stated = header('decision');
  const chunks = text.split(/^---(?=\s|$).*$/m).filter((chunk) => parseText(chunk) !== null);
  return chunks.flatMap((chunk, index) => {
    const object = readObject(parseText(chunk));
    if (object === undefined) return [];
    const levels = levelsOf(chunk, [header(`expect\\[${index + 1}\\]`), index === 0 ? header('expect') : undefined]);
    const invalid = header(`invalid\\[${index + 1}\\]`) ?? header('invalid');
    const decision = isDecision(stated) ? stated : decide(mode, levels);
    const old = oldText === undefined ? undefined : readObject(parseText(oldText));
    const name = `${rule}/${file}${chunks.length > 1 ? ` [${index + 1}]` : ''}`;
    const operation = context.operation ?? 'CREATE';
    const always = context.requireEnabled === 'always';
    return [{ name, rule, object, operation, always, old, decision: invalid === undefined ? decision : undefined }];
  });
}

function levelsOf(chunk: string, headers: readonly (string | undefined)[]): ReadonlySet<string> {
  const marked = [...chunk.matchAll(/# <- (.*)$/gm)].map((match) => match[1]);
  return new Set([...marked, ...headers].flatMap((words) => words?.match(/violation|unclear|warning/g) ?? []));
}

/** What the default policy makes of a finding when the object is created. */
function decide(mode: Mode, levels: ReadonlySet<string>): Decision {
  if (levels.size === 0 || mode === 'off') return 'allow';
  if (mode !== 'enforce') return mode;
  return levels.has('violation') || levels.has('unclear') ? 'deny' : 'warn';
}

function isDecision(word: string | undefined): word is Decision {
  return word === 'deny' || word === 'warn' || word === 'audit' || word === 'allow';
}

/** Manifests are YAML 1.1 to the API's clients (sigs.k8s.io/yaml). */
function parseText(text: string): unknown {
  return parse(text, { version: '1.1', merge: true, uniqueKeys: false, logLevel: 'silent' });
}

function readObject(value: unknown): KubernetesObject | undefined {
  return isKubernetesObject(value) ? value : undefined;
}
