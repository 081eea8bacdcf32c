/** Decides which command a command line asks for, and runs it. */

import { closest } from '../kube/index.ts';
import { exitCodes, parseCommand, type Streams } from './command.ts';
import { commands as allCommands, type CommandEntry } from './commands.ts';
import { describeCommand, describeProgram } from './describe-command.ts';
import { readVersion } from './version.ts';

const program = 'kubelet-tls-guard';

/**
 * Runs the program.
 * @param words The command line after the program's name.
 * @returns The exit code.
 */
export async function runProgram(
  words: readonly string[],
  streams: Streams,
  commands: readonly CommandEntry[] = allCommands,
): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    streams.stderr.write(describeProgram(commands, readVersion()));
    return exitCodes.wrongUse;
  }
  if (name === '--version' || name === 'version') return print(streams, `${readVersion()}\n`);
  if (name === '--help' || name === '-h' || name === 'help') return help(rest, streams, commands);
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) return refuse(streams, describeUnknown(name, commands));
  const command = await entry.load();
  const parsed = parseCommand(command, rest, streams.env);
  if (parsed.kind === 'help') return print(streams, describeCommand(command));
  if (parsed.kind === 'wrong') {
    streams.stderr.write(`${program} ${name}: ${parsed.message} (${program} help ${name} lists the flags)\n`);
    return exitCodes.wrongUse;
  }
  return command.run(parsed.values, parsed.positionals, streams);
}

async function help(words: readonly string[], streams: Streams, commands: readonly CommandEntry[]): Promise<number> {
  const name = words.find((word) => !word.startsWith('-'));
  if (name === undefined) return print(streams, describeProgram(commands, readVersion()));
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) return refuse(streams, describeUnknown(name, commands));
  return print(streams, describeCommand(await entry.load()));
}

function describeUnknown(name: string, commands: readonly CommandEntry[]): string {
  const names = commands.map((entry) => entry.name);
  if (name.startsWith('-')) return `unknown flag ${name} before any command; commands: ${names.join(', ')}`;
  const near = closest(name, names);
  const hint = near === undefined ? `commands: ${names.join(', ')}` : `did you mean ${near}?`;
  return `unknown command ${JSON.stringify(name)}, ${hint}`;
}

function print(streams: Streams, text: string): number {
  streams.stdout.write(text);
  return exitCodes.clean;
}

function refuse(streams: Streams, message: string): number {
  streams.stderr.write(`${program}: ${message} (${program} --help says more)\n`);
  return exitCodes.wrongUse;
}
