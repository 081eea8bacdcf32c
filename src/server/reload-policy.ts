/** Puts a changed configuration into force, or keeps the old one and says why. */

import { examineExemptions, type Policy } from '../policy/index.ts';
import type { Logger } from './create-logger.ts';
import type { Metrics } from './create-metrics.ts';
import type { Readiness } from './readiness.ts';
import type { Watched } from './watch-content.ts';

export type LoadedPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy; readonly notes: readonly string[] }
  | { readonly kind: 'unusable'; readonly lines: readonly string[] };

export interface PolicySource {
  /** `digestFiles` of the files, taken before they were first read, so that no change in between is missed. */
  readonly digest: string;
  readonly file: string;
  load(): Promise<LoadedPolicy>;
}

interface Parts {
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly now: () => number;
}

/** Says which policy is in force: metrics, log and /readyz. `file` is absent for the built-in one. */
export function announcePolicy(
  policy: Policy,
  notes: readonly string[],
  file: string | undefined,
  hash: string,
  { metrics, readiness, log, now }: Parts,
): void {
  metrics.setConfiguration(hash);
  const detail = file === undefined ? 'built-in policy' : `${file} since ${new Date(now()).toISOString()}`;
  readiness.set('configuration', { ok: true, advisory: true, detail });
  for (const note of notes) log.warn(note);
  for (const { message } of examineExemptions(policy.exemptions, undefined, now())) log.warn(message);
}

/** Makes what watches the configuration file. `onTaken` is told the policy that is in force from then on, and the digest of its file. */
export function watchedPolicy(
  source: PolicySource,
  parts: Parts,
  onTaken: (policy: Policy, notes: readonly string[], digest: string) => void,
): Watched {
  const { metrics, readiness, log } = parts;
  return {
    files: [source.file],
    take: async (digest) => {
      const loaded = await source.load();
      if (loaded.kind === 'unusable') return loaded.lines.join('; ');
      metrics.countConfigurationReload(true);
      log.info({ file: source.file }, 'configuration reloaded');
      onTaken(loaded.policy, loaded.notes, digest);
      return undefined;
    },
    onFailure: (reason) => {
      metrics.countConfigurationReload(false);
      log.error({ file: source.file, reason }, 'the new configuration cannot be used: the one before stays in force');
      readiness.set('configuration', {
        ok: false,
        advisory: true,
        detail: `not reloaded, the one before stays in force: ${reason}`,
      });
    },
  };
}
