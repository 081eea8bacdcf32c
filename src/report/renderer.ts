/** What a renderer is: a name and a function from a report to text. */

import type { Report } from './report.ts';

export interface RenderOptions {
  readonly color: boolean;
  /** Columns of the terminal, or what lines are wrapped to where there is none. */
  readonly width: number;
}

export interface Renderer {
  /** The word after `--output`. */
  readonly name: string;
  readonly description: string;
  /** The whole output, ending in a line break. */
  render(report: Report, options: RenderOptions): string;
}
