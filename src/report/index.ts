/** The list of output forms. A renderer that is not here does not exist. */

import { json } from './json.ts';
import type { Renderer } from './renderer.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';

/** All renderers, in the order in which help texts name them. */
export const renderers: readonly Renderer[] = [text, json, sarif];

export type { Renderer, RenderOptions } from './renderer.ts';
export {
  type FileChange,
  isFailure,
  type Note,
  type OtherKind,
  type Report,
  type Summary,
  summarise,
  type Unjudged,
  type UnjudgedKind,
} from './report.ts';
export {
  describeIdentity,
  identify,
  type Location,
  type Region,
  type Row,
  type RowFix,
  type RowSource,
  rowsOf,
  standingOf,
} from './row.ts';
