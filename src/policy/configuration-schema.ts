/** What an editor or a pipeline checks a configuration against: the JSON Schema of the definition. */

import type { Json, JsonObject } from '../kube/index.ts';
import type { Rule } from '../rules/rule.ts';
import { defineConfiguration } from './configuration-definition.ts';
import { expiryPattern } from './configuration-expiry.ts';
import type { Field, FieldType, ListType, ObjectType } from './configuration-field.ts';

/** Makes the schema (draft-07, which editors know best). It accepts what the decoder accepts, duplicate keys aside, which no schema sees. */
export function schemaOfConfiguration(rules: readonly Rule[]): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'GuardConfiguration of kubelet-tls-guard',
    ...schemaOfObject(defineConfiguration(rules)),
  };
}

function schemaOf(type: FieldType): JsonObject {
  switch (type.kind) {
    case 'boolean':
      return { type: 'boolean' };
    case 'text':
      return { type: 'string', pattern: type.pattern, maxLength: type.maxLength };
    case 'expiry':
      return { type: 'string', pattern: expiryPattern, anyOf: [{ format: 'date' }, { format: 'date-time' }] };
    case 'choice':
      return { type: 'string', enum: type.choices.map(({ value }) => value) };
    case 'list':
      return schemaOfList(type);
    case 'records':
      return { type: 'array', items: schemaOfObject(type.of) };
    case 'object':
      return schemaOfObject(type);
  }
}

function schemaOfList({ of, wildcard }: ListType): JsonObject {
  const exact: JsonObject = { type: 'array', minItems: 1, items: schemaOf(of) };
  return wildcard ? { anyOf: [exact, { type: 'array', minItems: 1, maxItems: 1, items: { const: '*' } }] } : exact;
}

function schemaOfObject({ fields, needsOneOf }: ObjectType): JsonObject {
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const properties: Record<string, Json> = {};
  for (const field of fields) properties[field.name] = schemaOfField(field);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(needsOneOf.length === 0 ? {} : { anyOf: needsOneOf.map((name) => ({ required: [name] })) }),
    properties,
  };
}

function schemaOfField({ type, means, default: value }: Field): JsonObject {
  return { description: means, ...(value === undefined ? {} : { default: value }), ...schemaOf(type) };
}
