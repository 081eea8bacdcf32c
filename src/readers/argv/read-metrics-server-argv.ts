/** Decides what metrics-server makes of an argument vector over all the releases that it is judged by. */

import type { Dialect } from './dialects.ts';
import type { Element } from './element.ts';
import { type DialectOutcome, type Run, readDialect } from './read-dialect.ts';

/** Why some releases would not start. */
export type Refusal = {
  readonly releases: readonly string[];
  readonly error: string;
  readonly stage: 'flags' | 'options';
};

/**
 * The outcome over several releases. Indexes are those of the elements given.
 * - `runs`: insecure where `insecureIn` is not empty; the other facts are those of the newest release of the worse kind.
 * - `refuses`: none of the releases starts; `error` is what the newest prints.
 * - `exits`: prints help, a version or a completion and ends.
 * - `unclear`: a hole decides.
 */
export type ArgvOutcome =
  | {
      readonly kind: 'runs';
      readonly insecureTls: boolean;
      readonly completelyInsecure: boolean;
      readonly insecureIn: readonly string[];
      readonly secureIn: readonly string[];
      readonly refusals: readonly Refusal[];
      readonly certificateAuthority: string | undefined;
      readonly kubeconfig: string | undefined;
      readonly setBy: ReadonlyMap<string, readonly number[]>;
      readonly insecureElements: readonly number[];
    }
  | { readonly kind: 'refuses'; readonly error: string; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'exits' }
  | {
      readonly kind: 'unclear';
      readonly couldBeInsecure: boolean;
      readonly reason: string;
      /** The element that cannot be read, where one is at fault. */
      readonly index: number | undefined;
    };

type Judged = { readonly releases: readonly string[]; readonly outcome: DialectOutcome };

/** Reads argv (without the program's name) as each dialect does, oldest first, and combines: insecure in any is insecure. */
export function readMetricsServerArgv(elements: readonly Element[], dialects: readonly Dialect[]): ArgvOutcome {
  const judged = judge(elements, dialects);
  const runs = judged.filter((one): one is Judged & { outcome: Run } => one.outcome.kind === 'runs');
  const insecure = runs.filter(({ outcome }) => outcome.insecureTls || outcome.completelyInsecure);
  const refusals = judged.flatMap(({ releases, outcome }): readonly Refusal[] =>
    outcome.kind === 'refuses' ? [{ releases, error: outcome.errors[0] ?? '', stage: outcome.stage }] : [],
  );
  const unclear = judged.findLast(({ outcome }) => outcome.kind === 'unclear')?.outcome;
  if (insecure.length === 0 && unclear?.kind === 'unclear') {
    const { couldBeInsecure, reason, index } = unclear;
    return { kind: 'unclear', couldBeInsecure, reason, index };
  }
  const chosen = insecure.at(-1)?.outcome ?? runs.at(-1)?.outcome;
  if (chosen !== undefined) return combineRuns(chosen, runs, insecure, refusals);
  const newest = refusals.at(-1);
  if (newest !== undefined && refusals.length === judged.length) {
    return { kind: 'refuses', error: newest.error, refusals };
  }
  return { kind: 'exits' };
}

/** Nobody writes so many arguments: the first finding is then enough, and the other releases are not asked. */
const manyElements = 2_000;

function judge(elements: readonly Element[], dialects: readonly Dialect[]): readonly Judged[] {
  const judged: Judged[] = [];
  for (const dialect of dialects) {
    const outcome = readDialect(elements, dialect);
    judged.push({ releases: dialect.releases, outcome });
    const insecure = outcome.kind === 'runs' && (outcome.insecureTls || outcome.completelyInsecure);
    const unclear = outcome.kind === 'unclear' && outcome.couldBeInsecure;
    if (elements.length > manyElements && (insecure || unclear)) break;
  }
  return judged;
}

function combineRuns(
  chosen: Run,
  runs: readonly (Judged & { readonly outcome: Run })[],
  insecure: readonly (Judged & { readonly outcome: Run })[],
  refusals: readonly Refusal[],
): ArgvOutcome {
  const elements = new Set(insecure.flatMap(({ outcome }) => outcome.insecureElements));
  return {
    kind: 'runs',
    insecureTls: insecure.some(({ outcome }) => outcome.insecureTls),
    completelyInsecure: insecure.some(({ outcome }) => outcome.completelyInsecure),
    insecureIn: insecure.flatMap(({ releases }) => releases),
    secureIn: runs.filter((run) => !insecure.includes(run)).flatMap(({ releases }) => releases),
    refusals,
    certificateAuthority: chosen.certificateAuthority,
    kubeconfig: runs.findLast(({ outcome }) => outcome.kubeconfig !== undefined)?.outcome.kubeconfig,
    setBy: chosen.setBy,
    insecureElements: [...elements].sort((a, b) => a - b),
  };
}
