/**
 * Measures the guard against a bare Fastify and a raw node:https server: same TLS, same bodies, same client, rounds interleaved,
 * medians with their spread. Prints a table and writes bench/results/bench.json. Needs `wrk` (Debian's package) on the PATH.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { type Body, makeBodies } from './bodies.ts';
import { measureJudging } from './judging.ts';
import { measureStart } from './start.ts';
import { median, spread } from './statistics.ts';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '1,8,64' },
    body: { type: 'string', multiple: true },
  },
});

interface Lane {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-tls-guard-bench-'));
  const lanes: Lane[] = [];
  try {
    await startLanes(folder, lanes);
    const rows = [];
    for (const body of makeBodies().filter(({ name }) => options.body?.includes(name) ?? true)) {
      for (const connections of options.connections.split(',').map(Number))
        rows.push(await measure(lanes, body, connections, folder));
    }
    console.table(rows.map(printable));
    const memory = residentMegabytes(lanes[0]?.process.pid);
    console.log(`resident memory of the guard after the load: ${memory} MB`);
    const judging = measureJudging();
    console.table(judging);
    const start = await measureStart();
    console.table(start);
    mkdirSync('bench/results', { recursive: true });
    const result = { node: process.version, options, rows, memoryMB: memory, judging, start };
    writeFileSync('bench/results/bench.json', `${JSON.stringify(result, null, 2)}\n`);
  } finally {
    for (const { process: child } of lanes) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the three servers, each pinned to the first core, with one certificate; what was started is in `lanes` even if the next one fails. */
async function startLanes(folder: string, lanes: Lane[]): Promise<void> {
  const certificates = join(folder, 'certs');
  const [guardPort, barePort, rawPort] = await Promise.all([freePort(), freePort(), freePort()]);
  // As `npm start` runs it.
  const guardArgs = [
    '--max-semi-space-size=4',
    'dist/kubelet-tls-guard.js',
    'serve',
    '--secure-port',
    `${guardPort}`,
    '--cert-dir',
    certificates,
    '--metrics-bind-address',
    '',
  ];
  lanes.push(start('guard', guardPort, guardArgs));
  await untilListening(guardPort);
  const pair = [join(certificates, 'tls.crt'), join(certificates, 'tls.key')];
  lanes.push(start('bare Fastify', barePort, ['bench/servers/bare-fastify.mjs', `${barePort}`, ...pair]));
  lanes.push(start('raw node:https', rawPort, ['bench/servers/raw-https.mjs', `${rawPort}`, ...pair]));
  await Promise.all([untilListening(barePort), untilListening(rawPort)]);
}

function start(name: string, port: number, args: readonly string[]): Lane {
  const child = spawn('taskset', ['-c', '0', process.execPath, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return { name, port, process: child };
}

/** All lanes in turn, round after round, so that whatever else the machine does falls on all of them. */
async function measure(lanes: readonly Lane[], body: Body, connections: number, folder: string) {
  const file = join(folder, `${body.name}.json`);
  writeFileSync(file, body.text);
  const samples = new Map<string, Sample[]>(lanes.map(({ name }) => [name, []]));
  for (let round = -1; round < Number(options.rounds); round++) {
    for (const { name, port } of lanes) {
      const sample = await load(port, connections, file);
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  return {
    body: body.name,
    connections,
    lanes: Object.fromEntries([...samples].map(([name, all]) => [name, summarise(all)])),
  };
}

async function load(port: number, connections: number, file: string): Promise<Sample> {
  const args = [
    '-c',
    '1',
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${options.seconds}s`,
    '-s',
    'bench/post.lua',
    `https://127.0.0.1:${port}/validate`,
  ];
  const { stdout } = await run('taskset', args, { env: { ...process.env, BENCH_BODY: file } });
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  if (result.errors > 0) throw new Error(`the load saw ${result.errors} errors on port ${port}`);
  return { perSecond: (result.requests * 1e6) / result.micros, p50: result.p50, p99: result.p99 };
}

function summarise(samples: readonly Sample[]) {
  const perSecond = samples.map((sample) => sample.perSecond);
  return {
    perSecond: median(perSecond),
    spread: spread(perSecond),
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
  };
}

function printable(row: Awaited<ReturnType<typeof measure>>) {
  const guard = row.lanes['guard'];
  const bare = row.lanes['bare Fastify'];
  const raw = row.lanes['raw node:https'];
  if (guard === undefined || bare === undefined || raw === undefined) throw new Error('a lane is missing');
  const ratio = (a: number, b: number) => Number((a / b).toFixed(2));
  return {
    body: row.body,
    connections: row.connections,
    'guard/s': Math.round(guard.perSecond),
    'Fastify/s': Math.round(bare.perSecond),
    'https/s': Math.round(raw.perSecond),
    'vs Fastify': ratio(guard.perSecond, bare.perSecond),
    'vs https': ratio(guard.perSecond, raw.perSecond),
    'p99 vs Fastify': ratio(guard.p99, bare.p99),
    'spread %': Math.round(guard.spread * 100),
  };
}

function residentMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await run('curl', ['-sk', '-o', '/dev/null', `https://127.0.0.1:${port}/livez`]);
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}

await main();
