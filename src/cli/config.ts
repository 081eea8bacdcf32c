/** The `config` command: shows the policy that a configuration gives, or everything that is wrong with it. */

import { open } from 'node:fs/promises';
import {
  defaultPolicy,
  describeProblem,
  examineExemptions,
  type Policy,
  parseConfiguration,
  printConfiguration,
} from '../policy/index.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';
import { type Command, exitCodes, type Option } from './command.ts';

/** The option `--config`, the same for every command that judges. */
export const configOption: Option = {
  type: 'string',
  value: 'FILE',
  env: 'KUBELET_TLS_GUARD_CONFIG',
  description: 'The policy: a GuardConfiguration in YAML or JSON; without one, the defaults',
};

export type LoadedConfiguration =
  | { readonly kind: 'policy'; readonly policy: Policy /** Lines to show or log. */; readonly notes: readonly string[] }
  /** One line for each problem, with the file's name, line and column. */
  | { readonly kind: 'unusable'; readonly lines: readonly string[] };

/** Far more than a configuration may have, so that a device or a log given by mistake is not read to its end. */
const readLimit = 1024 * 1024;

/** Reads and decodes a configuration file. */
export async function loadConfiguration(file: string, known: readonly Rule[]): Promise<LoadedConfiguration> {
  if (file === '')
    return { kind: 'unusable', lines: ['--config is empty: name a file, or leave it out for the defaults'] };
  const read = await readText(file);
  if (read.kind === 'unreadable') return { kind: 'unusable', lines: [`${file}: ${read.reason}`] };
  const configuration = parseConfiguration(read.text, known);
  if (configuration.kind === 'invalid') {
    return { kind: 'unusable', lines: configuration.problems.map((problem) => describeProblem(file, problem)) };
  }
  return {
    kind: 'policy',
    policy: configuration.policy,
    notes: configuration.notes.map((note) => `${file}: note: ${note}`),
  };
}

type Read = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'unreadable'; readonly reason: string };

async function readText(file: string): Promise<Read> {
  let bytes: Buffer;
  try {
    bytes = await readStart(file);
  } catch (error) {
    return { kind: 'unreadable', reason: explain(error) };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { kind: 'unreadable', reason: "the file is UTF-16, as PowerShell's > writes it: save it as UTF-8" };
  }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', reason: 'the file is not UTF-8 text: is it the right file?' };
  }
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const chunks: Buffer[] = [];
    for (let size = 0; size <= readLimit; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file: check the path given by --config';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read: check its permissions';
    case 'EISDIR':
      return 'this is a folder: name the file in it';
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Makes the command for a list of rules. */
export function defineConfig(known: readonly Rule[]): Command {
  return {
    name: 'config',
    summary: 'Show the policy in force, defaults included',
    usage: '[--config FILE]',
    description: [
      'Prints the policy that a configuration gives, as a configuration that says everything. What has its default value is marked.',
      'What is wrong with the file goes to stderr as FILE:LINE:COLUMN, all of it at once; then nothing is printed and the exit code is 2.',
      'Exemptions that have ended or end within 14 days are named on stderr.',
    ],
    options: { config: configOption },
    examples: ['kubelet-tls-guard config', 'kubelet-tls-guard config --config guard.yaml'],
    positionals: false,
    async run(values, _positionals, { stdout, stderr }) {
      const file = typeof values['config'] === 'string' ? values['config'] : undefined;
      const loaded: LoadedConfiguration =
        file === undefined
          ? { kind: 'policy', policy: defaultPolicy(known), notes: [] }
          : await loadConfiguration(file, known);
      if (loaded.kind === 'unusable') {
        stderr.write(`${loaded.lines.join('\n')}\n`);
        return exitCodes.wrongUse;
      }
      for (const note of loaded.notes) stderr.write(`${note}\n`);
      for (const { message } of examineExemptions(loaded.policy.exemptions, undefined, Date.now())) {
        stderr.write(`${file}: note: ${message}\n`);
      }
      stdout.write(printConfiguration(loaded.policy, known));
      return exitCodes.clean;
    },
  };
}

export const config: Command = defineConfig(rules);
