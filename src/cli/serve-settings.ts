/** Turns the flags of `serve` into settings, or into one line that says which flag is wrong and what would be right. */

import { isIP } from 'node:net';
import type { SecureVersion } from 'node:tls';
import {
  type Address,
  type LogLevel,
  logLevels,
  parseCipherSuites,
  parseMilliseconds,
  parseMinVersion,
} from '../server/index.ts';
import type { Option, Streams, Values } from './command.ts';
import { configOption } from './config.ts';

export interface ServeSettings {
  readonly bind: Address;
  readonly metricsBind: Address | undefined;
  readonly certDir: string;
  /** Absent: the certificate is kept in `certDir`. */
  readonly pair: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly minVersion: SecureVersion;
  readonly ciphers: string;
  readonly clientCaFile: string | undefined;
  readonly clientNames: readonly string[];
  readonly configFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'text';
  /** Milliseconds. */
  readonly shutdownDelay: number;
}

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: ServeSettings }
  | { readonly kind: 'wrong'; readonly message: string };

function option(name: string, value: string, description: string, preset?: string): Option {
  const env = `KUBELET_TLS_GUARD_${name.toUpperCase().replaceAll('-', '_')}`;
  return { type: 'string', value, env, description, ...(preset === undefined ? {} : { default: preset }) };
}

/** The flags of `serve`. Their names are those of Kubernetes' own components where these have them. */
export const serveOptions: Readonly<Record<string, Option>> = Object.fromEntries(
  (
    [
      ['bind-address', 'IP', 'Address to listen on; 0.0.0.0 or :: in a pod', '127.0.0.1'],
      ['secure-port', 'PORT', 'Port of the webhook; 0 chooses a free one', '8443'],
      [
        'cert-dir',
        'DIR',
        'Folder of tls.crt and tls.key; where it has none, a local CA and a certificate are made there',
        'certs',
      ],
      ['tls-cert-file', 'FILE', 'Certificate with its chain, instead of --cert-dir; followed when it changes'],
      ['tls-private-key-file', 'FILE', 'Key of --tls-cert-file'],
      ['tls-min-version', 'VERSION', 'VersionTLS12 or VersionTLS13', 'VersionTLS12'],
      [
        'tls-cipher-suites',
        'NAMES',
        "Comma-separated suites of TLS 1.2 by IANA's names; those of TLS 1.3 are always on",
      ],
      ['client-ca-file', 'FILE', 'Demand client certificates by these authorities for /validate and /mutate'],
      [
        'client-allowed-names',
        'NAMES',
        'Comma-separated names of clients: common name, DNS name, IP address, URI; none given admits all',
      ],
      ['metrics-bind-address', 'IP:PORT', 'Plain HTTP for /metrics and health; empty turns it off', '127.0.0.1:8080'],
      ['log-level', 'LEVEL', `One of ${logLevels.join(', ')}`, 'info'],
      ['log-format', 'FORMAT', 'auto, json or text; auto is text on a terminal', 'auto'],
      [
        'shutdown-delay',
        'DURATION',
        'How long to go on serving after SIGTERM, such as 10s; unset it is 10s in a cluster, else 0s',
      ],
    ] as const
  ).map(([name, value, description, preset]) => [name, option(name, value, description, preset)]),
);
export const serveOptionsWithConfig: Readonly<Record<string, Option>> = { ...serveOptions, config: configOption };

class WrongFlag extends Error {}

/** Reads the settings. */
export function readSettings(values: Values, streams: Pick<Streams, 'stdout' | 'env'>): ParsedSettings {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  try {
    const clientCaFile = text('client-ca-file');
    const clientNames = (text('client-allowed-names') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    if (clientCaFile === undefined && clientNames.length > 0) {
      throw new WrongFlag('--client-allowed-names means nothing without --client-ca-file: give both');
    }
    const settings: ServeSettings = {
      bind: {
        address: readAddress('bind-address', text('bind-address') ?? ''),
        port: readPort('secure-port', text('secure-port') ?? ''),
      },
      metricsBind: readBinding(text('metrics-bind-address')),
      certDir: text('cert-dir') ?? 'certs',
      pair: readPair(text('tls-cert-file'), text('tls-private-key-file')),
      minVersion: accept('tls-min-version', parseMinVersion(text('tls-min-version') ?? '')),
      ciphers: accept('tls-cipher-suites', parseCipherSuites(text('tls-cipher-suites') ?? '')),
      clientCaFile,
      clientNames,
      configFile: text('config'),
      logLevel: oneOf('log-level', text('log-level') ?? '', logLevels),
      logFormat: readFormat(text('log-format') ?? '', streams.stdout.isTTY === true),
      shutdownDelay: readDelay(text('shutdown-delay'), streams.env),
    };
    return { kind: 'settings', settings };
  } catch (error) {
    if (error instanceof WrongFlag) return { kind: 'wrong', message: error.message };
    throw error;
  }
}

function accept<T>(
  flag: string,
  setting: { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly message: string },
): T {
  if (setting.kind === 'valid') return setting.value;
  throw new WrongFlag(`--${flag}: ${setting.message}`);
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new WrongFlag(`--${flag}: ${JSON.stringify(value)} is none of ${allowed.join(', ')}`);
}

function readFormat(value: string, isTerminal: boolean): 'json' | 'text' {
  const format = oneOf('log-format', value, ['auto', 'json', 'text']);
  if (format !== 'auto') return format;
  return isTerminal ? 'text' : 'json';
}

function readAddress(flag: string, value: string): string {
  if (isIP(value) !== 0) return value;
  throw new WrongFlag(`--${flag}: ${JSON.stringify(value)} is no IP address: use one such as 127.0.0.1, 0.0.0.0 or ::`);
}

function readPort(flag: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= 65535) return port;
  throw new WrongFlag(`--${flag}: ${JSON.stringify(value)} is no port: use a number from 0 to 65535`);
}

/** `IP:PORT`, `[IPv6]:PORT`, or `:PORT` for all addresses. */
function readBinding(value: string | undefined): Address | undefined {
  if (value === undefined) return undefined;
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(value);
  if (match === null) {
    throw new WrongFlag(
      `--metrics-bind-address: ${JSON.stringify(value)} is no IP:PORT: use one such as 127.0.0.1:8080, or "" for none`,
    );
  }
  const address = (match[1] ?? match[2] ?? '') || '::';
  return {
    address: readAddress('metrics-bind-address', address),
    port: readPort('metrics-bind-address', match[3] ?? ''),
  };
}

function readPair(certFile: string | undefined, keyFile: string | undefined): ServeSettings['pair'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  const [given, missing] = certFile === undefined ? ['private-key', 'cert'] : ['cert', 'private-key'];
  throw new WrongFlag(
    `--tls-${given}-file is given without --tls-${missing}-file: give both, or neither to use --cert-dir`,
  );
}

function readDelay(value: string | undefined, env: Streams['env']): number {
  if (value === undefined) return env['KUBERNETES_SERVICE_HOST'] === undefined ? 0 : 10_000;
  const delay = parseMilliseconds(value);
  if (delay !== undefined && delay <= 3_600_000) return delay;
  throw new WrongFlag(
    `--shutdown-delay: ${JSON.stringify(value)} is no duration up to 1h: use one such as 10s, 500ms or 0`,
  );
}
