/** Where `serve` takes its certificate from: two files that are given, or a folder in which a local CA makes one. */

import { existsSync } from 'node:fs';
import { type CertificateSource, digestFiles, type LoadedTls } from '../server/index.ts';
import {
  type CertificateError,
  ensureLocalCertificates,
  localFiles,
  type PairFiles,
  readChain,
  readServingFiles,
  readText,
} from '../tls/index.ts';
import type { ServeSettings } from './serve-settings.ts';

export interface PreparedCertificates {
  readonly kind: 'prepared';
  readonly source: CertificateSource;
  readonly loaded: Extract<LoadedTls, { kind: 'loaded' }>;
  /** The file that a client should trust. */
  readonly trustFile: string;
  /** Files that were made just now. */
  readonly written: readonly string[];
  /** Makes a local certificate anew when it is due; does nothing for files that were given. */
  renew(): Promise<void>;
}

/** Makes certificates if they are to be made, and reads them. */
export async function prepareCertificates(settings: ServeSettings): Promise<PreparedCertificates | CertificateError> {
  const { pair, certDir, clientCaFile } = settings;
  const ensured = pair === undefined ? await ensureLocalCertificates(certDir, Date.now()) : undefined;
  if (ensured?.kind === 'invalid') return ensured;
  const files: PairFiles = pair ?? localFiles(certDir);
  const caFile = pair === undefined && existsSync(localFiles(certDir).caFile) ? localFiles(certDir).caFile : undefined;
  const watched = [files.certFile, files.keyFile, caFile, clientCaFile].filter((file) => file !== undefined);
  const load = () => loadTls(files, caFile, clientCaFile);
  const digest = await digestFiles(watched);
  const loaded = load();
  if (loaded.kind === 'invalid') return loaded;
  return {
    kind: 'prepared',
    source: { files: watched, digest, load },
    loaded,
    trustFile: caFile ?? files.certFile,
    written: ensured?.written ?? [],
    renew: async () => {
      if (ensured !== undefined) await ensureLocalCertificates(certDir, Date.now());
    },
  };
}

type Loaded = Extract<LoadedTls, { kind: 'loaded' }>;

function loadTls(
  files: PairFiles,
  caFile: string | undefined,
  clientCaFile: string | undefined,
): Loaded | CertificateError {
  const pair = readServingFiles(files, Date.now());
  if (pair.kind === 'invalid') return pair;
  const clients = clientCaFile === undefined ? undefined : readAuthorities(clientCaFile);
  if (clients?.kind === 'invalid') return clients;
  const authority = caFile === undefined ? undefined : readAuthorities(caFile);
  const authorityNotAfter = authority?.kind === 'authorities' ? authority.notAfter : pair.authorityNotAfter;
  return { kind: 'loaded', pair: { ...pair, authorityNotAfter }, clientAuthorities: clients?.text };
}

function readAuthorities(
  file: string,
): { readonly kind: 'authorities'; readonly text: string; readonly notAfter: number } | CertificateError {
  const text = readText(file);
  if (text.kind === 'invalid') return text;
  const chain = readChain(text.text, file);
  if (chain.kind === 'invalid') return chain;
  const notAfter = Math.min(...chain.certificates.map(({ validTo }) => Date.parse(validTo)));
  return { kind: 'authorities', text: text.text, notAfter };
}
