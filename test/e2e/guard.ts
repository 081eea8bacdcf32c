/** The guard under test: the built bundle as a program of its own, with certificates and configuration of this run. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './checks.ts';
import { freePorts, type Program, start, waitUntil } from './processes.ts';
import type { Endpoint } from './webhooks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const bundle = join(root, 'dist', 'kubelet-tls-guard.js');

/** Builds the bundle from the sources as they are, so that an old one is never what is tested. @throws Error with the bundler's words. */
export async function buildBundle(): Promise<void> {
  const { code, stdout, stderr } = await runCommand([process.execPath, join('scripts', 'build.mjs')], { cwd: root });
  if (code !== 0) throw new Error(`scripts/build.mjs: exit code ${code}\n${stdout}${stderr}`);
}

export interface Guard {
  readonly endpoint: Endpoint;
  readonly program: Program;
  /** Replaces its configuration file, as a person would; the guard notices by itself, after a moment. */
  readonly configure: (settings: object) => void;
  /** The body of one of its health endpoints. */
  readonly read: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
  /** Its own metrics. */
  readonly metrics: () => Promise<string>;
}

/**
 * Starts a guard and waits until it is ready.
 * @throws Error with its last lines if it is not ready within half a minute.
 */
export async function startGuard(folder: string): Promise<Guard> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const certDir = join(folder, 'guard-certs');
  const file = join(folder, 'guard.yaml');
  const configure = (settings: object) => {
    const text = JSON.stringify({
      apiVersion: 'kubelet-tls-guard.io/v1alpha1',
      kind: 'GuardConfiguration',
      ...settings,
    });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  configure({});
  const command = [process.execPath, bundle, 'serve', '--bind-address=127.0.0.1', `--secure-port=${port}`];
  const flags = [`--metrics-bind-address=127.0.0.1:${metricsPort}`, `--cert-dir=${certDir}`, `--config=${file}`];
  const program = start('guard', folder, [...command, ...flags, '--log-format=json', '--shutdown-delay=0s']);
  const caFile = join(certDir, 'ca.crt');
  const url = `https://127.0.0.1:${port}`;
  const read: Guard['read'] = (path) => readHttps(`${url}${path}`, readFileSync(caFile, 'utf8'));
  const isReady = async () => existsSync(caFile) && (await read('/readyz').catch(() => undefined))?.status === 200;
  await waitUntil('the guard to be ready', 30, isReady, program);
  return {
    endpoint: { url, caBundle: readFileSync(caFile, 'utf8') },
    program,
    configure,
    read,
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
  };
}

function readHttps(url: string, ca: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
