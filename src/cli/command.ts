/** What a command is: data that the parser, the help text and the documentation are all made from. */

import { parseArgs } from 'node:util';
import { closest } from '../kube/index.ts';

/** Exit codes, the same for every command. */
export const exitCodes = { clean: 0, violations: 1, wrongUse: 2, couldNotFinish: 3 } as const;

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** The placeholder of the value in help texts, such as `FILE`. */
  readonly value?: string;
  readonly default?: string;
  /** The environment variable that is read where the flag is not given; a flag always wins. */
  readonly env?: string;
  readonly description: string;
}

/** The world outside, handed to commands so that tests can stand in for it. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Parsed flags by their long names; an option that was not given and has no default is absent. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows the command's name, such as `[FILE|DIR|-]…`. */
  readonly usage: string;
  readonly description: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** Whether words that are no flags are allowed. */
  readonly positionals: boolean;
  run(values: Values, positionals: readonly string[], streams: Streams): Promise<number>;
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly values: Values; readonly positionals: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

/** Parses a command's words; unknown flags are errors that name the nearest known one. Flags win over environment variables. */
export function parseCommand(command: Command, words: readonly string[], env: Streams['env']): Parsed {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, option] of Object.entries(command.options)) {
    options[name] = {
      type: option.type,
      ...(option.short === undefined ? {} : { short: option.short }),
      ...(option.multiple === undefined ? {} : { multiple: option.multiple }),
    };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    if (values['help'] === true) return { kind: 'help' };
    const stray = positionals[0];
    if (!command.positionals && stray !== undefined) {
      return { kind: 'wrong', message: `"${command.name}" takes no arguments, but got ${JSON.stringify(stray)}` };
    }
    return withDefaults(command, values, positionals, env);
  } catch (error) {
    return { kind: 'wrong', message: explain(error, command) };
  }
}

function withDefaults(
  command: Command,
  given: Record<string, string | boolean | (string | boolean)[] | undefined>,
  positionals: readonly string[],
  env: Streams['env'],
): Parsed {
  const values: Record<string, string | boolean | readonly string[] | undefined> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const value = given[name];
    const fromEnv = option.env === undefined ? undefined : env[option.env];
    if (Array.isArray(value)) values[name] = value.map(String);
    else if (value !== undefined) values[name] = value;
    else if (fromEnv === undefined) values[name] = option.default;
    else if (option.type === 'string') values[name] = option.multiple ? [fromEnv] : fromEnv;
    else if (/^(1|true|yes|0|false|no|)$/i.test(fromEnv)) values[name] = /^(1|true|yes)$/i.test(fromEnv);
    else return { kind: 'wrong', message: `${option.env}=${JSON.stringify(fromEnv)} is no boolean: use true or false` };
  }
  return { kind: 'parsed', values, positionals };
}

function explain(error: unknown, command: Command): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-{1,2})([^']*)'/.exec(message);
  if (unknown === null) return message.split('. ')[0] ?? message;
  const [, dashes = '', name = ''] = unknown;
  const near = closest(name, ['help', ...Object.keys(command.options)]);
  return `unknown flag ${dashes}${name}${near === undefined ? '' : `, did you mean --${near}?`}`;
}
