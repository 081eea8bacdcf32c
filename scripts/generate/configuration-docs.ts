/** Writes docs/configuration.md and deploy/guard-configuration.schema.json from the configuration's one definition. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfiguration } from '../../src/policy/configuration-definition.ts';
import type { Field, FieldType } from '../../src/policy/configuration-field.ts';
import { settings } from '../../src/policy/configuration-settings.ts';
import { schemaOfConfiguration } from '../../src/policy/index.ts';
import { rules } from '../../src/rules/index.ts';
import type { Rule } from '../../src/rules/rule.ts';

export const pagePath = 'docs/configuration.md';
export const schemaPath = 'deploy/guard-configuration.schema.json';
export const examplePath = 'deploy/guard-configuration.example.yaml';

/** The schema's text, as it is checked in. */
export function renderSchema(known: readonly Rule[]): string {
  return `${JSON.stringify(schemaOfConfiguration(known), null, 2)}\n`;
}

/** The reference of the configuration as Markdown; the example is shown as it is checked in and tested. */
export function renderPage(known: readonly Rule[], example: string): string {
  const { fields } = defineConfiguration(known);
  const exemptions = fields.flatMap(({ type }) => (type.kind === 'records' ? type.of.fields : []));
  const sections = [
    '# Configuration',
    introduction,
    '## Example',
    `This is [${examplePath}](../${examplePath}).`,
    `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``,
    '## Fields',
    tableOf(fields),
    '## Settings of a rule',
    'Each is a field of `rules.<rule>`. A setting that a rule has no use for is an error there, not ignored.',
    tableOf(
      settings.map(({ name, type, means }) => ({
        name,
        type,
        means,
        required: false,
        default: defaultOf(known, name),
      })),
    ),
    ...settings.flatMap(({ name, type }) => meaningsOf(name, type)),
    '### Defaults by rule',
    defaultsTable(known),
    '## Exemptions',
    exemptionsIntroduction,
    tableOf(exemptions),
    exemptionsRules,
    rollout,
    files,
    '<!-- Generated from src/policy/configuration-definition.ts by `npm run generate`; change that, not this page. -->',
  ];
  return `${sections.join('\n\n')}\n`;
}

const introduction = [
  'A policy is one YAML or JSON document, given by `--config FILE` (or `KUBELET_TLS_GUARD_CONFIG`) to `serve`, `check` and `config`. Without one, the defaults below are in force.',
  '',
  '```console',
  '$ kubelet-tls-guard config --config guard.yaml',
  '```',
  '',
  'prints the policy in force with everything that is a default marked as such, or every problem with its line, what is wrong and what would be right. Unknown fields, wrong types, duplicate keys and a second document are errors: a setting that is silently not in force is worse than none.',
  '',
  `Editors and pipelines can check a file against [${schemaPath}](../${schemaPath}), which is made from the same definition. YAML is read as version 1.2; \`off\`, \`yes\` and dates are text, but put \`"off"\` in quotes if Helm or another tool that reads YAML 1.1 writes the file.`,
].join('\n');

const exemptionsIntroduction = [
  'An exemption turns a refusal into a warning that says until when, and puts owner and reason into the audit log. It counts in the webhook, in `check` and in reports alike, since all three ask the same function.',
].join('\n');

const exemptionsRules = [
  'What is given has to match together: `namespaces` and `names` and (`users` or `groups`). Names are compared as they are, patterns are not known: whoever may choose a name could otherwise choose one that matches. At least one of the four has to be given; `names: ["*"]` says that everything is meant. A namespace does not match objects that have none, such as an APIService.',
  '',
  "- **Children are covered.** An exemption for a Deployment also covers its ReplicaSets and their Pods, one for a CronJob its Jobs and their Pods, by the controlling `ownerReference`. On a request that counts only if one of Kubernetes' own controllers makes it: anyone can write an ownerReference.",
  '- **Users count only where somebody writes.** In `check` and in reports nobody is known to write, so that an exemption with `users` or `groups` exempts nothing there; the row says "exempt for USER until …".',
  '- **Nothing on the object exempts it**: no label and no annotation, which whoever writes the object could set.',
  '- **The end undoes nothing.** After it, new violations are refused; what was let in keeps running, and updates that keep an old violation pass with a warning (unless `existing: deny`). Exemptions that have ended, end within 14 days, cover nothing, or cover only what is in order are reported as findings.',
].join('\n');

const rollout = [
  '## Rolling out',
  '',
  '1. Run `kubelet-tls-guard check` over the manifests, and over what the cluster holds: `kubectl get deploy,ds,sts,cj -A -o yaml | kubelet-tls-guard check --config guard.yaml -`.',
  '2. Install the webhook with `rehearsal: true`. Nothing is refused and nothing repaired; each write that would be refused gets a warning, an audit annotation and a count in the metrics.',
  '3. Repair what turns up. For what cannot be repaired yet, write an exemption with an owner and an end.',
  '4. Remove `rehearsal`. A single rule can stay behind with `mode: warn`.',
  '5. Consider `existing: deny` once no violation is left: updates can then keep none either.',
  '',
  '### Before `requireEnabled: always`',
  '',
  "By default `kubelet-config-server-tls-bootstrap` is a ratchet: what is true stays true, what is still false may be edited. `requireEnabled: always` refuses false outright. On a cluster that is still on false, **`kubeadm upgrade apply` then fails**, since it writes the ConfigMap back with the value that it found. So first report (`mode: warn` with `requireEnabled: always`), then set `serverTLSBootstrap: true` in ConfigMap kube-system/kubelet-config and approve the kubelets' certificate requests, and only then switch to `enforce`.",
].join('\n');

const files = [
  '## When the file changes',
  '',
  '`serve` takes over a changed file by itself, mounted ConfigMaps included. A file with a problem is not taken over: the old policy stays in force, the problems are logged, a metric turns, and `/readyz?verbose` names it. At start a file with a problem ends the program with exit code 2. A file may have up to 256 KiB.',
].join('\n');

function tableOf(fields: readonly Field[]): string {
  const rows = fields.map(
    ({ name, type, required, default: value, means }) =>
      `| \`${name}\` | ${describeType(type)} | ${required ? 'required' : describeDefault(type, value)} | ${cell(means)} |`,
  );
  return ['| Field | Type | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function describeDefault(type: FieldType, value: Field['default']): string {
  if (value !== undefined) return cell(value === 'by rule' ? 'by rule, see below' : `\`${value}\``);
  return type.kind === 'records' ? '`[]`' : '-';
}

function describeType(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return '`true` or `false`';
    case 'choice':
      return type.noun === 'the id of a rule'
        ? 'id of a rule'
        : type.choices.map(({ value }) => `\`${value}\``).join(', ');
    case 'text':
      return cell(type.expected);
    case 'expiry':
      return 'date or timestamp';
    case 'list':
      return `list: ${cell(type.of.expected)}`;
    case 'records':
      return 'list, see below';
    case 'object':
      return 'by rule id, see below';
  }
}

/** What each choice means, where the definition says it. */
function meaningsOf(name: string, type: FieldType): readonly string[] {
  if (type.kind !== 'choice') return [];
  return [`\`${name}\`:`, type.choices.map(({ value, means }) => `- \`${value}\`: ${means}`).join('\n')];
}

/** The default of a setting, if all rules that have it agree. */
function defaultOf(known: readonly Rule[], name: string): string | boolean {
  const values = new Set(
    settingsOf(known).flatMap(({ fields }) =>
      fields.filter((field) => field.name === name).map((field) => field.default),
    ),
  );
  const [first] = values;
  return values.size === 1 && first !== undefined ? first : 'by rule';
}

function settingsOf(known: readonly Rule[]): readonly { readonly id: string; readonly fields: readonly Field[] }[] {
  const field = defineConfiguration(known).fields.find(({ name }) => name === 'rules');
  if (field?.type.kind !== 'object') return [];
  return field.type.fields.map(({ name, type }) => ({ id: name, fields: type.kind === 'object' ? type.fields : [] }));
}

function defaultsTable(known: readonly Rule[]): string {
  const names = settings.map(({ name }) => name);
  const rows = settingsOf(known).map(({ id, fields }) => {
    const cells = names.map((name) => {
      const field = fields.find((candidate) => candidate.name === name);
      return field === undefined ? '-' : `\`${field.default}\``;
    });
    return `| [${id}](rules/${id}.md) | ${cells.join(' | ')} |`;
  });
  const head = `| Rule | ${names.map((name) => `\`${name}\``).join(' | ')} |`;
  return [
    head,
    `| --- |${' --- |'.repeat(names.length)}`,
    ...rows,
    '',
    '`-`: the rule has no use for the setting.',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Writes both files. */
export function generateConfigurationDocs(): void {
  const root = new URL('../../', import.meta.url);
  writeFileSync(new URL(pagePath, root), renderPage(rules, readFileSync(new URL(examplePath, root), 'utf8')));
  writeFileSync(new URL(schemaPath, root), renderSchema(rules));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateConfigurationDocs();
