/** Notices that files say something else than before, by their content: ConfigMap and Secret volumes swap symlinks, editors rename. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Watched {
  readonly files: readonly string[];
  /** Takes over what the files say now; the reason if it cannot be used. It is tried again until it can. */
  take(digest: string): Promise<string | undefined>;
  /** Told once for each content and reason that cannot be used. */
  onFailure(reason: string): void;
}

/** A hash of files' contents; what cannot be read counts by its error, so that vanishing is a change too. */
export async function digestFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      hash.update(await readFile(file));
    } catch (error) {
      hash.update(String((error as NodeJS.ErrnoException).code));
    }
    hash.update('\0');
  }
  return hash.digest('hex');
}

/**
 * Looks every `interval` milliseconds. A change is taken when two looks in a row agree, so that a pair of files that is being written is not
 * judged halfway. Returns a function that ends it.
 * @param initial The digest of what is in force.
 */
export function watchContent(watched: Watched, initial: string, interval: number): () => void {
  let inForce = initial;
  let seen = initial;
  let failure = '';
  let stopped = false;
  const look = async (): Promise<void> => {
    const digest = await digestFiles(watched.files);
    const settled = digest === seen;
    seen = digest;
    if (stopped || !settled || (digest === inForce && failure === '')) return;
    const reason = await watched.take(digest).catch((error: unknown) => String(error));
    if (reason === undefined) {
      inForce = digest;
      failure = '';
    } else if (failure !== digest + reason) {
      failure = digest + reason;
      watched.onFailure(reason);
    }
  };
  const schedule = (): NodeJS.Timeout =>
    setTimeout(() => {
      void look().finally(() => {
        if (!stopped) timer = schedule();
      });
    }, interval).unref();
  let timer = schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
