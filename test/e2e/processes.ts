/** The programs that a run has started: each is ended by its own id, whatever way the run itself ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** Makes sure that nothing outlives this process: neither a program nor a temporary folder. */
export function cleanUpAtExit(): void {
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
}

/** A temporary folder that goes with this process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-tls-guard-e2e-'));
  folders.add(folder);
  return folder;
}

/** A running program with what it printed so far. */
export interface Program {
  readonly name: string;
  /** What it printed, standard output and error together. */
  readonly output: () => string;
  /** Its exit, as words, once it has ended by itself or by `stop`. */
  readonly ended: () => string | undefined;
  /** Asks it to end (SIGTERM) and waits; after ten seconds it is killed. Returns how it ended. */
  readonly stop: () => Promise<string>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program that stays; its output goes to a file in `folder`. */
export function start(name: string, folder: string, command: readonly string[], options: StartOptions = {}): Program {
  const [file = '', ...args] = command;
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn(file, args, {
    stdio: ['ignore', out, out],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  closeSync(out);
  children.add(child);
  let end: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit ${code}` : `signal ${signal}`));
  }).then((words) => {
    children.delete(child);
    end = words;
    return words;
  });
  return {
    name,
    output: () => readFileSync(log, 'utf8'),
    ended: () => end,
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const words = await exited;
      clearTimeout(patience);
      return words;
    },
  };
}

/** Waits until `ready` holds. @throws Error with the program's last lines if it ends first or `seconds` have passed. */
export async function waitUntil(
  what: string,
  seconds: number,
  ready: () => Promise<boolean>,
  program?: Program,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    if (await ready()) return;
    const end = program?.ended();
    const reason = end === undefined ? `not so after ${seconds} s` : `it ended: ${end}`;
    if (end !== undefined || performance.now() > deadline) {
      const tail = program === undefined ? '' : `\n${program.output().split('\n').slice(-30).join('\n')}`;
      throw new Error(`waiting for ${what}: ${reason}${tail}`);
    }
    await sleep(50);
  }
}

/** Ports of the loopback that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
            else resolve(address.port);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
