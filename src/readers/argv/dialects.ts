/** What sets the releases of metrics-server apart when they read argv: flags, library versions, checks. */

import type { FlagType } from './flag-values.ts';
import { flagRows } from './metrics-server-flags.generated.ts';
import { compareReleases, releases } from './releases.ts';

/** A flag as pflag knows it. `takesValue` is false where it may stand alone (NoOptDefVal). */
export type Flag = {
  readonly name: string;
  readonly type: FlagType;
  readonly shorthand: string | undefined;
  readonly takesValue: boolean;
};

/** The flags of one command, by name and by shorthand. */
export type FlagSet = {
  readonly long: ReadonlyMap<string, Flag>;
  readonly short: ReadonlyMap<string, Flag>;
  /** What pflag does at a shorthand cluster that begins with `test.`: 1.0.1 drops all that follows, later ones skip it. */
  readonly atTestFlag: 'drop the rest' | 'skip';
  /** pflag 1.0.6 and later take an empty IP. */
  readonly lenientIp: boolean;
  /** pflag 1.0.7 and later name a shorthand beyond ASCII by the first byte of its first byte's UTF-8. */
  readonly encodesShorthands: boolean;
};

/** One way of reading argv, shared by the releases that read alike. */
export type Dialect = FlagSet & {
  readonly releases: readonly string[];
  /** cobra 1.0.0 and later know `__complete`. */
  readonly completes: boolean;
  /** cobra 1.9.1 and later know `completion` in a program without subcommands. */
  readonly hasCompletionCommand: boolean;
  /** The checks of the release's Validate(). */
  readonly checks: Checks;
};

export type Checks = {
  /** v0.4.0: flags that exclude each other. Up to v0.6.4 the messages begin with a capital. */
  readonly combinations: 'none' | 'capital' | 'small';
  /** v0.5.0: --metric-resolution of at least 10s. */
  readonly resolution: boolean;
  /** v0.7.0: --kubelet-request-timeout, and component-base's logging options. */
  readonly timeoutAndLogging: boolean;
  /** Before v0.9.0 a --log-flush-frequency that is not positive is no error but a panic. */
  readonly flushPanics: boolean;
  /** v0.8.0: the API server's run options. */
  readonly runOptions: boolean;
};

const valueless: ReadonlySet<FlagType> = new Set<FlagType>(['bool', 'goBool']);

function makeDialect(release: string): Dialect {
  const since = (first: string) => compareReleases(release, first) >= 0;
  const long = new Map<string, Flag>();
  const short = new Map<string, Flag>();
  for (const [name, type, first, last, shorthand] of flagRows) {
    if (!since(first) || compareReleases(release, last) > 0) continue;
    const flag: Flag = { name, type, shorthand, takesValue: !valueless.has(type) };
    long.set(name, flag);
    if (shorthand !== undefined) short.set(shorthand, flag);
  }
  return {
    releases: [release],
    long,
    short,
    atTestFlag: since('v0.4.0') ? 'skip' : 'drop the rest',
    lenientIp: since('v0.8.0'),
    encodesShorthands: since('v0.8.1'),
    completes: since('v0.4.0'),
    hasCompletionCommand: since('v0.8.0'),
    checks: {
      combinations: since('v0.7.0') ? 'small' : since('v0.4.0') ? 'capital' : 'none',
      resolution: since('v0.5.0'),
      timeoutAndLogging: since('v0.7.0'),
      flushPanics: since('v0.7.0') && !since('v0.9.0'),
      runOptions: long.has('goaway-chance'),
    },
  };
}

/** Two dialects are one when flags and behaviour agree. */
function keyOf(dialect: Dialect): string {
  const flags = [...dialect.long.values()].map((flag) => `${flag.name} ${flag.type} ${flag.shorthand ?? ''}`);
  const { atTestFlag, lenientIp, encodesShorthands, completes, hasCompletionCommand, checks } = dialect;
  return JSON.stringify([
    flags.sort(),
    atTestFlag,
    lenientIp,
    encodesShorthands,
    completes,
    hasCompletionCommand,
    checks,
  ]);
}

function makeDialects(): readonly Dialect[] {
  const dialects = new Map<string, Dialect>();
  for (const release of releases) {
    const dialect = makeDialect(release);
    const key = keyOf(dialect);
    const same = dialects.get(key);
    dialects.set(key, same === undefined ? dialect : { ...same, releases: [...same.releases, release] });
  }
  return [...dialects.values()];
}

/** All dialects, oldest first. */
export const dialects: readonly Dialect[] = makeDialects();

/** The dialects of the releases given, each with only those releases. */
export function dialectsOf(wanted: readonly string[]): readonly Dialect[] {
  if (wanted === releases) return dialects;
  const names = new Set(wanted);
  return dialects
    .map((dialect) => ({ ...dialect, releases: dialect.releases.filter((release) => names.has(release)) }))
    .filter((dialect) => dialect.releases.length > 0);
}
