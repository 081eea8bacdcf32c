/** The last lines of the `text` form: what was found, in how much, and what was left out. */

import { makeInert } from './inert.ts';
import type { Report, Summary } from './report.ts';
import { type Layout, paragraph } from './text.ts';

/** Two or three sentences; the first one is the answer. */
export function renderSummary(report: Report, summary: Summary, layout: Layout): string[] {
  const { palette } = layout;
  const found = describeFound(summary);
  const paint =
    summary.violations > 0 ? palette.red : found === undefined && summary.complete ? palette.green : palette.yellow;
  const answer = found ?? (summary.judged === 0 ? 'Nothing here to judge' : 'No findings');
  const lines = [`${palette.bold(paint(`${answer}.`))} ${describeExtent(summary)}`];
  if (report.otherKinds.length > 0) lines.push(...paragraph('', describeOthers(report), layout));
  const strangers = report.unjudged.filter(({ kind }) => kind === 'not-kubernetes').length;
  if (strangers > 0) lines.push(`${count(strangers, 'file holds', 'files hold')} no Kubernetes objects.`);
  if (report.rehearsal) lines.push('The policy is a rehearsal: what it would refuse is shown as a warning.');
  if (!summary.complete) {
    lines.push(
      palette.bold(
        palette.yellow('This is not the whole picture: something could not be read, judged or written (see above).'),
      ),
    );
  }
  return lines;
}

function describeFound({ violations, warnings, audits, exempt }: Summary): string | undefined {
  const parts = [
    violations > 0 ? count(violations, 'violation', 'violations') : '',
    warnings > 0 ? count(warnings, 'warning', 'warnings') : '',
    audits > 0 ? count(audits, 'audit finding', 'audit findings') : '',
    exempt > 0 ? `${exempt} exempt` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(', ');
}

function describeExtent({ files, objects, judged }: Summary): string {
  const where = `in ${count(files, 'file', 'files')}`;
  if (objects === judged)
    return `${count(judged, 'object', 'objects')} ${where} ${judged === 1 ? 'was' : 'were'} judged.`;
  return `${judged} of ${count(objects, 'object', 'objects')} ${where} ${judged === 1 ? 'was' : 'were'} judged.`;
}

function describeOthers({ otherKinds }: Report): string {
  const total = otherKinds.reduce((sum, { count: each }) => sum + each, 0);
  const most = otherKinds
    .slice(0, 8)
    .map(({ kind, count: each }) => `${makeInert(kind)}${each === 1 ? '' : ` (${each})`}`);
  const rest = otherKinds.length > 8 ? ` and ${otherKinds.length - 8} more kinds` : '';
  return `No rule looks at the other ${total === 1 ? 'one' : total}: ${most.join(', ')}${rest}.`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
