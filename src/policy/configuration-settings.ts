/** Which settings a rule has, and what each of their values means. */

import { type Mode, modes, type Rule } from '../rules/rule.ts';
import type { ChoiceType, Field, FieldType, ObjectType } from './configuration-field.ts';
import {
  defaultSettings,
  type ExistingSetting,
  existingSettings,
  type RequireEnabledSetting,
  type RuleSettings,
  requireEnabledSettings,
  type UnclearSetting,
  unclearSettings,
} from './policy.ts';

const modeMeanings: Readonly<Record<Mode, string>> = {
  enforce: 'a violation is refused',
  warn: 'the write is allowed, and whoever makes it sees a warning',
  audit: "the write is allowed, and the API server's audit log says so",
  off: 'the rule is not evaluated',
};
const unclearMeanings: Readonly<Record<UnclearSetting, string>> = {
  deny: 'refused, where the mode refuses violations',
  warn: 'allowed with a warning at most',
  audit: 'allowed with an audit annotation at most',
};
const existingMeanings: Readonly<Record<ExistingSetting, string>> = {
  warn: 'allowed with a warning, so that an unrelated change is never stuck',
  deny: 'refused until the violation is gone',
};
const requireEnabledMeanings: Readonly<Record<RequireEnabledSetting, string>> = {
  ratchet: 'what is true stays true; what is still false may be edited, with a warning',
  always: 'false is refused outright, and `kubeadm upgrade apply` fails on a cluster that is still on false',
};

function choice<Value extends string>(
  noun: string,
  values: readonly Value[],
  meanings: Readonly<Record<Value, string>>,
): ChoiceType {
  return { kind: 'choice', noun, choices: values.map((value) => ({ value, means: meanings[value] })) };
}

interface Setting {
  readonly name: keyof RuleSettings;
  readonly type: FieldType;
  readonly means: string;
  /** Why a rule has no use for the setting; `undefined` where it has. */
  unusedBy(rule: Rule): string | undefined;
}

/** The one rule that knows an old state which may stay. */
const ratchetRule = 'kubelet-config-server-tls-bootstrap';
/** Groups of configuration files, which no API server serves. */
const fileGroups: ReadonlySet<string> = new Set(['kubeadm.k8s.io', 'kubelet.config.k8s.io']);

/** True for a rule that no admission request ever meets. */
export function judgesFilesOnly(rule: Rule): boolean {
  return rule.kinds.every(({ group }) => fileGroups.has(group));
}

/** The settings of a rule, in the order in which they are documented and printed. */
export const settings: readonly Setting[] = [
  {
    name: 'mode',
    type: choice('mode', modes, modeMeanings),
    means: 'What happens to what the rule finds, in the words of Pod Security Admission, plus `off`.',
    unusedBy: () => undefined,
  },
  {
    name: 'unclear',
    type: choice('setting of unclear', unclearSettings, unclearMeanings),
    means: 'What happens where it cannot be told whether the rule is violated: the milder of this and `mode` counts.',
    unusedBy: () => undefined,
  },
  {
    name: 'existing',
    type: choice('setting of existing', existingSettings, existingMeanings),
    means:
      'What happens to an update that changes what the rule reads, but only keeps a violation that was there before.',
    unusedBy: (rule) =>
      judgesFilesOnly(rule) ? 'nobody updates the files that it judges through the API server' : undefined,
  },
  {
    name: 'mutate',
    type: { kind: 'boolean' },
    means: 'Whether the mutating webhook repairs what a write brings. GitOps tools show the repair as drift.',
    unusedBy: (rule) => {
      if (rule.fix === undefined) return 'there is nothing that it could repair by itself';
      return judgesFilesOnly(rule)
        ? 'the webhook never sees the files that it judges (`check --fix` repairs those)'
        : undefined;
    },
  },
  {
    name: 'requireEnabled',
    type: choice('setting of requireEnabled', requireEnabledSettings, requireEnabledMeanings),
    means: 'Whether `serverTLSBootstrap` only has to stay true, or has to be true.',
    unusedBy: (rule) => (rule.id === ratchetRule ? undefined : `only ${ratchetRule} has it`),
  },
];

/** Defines the settings of one rule; those that it has no use for are named with the reason. */
export function defineSettings(rule: Rule): ObjectType {
  const defaults = defaultSettings(rule);
  const fields: Field[] = [];
  const misplaced = new Map<string, string>();
  for (const { name, type, means, unusedBy } of settings) {
    const unused = unusedBy(rule);
    if (unused === undefined) fields.push({ name, type, means, required: false, default: defaults[name] });
    else misplaced.set(name, `${rule.id} has no use for it, since ${unused}: remove it`);
  }
  return { kind: 'object', noun: rule.id, fields, member: 'field', misplaced, needsOneOf: [] };
}
