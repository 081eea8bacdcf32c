/** The `json` form: everything a report holds, under names that stay; described in docs/ci/json.md. */

import type { Renderer } from './renderer.ts';
import { summarise } from './report.ts';
import { type Row, standingOf } from './row.ts';

/** Fields are only ever added under a version; a change of meaning gets a new one. */
export const reportApiVersion = 'kubelet-tls-guard.io/v1alpha1';

export const json: Renderer = {
  name: 'json',
  description: 'one versioned JSON document for programs',
  render(report) {
    const { tool, at, rehearsal, unjudged, otherKinds, changes, notes } = report;
    const document = {
      apiVersion: reportApiVersion,
      kind: 'CheckReport',
      tool,
      at,
      rehearsal,
      summary: summarise(report),
      rows: report.rows.map(describe),
      notJudged: unjudged,
      otherKinds,
      changes,
      notes,
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  },
};

function describe(row: Row) {
  const { location, ...rest } = row;
  if (location === undefined) return { standing: standingOf(row), ...rest };
  const { excerpt: _, ...place } = location;
  return { standing: standingOf(row), ...rest, location: place };
}
