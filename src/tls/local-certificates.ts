/** Decides which certificate a folder serves: the one in it while it is good, else a new one by a local authority kept beside it. */

import { createPrivateKey, createPublicKey, type X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateError, invalid, reasonOf } from './certificate-error.ts';
import { authorityName, generateKey, issueAuthority, issueServing } from './issue-certificate.ts';
import { namesOf, type PairFiles, readChain, readServingFiles, readText } from './read-serving-certificate.ts';
import { createFile, replaceFile } from './write-atomically.ts';

/** The names under which a guard on this machine is reached. */
export const localNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** The files of a folder; the names are those of a Secret of type kubernetes.io/tls, so that one can be mounted there. */
export interface LocalFiles extends PairFiles {
  readonly caFile: string;
  readonly caKeyFile: string;
}

/** Names the files of a folder. */
export function localFiles(dir: string): LocalFiles {
  return {
    caFile: join(dir, 'ca.crt'),
    caKeyFile: join(dir, 'ca.key'),
    certFile: join(dir, 'tls.crt'),
    keyFile: join(dir, 'tls.key'),
  };
}

export interface Ensured {
  readonly kind: 'ready';
  readonly files: LocalFiles;
  /** The files that were written, for a message; empty if all were there. */
  readonly written: readonly string[];
}

/**
 * Makes sure that a folder holds a good serving certificate, making an authority and a certificate where they are missing and renewing them
 * after two thirds of their lives. Only what a local authority of ours signed is ever replaced; keys stay when certificates are renewed, so
 * that each step is one rename, and an old ca.crt in a webhook configuration goes on to verify.
 * @param now Milliseconds since 1970.
 */
export async function ensureLocalCertificates(
  dir: string,
  now: number,
  names: readonly string[] = localNames,
): Promise<Ensured | CertificateError> {
  const files = localFiles(dir);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (existsSync(files.certFile) && !isOurs(files)) {
      const read = readServingFiles(files, now);
      return read.kind === 'invalid' ? read : { kind: 'ready', files, written: [] };
    }
    return await renew(files, names, now);
  } catch (error) {
    return invalid(
      'unwritable',
      `cannot keep certificates in ${dir}: ${reasonOf(error)}; give --cert-dir a folder that this user may write`,
    );
  }
}

/** True for a certificate that our own authority signed, whose key is here to sign the next one. */
function isOurs(files: LocalFiles): boolean {
  if (!existsSync(files.caKeyFile) || !existsSync(files.caFile)) return false;
  const authority = parse(files.caFile);
  const leaf = parse(files.certFile);
  if (authority === undefined || leaf === undefined) return false;
  return authority.subject === `CN=${authorityName}` && leaf.verify(authority.publicKey);
}

async function renew(files: LocalFiles, names: readonly string[], now: number): Promise<Ensured | CertificateError> {
  const broken = brokenPart(files);
  if (broken !== undefined) return broken;
  const written: string[] = [];
  const [caKey, key] = await Promise.all([ensureKey(files.caKeyFile, written), ensureKey(files.keyFile, written)]);
  if (isDue(files.caFile, now)) {
    replaceFile(files.caFile, await issueAuthority(caKey, now));
    written.push(files.caFile);
  }
  if (isDue(files.certFile, now) || !covers(files.certFile, names) || written.length > 0) {
    const certificate = readText(files.caFile);
    if (certificate.kind === 'invalid') return certificate;
    replaceFile(files.certFile, await issueServing(key, names, { certificate: certificate.text, key: caKey }, now));
    written.push(files.certFile);
  }
  const read = readServingFiles(files, now);
  return read.kind === 'invalid' ? read : { kind: 'ready', files, written };
}

/** What is here but unusable, and is not ours to throw away. */
function brokenPart(files: LocalFiles): CertificateError | undefined {
  if (existsSync(files.certFile) && !existsSync(files.keyFile)) {
    return invalid(
      'key-missing',
      `${files.keyFile} is missing beside ${files.certFile}: put it back, or remove ${files.certFile} to have both made anew`,
    );
  }
  if (existsSync(files.caFile) && !existsSync(files.caKeyFile)) {
    return invalid(
      'ca-missing',
      `${files.caKeyFile} is missing, without which ${files.caFile} can sign no certificate: put it back, or remove ${files.caFile} to have both made anew`,
    );
  }
  for (const file of [files.caKeyFile, files.keyFile]) {
    if (!existsSync(file)) continue;
    const fault = faultOfKey(file);
    if (fault !== undefined) return fault;
  }
  if (!existsSync(files.caFile)) return undefined;
  const text = readText(files.caFile);
  if (text.kind === 'invalid') return text;
  const authority = readChain(text.text, files.caFile);
  if (authority.kind === 'invalid') return authority;
  const [certificate] = authority.certificates;
  const caKey = readText(files.caKeyFile);
  if (caKey.kind === 'invalid' || certificate.checkPrivateKey(createPrivateKey(caKey.text))) return undefined;
  return invalid(
    'key-mismatch',
    `${files.caKeyFile} is not the key of ${files.caFile}: put the right one back, or remove both to have them made anew`,
  );
}

function faultOfKey(file: string): CertificateError | undefined {
  const text = readText(file);
  if (text.kind === 'invalid') return text;
  try {
    const { type } = createPublicKey(createPrivateKey(text.text));
    return type === 'public' ? undefined : invalid('half-written', `${file} holds no key`);
  } catch {
    return invalid('half-written', `${file} is no whole private key (half-written?): remove it to have a new one made`);
  }
}

/** The key in a file, made first if there is none. Who loses a race to make it reads the winner's. */
async function ensureKey(file: string, written: string[]): Promise<string> {
  if (!existsSync(file) && createFile(file, await generateKey())) written.push(file);
  const text = readText(file);
  if (text.kind === 'invalid') throw new Error(text.message);
  return text.text;
}

/** True if there is no certificate, it is not in force, or two thirds of its life are over. */
function isDue(file: string, now: number): boolean {
  const certificate = existsSync(file) ? parse(file) : undefined;
  if (certificate === undefined) return true;
  const begin = Date.parse(certificate.validFrom);
  return now < begin || now >= begin + ((Date.parse(certificate.validTo) - begin) * 2) / 3;
}

function covers(file: string, names: readonly string[]): boolean {
  const certificate = parse(file);
  const covered = new Set(certificate === undefined ? [] : namesOf(certificate).map(canonicalName));
  return names.every((name) => covered.has(canonicalName(name)));
}

/** OpenSSL writes an IPv6 address out in full, `0:0:0:0:0:0:0:1`. */
function canonicalName(name: string): string {
  return name.includes(':') ? new URL(`https://[${name}]`).hostname : name.toLowerCase();
}

function parse(file: string): X509Certificate | undefined {
  const text = readText(file);
  if (text.kind === 'invalid') return undefined;
  const chain = readChain(text.text, file);
  return chain.kind === 'invalid' ? undefined : chain.certificates[0];
}
