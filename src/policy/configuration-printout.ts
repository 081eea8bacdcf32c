/** How the policy in force is shown: as a configuration that would give the same policy, with its defaults marked. */

import type { Rule } from '../rules/rule.ts';
import { configurationKind, configurationVersion, defineConfiguration } from './configuration-definition.ts';
import type { Field, ObjectType } from './configuration-field.ts';
import type { Policy } from './policy.ts';

type Value = string | boolean | readonly Value[] | ValueMap | undefined;
type ValueMap = ReadonlyMap<string, Value>;

/** Prints a policy as YAML that reads back as the same policy; a value that is the default says so in a comment. */
export function printConfiguration(policy: Policy, rules: readonly Rule[]): string {
  return `${printFields(defineConfiguration(rules), toValues(policy), '').join('\n')}\n`;
}

function toValues(policy: Policy): ValueMap {
  return new Map<string, Value>([
    ['apiVersion', configurationVersion],
    ['kind', configurationKind],
    ['rehearsal', policy.rehearsal],
    ['helpURL', policy.helpURL],
    ['contact', policy.contact],
    [
      'rules',
      new Map([...policy.rules].map(([id, settings]) => [id, new Map<string, Value>(Object.entries(settings))])),
    ],
    ['exemptions', policy.exemptions.map((exemption) => new Map<string, Value>(Object.entries(exemption)))],
  ]);
}

function printFields({ fields }: ObjectType, values: ValueMap, indent: string): readonly string[] {
  return fields.flatMap((field) => printField(field, values.get(field.name), indent));
}

function printField(field: Field, value: Value, indent: string): readonly string[] {
  const { name, type } = field;
  if (value === undefined) {
    return indent === '' && !field.required ? [`${indent}# ${name} is not given, and there is no default`] : [];
  }
  if (type.kind === 'object') {
    return [`${indent}${name}:`, ...printFields(type, asMap(value), `${indent}  `)];
  }
  if (type.kind === 'records') {
    if (!isList(value) || value.length === 0) return [`${indent}${name}: [] # default`];
    return [`${indent}${name}:`, ...value.flatMap((element) => printElement(type.of, asMap(element), indent))];
  }
  const comment = value === field.default ? ' # default' : '';
  return [`${indent}${name}: ${printValue(value)}${comment}`];
}

function printElement(type: ObjectType, values: ValueMap, indent: string): readonly string[] {
  return printFields(type, values, `${indent}    `).map((line, index) =>
    index === 0 ? `${indent}  - ${line.trimStart()}` : line,
  );
}

function printValue(value: Value): string {
  if (isList(value)) return `[${value.map(printValue).join(', ')}]`;
  if (typeof value !== 'string') return String(value);
  return isPlain(value) ? value : JSON.stringify(value);
}

/** Words that YAML 1.1, which Helm and kubectl read, takes for something else than text. */
const reserved = /^(y|n|yes|no|on|off|true|false|null)$/i;

function isPlain(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9./_-]*$/.test(text) && !reserved.test(text);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function asMap(value: Value): ValueMap {
  return value instanceof Map ? value : new Map();
}
