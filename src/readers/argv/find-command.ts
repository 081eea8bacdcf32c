/** Decides which of metrics-server's commands an argument vector runs: the server itself, or one that cobra adds by itself. */

import type { Dialect, Flag, FlagSet } from './dialects.ts';
import { type Element, leadingText, makeElement } from './element.ts';
import { quoteString } from './go-text.ts';
import { parseBool } from './go-values.ts';
import { type ParseEnd, parseFlags } from './parse-flags.ts';

/** The server, or how the other command ends. */
export type CommandFound =
  | { readonly kind: 'server' }
  | { readonly kind: 'exits' }
  | { readonly kind: 'error'; readonly error: string };

const server = { kind: 'server' } as const;
const exits = { kind: 'exits' } as const;

/**
 * Finds the command as cobra's Find does in a root command without subcommands (github.com/spf13/cobra command.go Find,
 * stripFlags, argsMinusFirstX; completions.go initCompleteCmd, InitDefaultCompletionCmd). The first argument that is neither
 * a flag nor looks like a flag's value names it; every other word is left to the server, which takes any.
 */
export function findCommand(elements: readonly Element[], dialect: Dialect): CommandFound {
  if (!dialect.completes) return server;
  const at = firstWord(elements, dialect);
  const name = elements[at]?.text;
  if (name === '__complete' || name === '__completeNoDesc') {
    if (elements.length > 1) return exits;
    return { kind: 'error', error: 'requires at least 1 arg(s), only received 0' };
  }
  if (name !== 'completion' || !dialect.hasCompletionCommand) return server;
  return runCompletion(
    elements.filter((_, index) => index !== at),
    dialect,
  );
}

/**
 * The index of the first word that stripFlags leaves over, -1 where there is none. `--help` is not yet a flag then, so it takes
 * the next element with it.
 */
function firstWord(elements: readonly Element[], flags: FlagSet): number {
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index];
    if (element === undefined) break;
    const text = element.text ?? leadingText(element.pieces);
    if (element.text === '--') return -1;
    if (!text.startsWith('-')) {
      if (text !== '') return index;
      continue;
    }
    if (text.includes('=') || element.text === undefined) continue;
    const flag = text.startsWith('--') ? lookUp(flags.long, text.slice(2)) : lookUp(flags.short, text.slice(1));
    if ((text.startsWith('--') || (text.length === 2 && text < '-\u0080')) && (flag === undefined || flag.takesValue)) {
      if (elements.length - index - 1 <= 1) return -1;
      index++;
    }
  }
  return -1;
}

function lookUp(flags: ReadonlyMap<string, Flag>, name: string): Flag | undefined {
  return name === 'help' || name === 'h' ? undefined : flags.get(name);
}

const help: Flag = { name: 'help', type: 'bool', shorthand: 'h', takesValue: false };
const noDescriptions: Flag = { name: 'no-descriptions', type: 'bool', shorthand: undefined, takesValue: false };
const shells: ReadonlySet<string> = new Set(['bash', 'zsh', 'fish', 'powershell']);

/** `completion` shows its help; `completion bash` and the like print a script, and take no further words. */
function runCompletion(elements: readonly Element[], dialect: Dialect): CommandFound {
  const none: FlagSet = { ...dialect, long: new Map(), short: new Map() };
  const at = firstWord(elements, none);
  const shell = elements[at]?.text;
  if (shell === undefined || !shells.has(shell)) {
    const flags: FlagSet = { ...none, long: new Map([['help', help]]), short: new Map([['h', help]]) };
    const end = parseBools(elements, flags);
    return end.kind === 'error' ? end : exits;
  }
  const rest = elements.filter((_, index) => index !== at);
  const long = new Map([
    ['help', help],
    ['no-descriptions', noDescriptions],
  ]);
  const end = parseBools(rest, { ...none, long, short: new Map([['h', help]]) });
  if (end.kind === 'error') return end;
  if (end.help || end.words[0] === undefined) return exits;
  const word = end.words[0].text ?? '$(…)';
  return { kind: 'error', error: `unknown command ${quoteString(word)} for ${quoteString(` completion ${shell}`)}` };
}

function parseBools(
  elements: readonly Element[],
  flags: FlagSet,
):
  | { readonly kind: 'parsed'; readonly help: boolean; readonly words: readonly Element[] }
  | { kind: 'error'; error: string } {
  let asked = false;
  const words: Element[] = [];
  const end: ParseEnd = parseFlags(elements, flags, {
    use: ({ flag, text }) => {
      const parsed = parseBool(text ?? 'true');
      if (parsed.error !== undefined) return { cause: parsed.error };
      if (flag === help) asked = parsed.value;
      return undefined;
    },
    positional: (element) => words.push(element),
  });
  return end.kind === 'error' ? { kind: 'error', error: end.error } : { kind: 'parsed', help: asked, words };
}

/** An element made of a text that a hole might have. */
export function supposeText(text: string, element: Element): Element {
  return makeElement([text], element.origin, element.partial);
}
