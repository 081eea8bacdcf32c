/** Runs `check` as the program would, with streams that remember what was written. */

import { Readable, Writable } from 'node:stream';
import { defineCheck } from '../../src/cli/check.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { fakeRule, fakeTextRule } from './check-rule.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rules?: readonly Rule[];
  /** Milliseconds since 1970, asked for again and again. */
  readonly clock?: () => number;
}

/** A time long before any certificate or exemption of the tests ends. */
export const someday = Date.UTC(2027, 0, 15, 12);

/** Runs `kubelet-tls-guard check` with these words in the current directory. */
export async function runCheck(words: readonly string[], world: World = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk, _encoding, done) {
          written[name] += String(chunk);
          done();
        },
      }),
      { isTTY: world.isTTY ?? false, ...(world.columns === undefined ? {} : { columns: world.columns }) },
    );
  const rules = world.rules ?? [fakeRule, fakeTextRule];
  const command = defineCheck(rules, world.clock ?? (() => someday));
  const streams = {
    stdin: Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: world.env ?? {},
  };
  const entry = { name: 'check', summary: command.summary, load: async () => command };
  const code = await runProgram(['check', ...words], streams, [entry]);
  return { code, ...written };
}
