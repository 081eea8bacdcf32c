/** Cold start to the first answer, against a bare Fastify with the same certificate. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const rounds = 7;

/** Median milliseconds from spawning a server to its first answer over TLS, for both, in turn. */
export async function measureStart() {
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-tls-guard-start-'));
  try {
    const port = 20_000 + (process.pid % 20_000);
    const guardArgs = [
      'dist/kubelet-tls-guard.js',
      'serve',
      '--secure-port',
      `${port}`,
      '--cert-dir',
      folder,
      '--metrics-bind-address',
      '',
    ];
    const bareArgs = [
      'bench/servers/bare-fastify.mjs',
      `${port + 1}`,
      join(folder, 'tls.crt'),
      join(folder, 'tls.key'),
    ];
    await startOnce(guardArgs, port);
    const guard: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      guard.push(await startOnce(guardArgs, port));
      bare.push(await startOnce(bareArgs, port + 1));
    }
    return [
      {
        'guard ms': Math.round(median(guard)),
        'bare Fastify ms': Math.round(median(bare)),
        ratio: Number((median(guard) / median(bare)).toFixed(2)),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOnce(args: readonly string[], port: number): Promise<number> {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, NODE_ENV: 'production' } });
  try {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      if (await answers(port)) return Number(process.hrtime.bigint() - started) / 1e6;
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    throw new Error(`nothing answered on port ${port}`);
  } finally {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(
      { host: '127.0.0.1', port, path: '/livez', rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        resolve(true);
      },
    );
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
