/** What a configuration may say: the one definition behind the decoder, the JSON Schema, the reference and the print-out. */

import type { Rule } from '../rules/rule.ts';
import type { ChoiceType, Field, FieldType, ListType, ObjectType, TextType } from './configuration-field.ts';
import { defineSettings, settings } from './configuration-settings.ts';
import { defaultHelpURL } from './policy.ts';

export const configurationVersion = 'kubelet-tls-guard.io/v1alpha1';
export const configurationKind = 'GuardConfiguration';

const unprintable = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ud800-\\udfff';
const inIdentity = '*\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff';

function text(expected: string, pattern: string, maxLength: number): TextType {
  return { kind: 'text', expected, pattern, maxLength, prose: false };
}

function prose(expected: string): TextType {
  const pattern = `^[^${unprintable}]*[^\\s${unprintable}][^${unprintable}]*$`;
  return { kind: 'text', expected, pattern, maxLength: 500, prose: true };
}

const helpURL = text(
  'an address that starts with https:// or http://, such as "https://wiki.example.org/kubelet-tls"',
  '^https?://[A-Za-z0-9\\[][-A-Za-z0-9._~:\\[\\]@]*(?:[/?#][!#-;=?-Z\\[\\]_a-z~]*)?$',
  2000,
);
const namespaceName = text(
  'a namespace\'s name (lower-case letters, digits and "-"), such as "kube-system"',
  '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$',
  63,
);
const objectName = text(
  'an object\'s name (lower-case letters, digits, "-" and "."), such as "metrics-server"',
  '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$',
  253,
);
const identity = `^[^\\s${inIdentity}](?:[^${inIdentity}]*[^\\s${inIdentity}])?$`;
const userName = text(
  'a user\'s name as the API server knows it, such as "system:serviceaccount:argocd:argocd-application-controller"',
  identity,
  500,
);
const groupName = text('a group\'s name as the API server knows it, such as "system:masters"', identity, 500);

function defineExemption(rules: readonly Rule[]): ObjectType {
  const field = (name: string, type: FieldType, required: boolean, means: string): Field => ({
    name,
    type,
    required,
    means,
  });
  const list = (of: TextType, wildcard: boolean): ListType => ({ kind: 'list', of, wildcard });
  const ids: ChoiceType = {
    kind: 'choice',
    noun: 'the id of a rule',
    choices: rules.map(({ id, title }) => ({ value: id, means: title })),
  };
  return {
    kind: 'object',
    noun: 'an exemption',
    member: 'field',
    misplaced: new Map(),
    needsOneOf: ['namespaces', 'names', 'users', 'groups'],
    fields: [
      field('rule', ids, true, 'The rule that does not count. An exemption from several rules is several exemptions.'),
      field(
        'namespaces',
        list(namespaceName, true),
        false,
        'Only objects in these namespaces. `["*"]` alone stands for all, and for objects that have none.',
      ),
      field(
        'names',
        list(objectName, true),
        false,
        'Only objects of these names, and their children. Names are compared as they are; `["*"]` alone stands for all.',
      ),
      field(
        'users',
        list(userName, false),
        false,
        'Only writes by these users, or by a member of `groups`. Counts only where a request is at hand.',
      ),
      field(
        'groups',
        list(groupName, false),
        false,
        'Only writes by a member of these groups, or by one of `users`. Counts only where a request is at hand.',
      ),
      field('owner', prose('the name of a person or a team'), true, 'Who answers for the deviation.'),
      field('reason', prose('a reason in words'), true, 'Why it is needed, and what would end the need.'),
      field(
        'expires',
        { kind: 'expiry' },
        true,
        'When it ends: an RFC 3339 timestamp, or a date alone, which means the end of that day in UTC.',
      ),
    ],
  };
}

/** Defines the configuration for a list of rules. */
export function defineConfiguration(rules: readonly Rule[]): ObjectType {
  const constant = (noun: string, value: string): ChoiceType => ({
    kind: 'choice',
    noun,
    choices: [{ value, means: '' }],
  });
  const ids: readonly Field[] = rules.map((rule) => ({
    name: rule.id,
    type: defineSettings(rule),
    required: false,
    means: rule.title,
  }));
  const exemption = defineExemption(rules);
  return {
    kind: 'object',
    noun: 'a configuration',
    member: 'field',
    needsOneOf: [],
    misplaced: new Map([
      ...settings.map(({ name }): [string, string] => [
        name,
        `this is a setting of a rule: write it under rules.<rule>`,
      ]),
      ...ids.map(({ name }): [string, string] => [name, 'this is a rule: write it under rules']),
      ...exemption.fields.map(({ name }): [string, string] => [name, 'this belongs into an element of exemptions']),
    ]),
    fields: [
      {
        name: 'apiVersion',
        type: constant('apiVersion', configurationVersion),
        required: true,
        means: 'The version of this form.',
      },
      { name: 'kind', type: constant('kind', configurationKind), required: true, means: 'The name of this form.' },
      {
        name: 'rehearsal',
        type: { kind: 'boolean' },
        required: false,
        default: false,
        means:
          'True: nothing is refused and nothing repaired. Each would-be refusal is a warning, an audit annotation and a metric of its own.',
      },
      {
        name: 'helpURL',
        type: helpURL,
        required: false,
        default: defaultHelpURL,
        means: 'The page that messages point to.',
      },
      {
        name: 'contact',
        type: prose('whom to ask, such as "#platform on chat"'),
        required: false,
        means: 'Whom to ask; it ends every refusal.',
      },
      {
        name: 'rules',
        type: {
          kind: 'object',
          noun: 'this version',
          member: 'rule',
          fields: ids,
          misplaced: new Map(),
          needsOneOf: [],
        },
        required: false,
        means: 'Settings for each rule by its id. What is not named keeps its defaults.',
      },
      {
        name: 'exemptions',
        type: { kind: 'records', of: exemption },
        required: false,
        means: 'Deviations that somebody answers for, each with an end.',
      },
    ],
  };
}
