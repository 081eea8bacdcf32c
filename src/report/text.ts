/** The `text` form: findings for a person at a terminal, each remedy said once. */

import { renderExcerpt } from './excerpt.ts';
import { makeInert, wrap } from './inert.ts';
import { type Paint, type Palette, paletteFor } from './paint.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import { type Report, summarise, type Unjudged } from './report.ts';
import { describeIdentity, type Row, type Standing, standingOf } from './row.ts';
import { renderSummary } from './text-summary.ts';

/** Longer lines are harder to read than to scroll. */
const widest = 100;
const narrowest = 40;
/** More than this of one kind is counted instead of listed; the `json` form has them all. */
const longestList = 25;

export const text: Renderer = {
  name: 'text',
  description: 'for people: file:line:column, the line itself, why, and what to do',
  render(report, options) {
    const layout = layoutFor(options);
    const blocks = [...renderRows(report, layout), ...renderUnjudged(report, layout), ...renderNotes(report, layout)];
    blocks.push(...renderChanges(report, layout), renderSummary(report, summarise(report), layout));
    return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
  },
};

export interface Layout {
  readonly width: number;
  readonly palette: Palette;
}

function layoutFor({ color, width }: RenderOptions): Layout {
  return { width: Math.max(narrowest, Math.min(widest, width)), palette: paletteFor(color) };
}

/** Makes a text inert, wraps it, and puts `first` before the first line and as many blanks before the others. */
export function paragraph(first: string, body: string, { width }: Layout, paint: Paint = (line) => line): string[] {
  const indent = ' '.repeat(first.length);
  return wrap(makeInert(body), Math.max(20, width - first.length)).map(
    (line, index) => `${index === 0 ? paint(first) : indent}${line}`,
  );
}

function paintOf(standing: Standing, palette: Palette): Paint {
  return { violation: palette.red, warning: palette.yellow, audit: palette.cyan, exempt: palette.cyan }[standing];
}

/** Findings that share rule, reason and remedy follow each other, and then the reason and the remedy come once. */
function renderRows(report: Report, layout: Layout): string[][] {
  const groups = new Map<string, Row[]>();
  for (const row of report.rows) {
    const key = JSON.stringify([row.rule, row.why, row.remediation, row.url]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((rows) => [
    ...rows.map((row) => renderRow(row, layout)),
    ...(rows[0] === undefined ? [] : [renderRemedy(rows[0], rows.filter(({ fixable }) => fixable).length, layout)]),
  ]);
}

function renderRow(row: Row, layout: Layout): string[] {
  const { palette, width } = layout;
  const standing = standingOf(row);
  const paint = paintOf(standing, palette);
  const { location, object } = row;
  const place = location === undefined ? '' : `${makeInert(`${location.file}:${location.line}:${location.column}`)}: `;
  const lines = [`${palette.bold(place)}${palette.bold(paint(standing))}: ${palette.bold(row.rule)}`];
  lines.push(...paragraph('  ', `${describeIdentity(object)}, ${row.where}: ${row.message}.`, layout));
  if (row.conditional !== undefined)
    lines.push(...paragraph('  ', `(${row.conditional}; nobody is known to write a file)`, layout));
  if (row.mitigation !== undefined) lines.push(...paragraph('  ', `(${row.mitigation.text})`, layout));
  if (location?.excerpt !== undefined) lines.push('', ...renderExcerpt(location, width, paint, palette.dim));
  return lines;
}

function renderRemedy(row: Row, fixable: number, layout: Layout): string[] {
  const { bold } = layout.palette;
  const lines = paragraph('  Why:   ', row.why, layout, bold);
  row.remediation.forEach((step, index) => {
    const number = row.remediation.length === 1 ? '' : `${index + 1}. `;
    lines.push(
      ...paragraph(`  ${index === 0 ? 'To do:' : '      '} ${number}`, step, layout, index === 0 ? bold : undefined),
    );
  });
  if (fixable > 0) {
    const which = fixable === 1 ? 'repairs this' : `repairs ${fixable} of these`;
    lines.push(...paragraph('  Fix:   ', `check --fix ${which}; check --diff shows how.`, layout, bold));
  }
  lines.push(
    ...paragraph(
      '  More:  ',
      `${row.url}${row.contact === undefined ? '' : ` (questions: ${row.contact})`}`,
      layout,
      bold,
    ),
  );
  return lines;
}

function renderUnjudged(report: Report, layout: Layout): string[][] {
  const shown = report.unjudged.filter(({ kind, mentions }) => kind !== 'not-kubernetes' || mentions.length > 0);
  if (shown.length === 0) return [];
  const lines = [layout.palette.bold('Not judged')];
  for (const item of shown.slice(0, longestList)) lines.push(...renderUnjudgedItem(item, layout));
  if (shown.length > longestList)
    lines.push(`  … and ${shown.length - longestList} more; --output json lists them all.`);
  return [lines];
}

function renderUnjudgedItem(item: Unjudged, layout: Layout): string[] {
  const { palette } = layout;
  const lines = [`  ${makeInert(`${item.file}:${item.line}:${item.column}`)}: ${palette.yellow(makeInert(item.what))}`];
  lines.push(...paragraph('    ', item.reason, layout));
  const [first] = item.mentions;
  if (first !== undefined) {
    const others = item.mentions.length === 1 ? '' : ` (and ${item.mentions.length - 1} more)`;
    lines.push(
      ...paragraph('    ', `Look yourself: line ${first.line} speaks of ${first.word}${others}.`, layout, palette.bold),
    );
  }
  return lines;
}

function renderNotes(report: Report, layout: Layout): string[][] {
  if (report.notes.length === 0) return [];
  const lines = [layout.palette.bold('Also noticed')];
  for (const { file, line, column, message } of report.notes.slice(0, longestList)) {
    lines.push(...paragraph('  ', `${file}${line === undefined ? '' : `:${line}:${column ?? 1}`}: ${message}`, layout));
  }
  const more = report.notes.length - longestList;
  if (more > 0) lines.push(`  … and ${more} more; --output json lists them all.`);
  return [lines];
}

function renderChanges(report: Report, layout: Layout): string[][] {
  if (report.changes.length === 0) return [];
  const { palette } = layout;
  const lines = [palette.bold('Changes')];
  for (const change of report.changes) {
    const word = { written: palette.green('fixed'), shown: 'can be fixed', failed: palette.red('not fixed') }[
      change.outcome
    ];
    lines.push(`  ${makeInert(change.file)}: ${word}`);
    if (change.reason !== undefined) lines.push(...paragraph('    ', change.reason, layout));
    for (const text of change.changes.slice(0, longestList)) lines.push(...paragraph('    - ', text, layout));
    const more = change.changes.length - longestList;
    if (more > 0) lines.push(`    … and ${more} more.`);
  }
  return [lines];
}
