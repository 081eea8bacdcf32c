/** What a person at a terminal is told when the guard is up: where it is, how it ends, and two commands that show what it does. */

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Address, bracketed } from '../server/index.ts';

export interface WelcomeFacts {
  readonly version: string;
  readonly secure: Address;
  readonly metrics: Address | undefined;
  /** PEM of the certificate that is served. */
  readonly certificate: string;
  readonly trustFile: string;
  /** Files that were made just now. */
  readonly written: readonly string[];
  readonly clientCaFile: string | undefined;
}

/** Composes the welcome. */
export function composeWelcome(facts: WelcomeFacts): string {
  const { version, secure, metrics, written } = facts;
  const reviews = findReviews();
  const lines = [
    `kubelet-tls-guard ${version} is up; Ctrl-C ends it.`,
    ...(written.length === 0 ? [] : [`  made      ${written.join(', ')}`]),
    `  webhook   https://${bracketed(secure.address)}:${secure.port}/validate and /mutate`,
    ...(metrics === undefined ? [] : [`  metrics   http://${bracketed(metrics.address)}:${metrics.port}/metrics`]),
  ];
  if (reviews !== undefined) {
    lines.push('', 'A refusal:', `  ${composeCurl(facts, `${reviews}/refused.json`)}`);
    lines.push('An approval:', `  ${composeCurl(facts, `${reviews}/allowed.json`)}`);
  }
  return `${lines.join('\n')}\n\n`;
}

/** The folder of example reviews: beside the sources, or beside the folder of the bundle. */
function findReviews(): string | undefined {
  for (const place of ['../test/fixtures/reviews', '../../test/fixtures/reviews']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(folder)) return shortest(folder);
  }
  return undefined;
}

function shortest(path: string): string {
  const near = relative('', path);
  return near.startsWith('..') ? path : near;
}

/** A curl command that verifies the certificate, under a name that it is for. */
function composeCurl({ secure, certificate, trustFile, clientCaFile }: WelcomeFacts, file: string): string {
  const leaf = new X509Certificate(certificate);
  const address = secure.address === '0.0.0.0' ? '127.0.0.1' : secure.address === '::' ? '::1' : secure.address;
  const name = leaf.checkIP(address) === undefined ? dnsNameOf(leaf) : undefined;
  const resolve = name === undefined ? [] : ['--resolve', quote(`${name}:${secure.port}:${bracketed(address)}`)];
  return [
    'curl --cacert',
    quote(trustFile),
    ...(clientCaFile === undefined ? [] : ['--cert YOUR.crt --key YOUR.key']),
    ...resolve,
    '--data-binary',
    quote(`@${file}`),
    quote(`https://${name ?? bracketed(address)}:${secure.port}/validate`),
  ].join(' ');
}

/** The first DNS name; the `*` of a wildcard stands for any label. */
function dnsNameOf(leaf: X509Certificate): string | undefined {
  return /DNS:([^,"]+)/.exec(leaf.subjectAltName ?? '')?.[1]?.replace(/^\*\./, 'guard.');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
