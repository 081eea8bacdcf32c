/** The `sarif` form: SARIF 2.1.0 (OASIS, errata 01) for code scanning, with fixes and suppressions. */

import type { Rule } from '../rules/rule.ts';
import type { Renderer } from './renderer.ts';
import { isFailure, type Note, type Report, summarise, type Unjudged } from './report.ts';
import { describeIdentity, type Location, type Region, type Row, type Standing, standingOf } from './row.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const levels: Readonly<Record<Standing, 'error' | 'warning' | 'note'>> = {
  violation: 'error',
  warning: 'warning',
  audit: 'note',
  exempt: 'note',
};
const levelOfMode = { enforce: 'error', warn: 'warning', audit: 'note', off: 'none' } as const;

export const sarif: Renderer = {
  name: 'sarif',
  description: 'SARIF 2.1.0 for code scanning',
  render(report) {
    const indexes = new Map(report.rules.map((rule, index) => [rule.id, index]));
    const seen = new Map<string, number>();
    const { name, version, informationUri } = report.tool;
    const run = {
      tool: {
        driver: {
          name,
          ...(version === undefined ? {} : { version, semanticVersion: version }),
          ...(informationUri === undefined ? {} : { informationUri }),
          rules: report.rules.map(describeRule),
        },
      },
      columnKind: 'utf16CodeUnits',
      invocations: [describeInvocation(report)],
      results: report.rows.map((row) => describeRow(row, indexes.get(row.rule) ?? -1, seen)),
    };
    return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
  },
};

function describeRule(rule: Rule) {
  const steps = rule.remediation.map((step, index) => `${index + 1}. ${step}`);
  const controls = rule.controls.map(({ benchmark, id, note }) => `${benchmark} ${id}: ${note}`);
  const [helpUri] = rule.references;
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: {
      text: [rule.why, '', 'What to do:', ...steps, '', ...rule.notes].join('\n').trimEnd(),
      markdown: [rule.why, '', '**What to do**', '', ...steps, ...rule.notes.flatMap((note) => ['', note])].join('\n'),
    },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: levelOfMode[rule.defaultMode], enabled: rule.defaultMode !== 'off' },
    properties: { tags: ['security', 'kubernetes'], ...(controls.length === 0 ? {} : { relatedControls: controls }) },
  };
}

/** What could not be judged is no result: it is what happened to the tool while it ran. */
function describeInvocation(report: Report) {
  return {
    executionSuccessful: summarise(report).complete,
    toolExecutionNotifications: [...report.unjudged.map(describeUnjudged), ...report.notes.map(describeNote)],
  };
}

function describeUnjudged(item: Unjudged) {
  const mentions = item.mentions.map(({ word, line }) => `line ${line} speaks of ${word}`);
  const text = [`${item.what}: ${item.reason}`, ...mentions].join('; ');
  return {
    level: isFailure(item) ? 'error' : item.mentions.length > 0 ? 'warning' : 'note',
    message: { text },
    descriptor: { id: `not-judged/${item.kind}` },
    locations: [locationOf(item.file, { ...item, endLine: item.line, endColumn: item.column })],
  };
}

function describeNote({ file, line = 1, column = 1, message }: Note) {
  return {
    level: 'note',
    message: { text: message },
    descriptor: { id: 'note' },
    locations: [locationOf(file, { line, column, endLine: line, endColumn: column })],
  };
}

function describeRow(row: Row, ruleIndex: number, seen: Map<string, number>) {
  const { object, location, mitigation } = row;
  const standing = standingOf(row);
  const name = describeIdentity(object);
  const logical = { name: object.name || object.kind, fullyQualifiedName: `${name}: ${row.field}`, kind: 'object' };
  const text = `${name}, ${row.where}: ${row.message}.`;
  const snippet = location === undefined ? undefined : snippetOf(location);
  return {
    ruleId: row.rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: levels[standing],
    message: { text: mitigation === undefined ? text : `${text} (${mitigation.text})` },
    locations: [
      location === undefined
        ? { logicalLocations: [logical] }
        : { ...locationOf(location.file, location, snippet), logicalLocations: [logical] },
    ],
    partialFingerprints: { 'kubeletTlsGuard/v1': numberRepeats(row, seen) },
    ...(standing === 'exempt' ? { suppressions: [{ kind: 'external', justification: mitigation?.text ?? '' }] } : {}),
    ...(row.fix === undefined || location === undefined ? {} : { fixes: [describeFix(row.fix, location.file)] }),
    properties: { level: row.level, mode: row.mode, action: row.action, path: row.path, remediation: row.remediation },
  };
}

/** The text of the region itself, as far as its first line goes. */
function snippetOf({ excerpt, line, column, endLine, endColumn }: Location): string | undefined {
  const text = excerpt?.lines[line - excerpt.firstLine];
  return text?.slice(column - 1, endLine === line ? endColumn - 1 : undefined);
}

/** The same object twice in a file gives the same fingerprint twice, which scanners would take for one result: the repeats are numbered. */
function numberRepeats({ fingerprint, location }: Row, seen: Map<string, number>): string {
  const key = `${location?.file ?? ''}\n${fingerprint}`;
  const number = (seen.get(key) ?? 0) + 1;
  seen.set(key, number);
  return `${fingerprint}:${number}`;
}

function describeFix(fix: NonNullable<Row['fix']>, file: string) {
  const replacements = fix.replacements.map(({ text, ...region }) => ({
    deletedRegion: regionOf(region),
    insertedContent: { text },
  }));
  return {
    description: { text: fix.description },
    artifactChanges: [{ artifactLocation: artifactOf(file), replacements }],
  };
}

function locationOf(file: string, region: Region, snippet?: string) {
  return {
    physicalLocation: {
      artifactLocation: artifactOf(file),
      region: { ...regionOf(region), ...(snippet === undefined ? {} : { snippet: { text: snippet } }) },
    },
  };
}

function regionOf({ line, column, endLine, endColumn }: Region) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/** A path as a URI reference; `./` in front keeps a colon in the first segment from reading as a scheme (RFC 3986 4.2). */
function artifactOf(file: string) {
  if (file === '-') return { uri: 'stdin' };
  const encoded = file.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? { uri: `file://${encoded}` } : { uri: encoded, uriBaseId: '%SRCROOT%' };
}
