/** Runs `check` with the tests' rules as a program of its own, for tests that need a process. */

import { defineCheck } from '../../src/cli/check.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import { fakeRule, fakeTextRule } from './check-rule.ts';

const command = defineCheck([fakeRule, fakeTextRule]);
const { stdin, stdout, stderr, env } = process;
const entry = { name: 'check', summary: command.summary, load: async () => command };
process.exitCode = await runProgram(process.argv.slice(2), { stdin, stdout, stderr, env }, [entry]);
