/** The program's entry: hands the process to the command that its words ask for, and turns what comes back into an exit code. */

import { exitCodes } from './command.ts';
import { runProgram } from './run-program.ts';

/** Exit code 1 says "violations": a defect of ours must not look like one. */
function fail(error: unknown): void {
  process.stderr.write(
    `kubelet-tls-guard: defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(exitCodes.couldNotFinish);
}

/** Who reads our output may stop reading (`… | head`): that is no error, and ends us quietly. */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') fail(error);
  process.exit(process.exitCode ?? exitCodes.clean);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.stdout.on('error', endOnBrokenPipe);
process.stderr.on('error', endOnBrokenPipe);

const streams = {
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
};
process.exitCode = await runProgram(process.argv.slice(2), streams);
// What a library may have left open must not keep a finished command alive; output that is still under way is waited for.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
