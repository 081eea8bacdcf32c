/** The programs that run another one given in their arguments: the grammar of what stands before it. */

/**
 * Options end at the first word or at `--`; then come `words` words of the wrapper's own (a user, a duration), then the program.
 * `flags` and `values` list the options without and with a value: a letter for a short one, a name for a long one. A short value
 * may be attached or follow, a long one follows `=` or the option. `assignments` allows NAME=VALUE before the program.
 */
export type Wrapper = {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly words: number;
  readonly assignments: boolean;
  /** `-10` as nice takes it. */
  readonly numbers: boolean;
};

function wrapper(flags: string, values: string, words = 0, more: Partial<Wrapper> = {}): Wrapper {
  const list = (text: string) => new Set(text.split(' ').filter((name) => name !== ''));
  return { flags: list(flags), values: list(values), words, assignments: false, numbers: false, ...more };
}

/** Sources: tini 0.19, dumb-init 1.2, catatonit 0.2, GNU coreutils 9, util-linux 2.40, gosu 1.17, su-exec 0.2, sudo 1.9, s6. */
export const wrappers: ReadonlyMap<string, Wrapper> = new Map([
  ['tini', wrapper('s v g w h l version', 'e p')],
  ['tini-static', wrapper('s v g w h l version', 'e p')],
  ['docker-init', wrapper('s v g w h l version', 'e p')],
  ['dumb-init', wrapper('c v single-child verbose', 'r rewrite')],
  ['catatonit', wrapper('g P L', '')],
  [
    'env',
    wrapper(
      'i 0 v ignore-environment null debug block-signal default-signal ignore-signal list-signal-handling',
      'u C a unset chdir argv0',
      0,
      {
        assignments: true,
      },
    ),
  ],
  ['nice', wrapper('', 'n adjustment', 0, { numbers: true })],
  ['ionice', wrapper('t ignore', 'c n class classdata')],
  ['timeout', wrapper('v f p preserve-status foreground verbose', 'k s kill-after signal', 1)],
  ['gosu', wrapper('', '', 1)],
  ['su-exec', wrapper('', '', 1)],
  ['s6-setuidgid', wrapper('', '', 1)],
  ['nohup', wrapper('', '')],
  ['setsid', wrapper('c f w ctty fork wait', '')],
  ['stdbuf', wrapper('', 'i o e input output error')],
  ['chroot', wrapper('skip-chdir', 'userspec groups', 1)],
  [
    'sudo',
    wrapper('E H n S b k preserve-env set-home non-interactive', 'u g h p C user group', 0, { assignments: true }),
  ],
  [
    'setpriv',
    wrapper(
      'd clear-groups keep-groups init-groups no-new-privs nnp reset-env list-caps',
      'reuid regid ruid euid rgid egid groups inh-caps ambient-caps bounding-set securebits selinux-label apparmor-profile pdeathsig',
    ),
  ],
  // Shell builtins that take a command; the shell reader alone asks for them.
  ['exec', wrapper('c l', 'a')],
  ['command', wrapper('p', '')],
]);

/** Builtins that exist only in a shell. */
export const shellBuiltins: ReadonlySet<string> = new Set(['exec', 'command']);

/** Shells whose `-c` takes a script. */
export const shells: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'ash',
  'dash',
  'zsh',
  'ksh',
  'mksh',
  'rbash',
  'hush',
]);

/** Programs that are many: the next word names the one to be. */
export const multiCallBinaries: ReadonlySet<string> = new Set(['busybox', 'toybox']);
