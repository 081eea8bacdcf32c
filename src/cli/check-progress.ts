/** Shows on a terminal that a long run is still running. */

import type { Run } from './check-files.ts';
import type { Streams } from './command.ts';

export interface Progress {
  readonly show: (run: Run) => void;
  readonly clear: () => void;
}

/** Nobody wonders before this many milliseconds, and nobody reads faster than the second. */
const patience = 1000;
const pace = 200;

/** Progress on one line of a terminal, rewritten in place; nothing at all elsewhere. */
export function createProgress(stderr: Streams['stderr'], now: () => number): Progress {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  const begin = now();
  let last = begin + patience - pace;
  let shown = false;
  return {
    show(run) {
      const time = now();
      if (time - last < pace) return;
      last = time;
      shown = true;
      stderr.write(`\r\x1b[K${run.files} files, ${run.objects} objects, ${run.rows.length} findings…`);
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K');
    },
  };
}
