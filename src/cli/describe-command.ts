/** Composes help texts from the data that commands are made of. */

import type { Command, Option } from './command.ts';
import type { CommandEntry } from './commands.ts';

const program = 'kubelet-tls-guard';
const width = 100;

/** The text of `kubelet-tls-guard --help`. */
export function describeProgram(commands: readonly CommandEntry[], version: string): string {
  const longest = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`);
  return [
    `${program} ${version}`,
    "Refuses metrics-server's --kubelet-insecure-tls and keeps the kubelets' serverTLSBootstrap on.",
    '',
    `Usage: ${program} COMMAND [FLAG]…`,
    '',
    'Commands:',
    ...list,
    '',
    'Flags:',
    '  -h, --help     Show this, or with a command what that one does',
    '      --version  Show the version',
    '',
    `More about a command: ${program} help COMMAND`,
    '',
  ].join('\n');
}

/** The text of `kubelet-tls-guard help COMMAND`. */
export function describeCommand(command: Command): string {
  const options = Object.entries({ ...command.options, help: helpOption });
  const heads = options.map(([name, option]) => describeHead(name, option));
  const indent = Math.max(...heads.map(({ length }) => length)) + 2;
  return [
    `${command.summary}.`,
    '',
    `Usage: ${[program, command.name, command.usage].filter((part) => part !== '').join(' ')}`,
    ...command.description.flatMap((paragraph) => ['', ...wrap(paragraph, width)]),
    '',
    'Flags:',
    ...options.flatMap(([, option], index) => {
      const [first = '', ...rest] = wrap(describeOption(option), width - indent);
      return [`${(heads[index] ?? '').padEnd(indent)}${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
    }),
    ...(command.examples.length === 0 ? [] : ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]),
    '',
  ].join('\n');
}

const helpOption: Option = { type: 'boolean', short: 'h', description: 'Show this' };

function describeHead(name: string, option: Option): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `  ${short}--${name}${option.type === 'string' ? ` ${option.value ?? 'TEXT'}` : ''}`;
}

function describeOption({ description, default: preset, env }: Option): string {
  const facts = [
    ...(preset === undefined || preset === '' ? [] : [`default ${preset}`]),
    ...(env === undefined ? [] : [`or ${env}`]),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
