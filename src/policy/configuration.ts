/** Turns the text of a GuardConfiguration into the policy in force, or into everything that is wrong with it. */

import { isMap, isScalar } from 'yaml';
import { closest } from '../kube/index.ts';
import { modes, type Rule } from '../rules/rule.ts';
import { type Decoded, type DecodedObject, decode } from './configuration-decoder.ts';
import { configurationKind, defineConfiguration } from './configuration-definition.ts';
import { parseExpiry } from './configuration-expiry.ts';
import { judgesFilesOnly } from './configuration-settings.ts';
import { type ConfigurationText, type Problem, readConfigurationText } from './configuration-text.ts';
import { quote } from './configuration-wording.ts';
import {
  defaultHelpURL,
  defaultSettings,
  type Exemption,
  existingSettings,
  type Policy,
  type RuleSettings,
  requireEnabledSettings,
  unclearSettings,
} from './policy.ts';

export type Configuration =
  | {
      readonly kind: 'policy';
      readonly policy: Policy;
      /** What an administrator should know on loading it, one sentence or two each. */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Decodes a configuration strictly, as Kubernetes decodes its component configurations: an unknown field, a wrong type, a duplicate key
 * are errors, since a setting that is silently not in force is worse than none.
 */
export function parseConfiguration(text: string, rules: readonly Rule[]): Configuration {
  const read = readConfigurationText(text);
  if (read.kind === 'invalid') return read;
  const foreign = findForeignKind(read);
  if (foreign !== undefined) return { kind: 'invalid', problems: [foreign] };
  const { decoded, problems } = decode(defineConfiguration(rules), read);
  if (decoded === undefined || problems.length > 0) return { kind: 'invalid', problems };
  const policy = toPolicy(decoded, rules);
  return { kind: 'policy', policy, notes: noteOn(policy, rules) };
}

/** A document of quite another kind is one problem; what its fields are called does not matter. */
function findForeignKind({ root, positionOf }: ConfigurationText): Problem | undefined {
  if (!isMap(root)) return undefined;
  const node: unknown = root.items.find(({ key }) => isScalar(key) && key.value === 'kind')?.value;
  if (!isScalar(node) || typeof node.value !== 'string' || closest(node.value, [configurationKind])) return undefined;
  const advice =
    node.value === 'ConfigMap'
      ? 'a file that its data holds, not the ConfigMap itself, is the configuration'
      : `a configuration has kind: ${configurationKind}`;
  const message = `kind: this is a document of kind ${quote(node.value)}: ${advice}`;
  return { ...positionOf(node.range?.[0] ?? 0), path: 'kind', message };
}

function toPolicy(decoded: DecodedObject, rules: readonly Rule[]): Policy {
  const settings = asObject(decoded.get('rules'));
  return {
    rehearsal: decoded.get('rehearsal') === true,
    rules: new Map(rules.map((rule) => [rule.id, toSettings(asObject(settings.get(rule.id)), defaultSettings(rule))])),
    exemptions: asList(decoded.get('exemptions')).map((exemption) => toExemption(asObject(exemption))),
    helpURL: asText(decoded.get('helpURL')) ?? defaultHelpURL,
    contact: asText(decoded.get('contact')),
  };
}

function toSettings(decoded: DecodedObject, defaults: RuleSettings): RuleSettings {
  const pick = <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
    values.find((value) => value === decoded.get(name));
  const mutate = decoded.get('mutate');
  return {
    mode: pick('mode', modes) ?? defaults.mode,
    unclear: pick('unclear', unclearSettings) ?? defaults.unclear,
    existing: pick('existing', existingSettings) ?? defaults.existing,
    mutate: typeof mutate === 'boolean' ? mutate : defaults.mutate,
    requireEnabled: pick('requireEnabled', requireEnabledSettings) ?? defaults.requireEnabled,
  };
}

function toExemption(decoded: DecodedObject): Exemption {
  const lists: Partial<Record<'namespaces' | 'names' | 'users' | 'groups', readonly string[]>> = {};
  for (const name of ['namespaces', 'names', 'users', 'groups'] as const) {
    const list = decoded.get(name);
    if (list !== undefined) lists[name] = asList(list).flatMap((element) => asText(element) ?? []);
  }
  const expires = asText(decoded.get('expires')) ?? '';
  const expiry = parseExpiry(expires);
  return {
    rule: asText(decoded.get('rule')) ?? '',
    ...lists,
    owner: asText(decoded.get('owner')) ?? '',
    reason: asText(decoded.get('reason')) ?? '',
    expires,
    expiresAt: expiry.kind === 'expiry' ? expiry.at : Number.NEGATIVE_INFINITY,
  };
}

function noteOn(policy: Policy, rules: readonly Rule[]): readonly string[] {
  const notes: string[] = [];
  if (policy.rehearsal) {
    notes.push(
      'rehearsal: true, so nothing is refused and nothing repaired; remove it once the warnings are as you want them',
    );
  }
  for (const [id, { mode, requireEnabled }] of policy.rules) {
    if (requireEnabled !== 'always' || mode === 'off') continue;
    notes.push(
      `rules.${id}.requireEnabled: always makes "kubeadm upgrade apply" fail on a cluster whose kubelet-config still says false, since kubeadm writes back what it found. First report (mode: warn), then set serverTLSBootstrap: true and approve the kubelets' certificate requests, then enforce`,
    );
  }
  const filesOnly = new Set(rules.filter(judgesFilesOnly).map(({ id }) => id));
  policy.exemptions.forEach(({ rule, users, groups }, index) => {
    if (!filesOnly.has(rule) || (users === undefined && groups === undefined)) return;
    notes.push(
      `exemptions[${index}] is bound to users or groups, but ${rule} judges files only, where no user is known: it never counts`,
    );
  });
  return notes;
}

function asObject(value: Decoded | undefined): DecodedObject {
  return value instanceof Map ? value : new Map();
}

function asList(value: Decoded | undefined): readonly Decoded[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: Decoded | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
