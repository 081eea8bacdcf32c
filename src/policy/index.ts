export { type Amendment, amend } from './amend.ts';
export { type Configuration, parseConfiguration } from './configuration.ts';
export { printConfiguration } from './configuration-printout.ts';
export { schemaOfConfiguration } from './configuration-schema.ts';
export type { Problem } from './configuration-text.ts';
export { describeProblem } from './configuration-wording.ts';
export {
  describeExemption,
  type ExemptionFinding,
  type ExemptionUse,
  examineExemptions,
  recordUses,
} from './exemption-findings.ts';
export {
  type Coverage,
  coverageOf,
  describeConditionalExemption,
  findConditionalExemption,
  findExemption,
} from './exemptions.ts';
export { judge } from './judge.ts';
export {
  defaultHelpURL,
  defaultPolicy,
  defaultSettings,
  type Exemption,
  existingSettings,
  type Policy,
  type RuleSettings,
  requireEnabledSettings,
  unclearSettings,
} from './policy.ts';
export type { Action, Mitigation, Outcome, Subject, User, Verdict } from './verdict.ts';
export {
  clipWarning,
  composeRefusal,
  composeWarning,
  describeMitigation,
  describeOutcome,
  listLimit,
  warningLimit,
} from './wording.ts';
