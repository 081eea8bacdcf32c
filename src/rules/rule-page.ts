/** A rule's page in docs/rules, made from the rule's own data so that it cannot go stale. */

import type { Rule } from './rule.ts';

/** Renders a rule as Markdown. */
export function renderRulePage(rule: Rule): string {
  const kinds = rule.kinds.map(({ group, kind }) => `${kind}${group === '' ? '' : ` (${group})`}`);
  const sections = [
    `# ${rule.id}`,
    `**${rule.title}.**`,
    `Default mode: \`${rule.defaultMode}\`. Looks at: ${kinds.join(', ')}.${rule.fix === undefined ? '' : ' Can repair what it finds (`check --fix`, and `/mutate` where the policy sets `mutate: true`).'}`,
    '## Why',
    rule.why,
    '## What to do',
    rule.remediation.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...(rule.notes.length === 0 ? [] : ['## Worth knowing', rule.notes.map((note) => `- ${note}`).join('\n')]),
    ...(rule.controls.length === 0 ? [] : ['## Related controls', controlsTable(rule)]),
    '## References',
    rule.references.map((reference) => `- <${reference}>`).join('\n'),
    '<!-- Generated from the rule by `npm run generate`; change the rule, not this page. -->',
  ];
  return `${sections.join('\n\n')}\n`;
}

function controlsTable(rule: Rule): string {
  const rows = rule.controls.map(({ benchmark, id, note }) => `| ${benchmark} | ${id} | ${note} |`);
  return [
    'These controls are about the same subject. They do not test the same thing; the last column says how they differ.',
    '',
    '| Benchmark | Control | How it differs |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}
