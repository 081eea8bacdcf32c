/** Counts what holds and what does not: one line per check, and after a failure every command that it ran. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a command did. */
export interface Ran {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

let passed = 0;
let failed = 0;
let commands: Ran[] = [];

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const compared = new Set<string>();
const updating = (process.env['UPDATE_GOLDEN'] ?? '') !== '';

/** What a check throws: it says what was expected and what came. */
class Mismatch extends Error {}

/** Runs one check and prints its line. A throw inside fails this check alone. */
export async function check(name: string, body: () => Promise<void> | void): Promise<void> {
  commands = [];
  try {
    await body();
    passed += 1;
    process.stdout.write(`ok - ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`not ok - ${name}\n${indent(describeError(error))}\n`);
    for (const ran of commands) process.stdout.write(`${indent(describeRan(ran))}\n`);
  }
}

/** What held and what did not, so far. */
export function count(): { readonly passed: number; readonly failed: number } {
  return { passed, failed };
}

/** Runs a program to its end; the check at hand remembers it. It is killed after two minutes. */
export function runCommand(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      timeout: 120_000,
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A program that ends without reading its input closes the pipe; its exit code says the rest.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
      const ran = { command: command.join(' '), code: code ?? -1, stdout: text(out), stderr: text(err) };
      commands.push(signal === null ? ran : { ...ran, stderr: `${ran.stderr}\n(ended by ${signal})` });
      resolve(ran);
    });
  });
}

/** @throws Mismatch unless `holds`. */
export function expect(holds: boolean, words: string): void {
  if (!holds) throw new Mismatch(words);
}

/** @throws Mismatch unless the two are the same text. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Mismatch(`${what}: expected ${b}, got ${a}`);
}

/**
 * Holds a text against a file in test/golden; with UPDATE_GOLDEN set, the file is written instead.
 * @throws Mismatch with both texts.
 */
export function expectGolden(file: string, text: string): void {
  const path = join(golden, file);
  compared.add(file);
  if (updating) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(path, text);
    return;
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '(no such file; UPDATE_GOLDEN=1 writes it)';
  if (text !== expected) throw new Mismatch(`test/golden/${file} differs\n--- expected\n${expected}\n--- got\n${text}`);
}

/** Holds that every golden file of this run was compared; with UPDATE_GOLDEN set, one that was not is removed. */
export function expectNoOtherGolden(): void {
  const unused = readdirSync(golden).filter((file) => file.startsWith('e2e-') && !compared.has(file));
  if (updating) for (const file of unused) rmSync(join(golden, file));
  else expectEqual(unused, [], 'golden files that nothing is compared with');
}

function describeRan({ command, code, stdout, stderr }: Ran): string {
  return [`$ ${command}`, `exit ${code}`, `stdout: ${clip(stdout)}`, `stderr: ${clip(stderr)}`].join('\n');
}

function clip(text: string): string {
  return text.length <= 6000 ? text : `${text.slice(0, 3000)}\n…\n${text.slice(-3000)}`;
}

function describeError(error: unknown): string {
  if (error instanceof Mismatch) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
