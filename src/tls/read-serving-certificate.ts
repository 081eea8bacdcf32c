/** Decides whether a certificate and a key can serve TLS to the API server, and if not, says which file is wrong and what to do. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type CertificateError, invalid, reasonOf } from './certificate-error.ts';

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyExtendedKeyUsage = '2.5.29.37.0';

/** Where a pair is kept; the names are used in messages. */
export interface PairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate (with its chain) and key that fit, are in force and are meant for servers. Times in milliseconds since 1970. */
export interface ServingCertificate {
  readonly kind: 'read';
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the leaf's DER, in OpenSSL's spelling. */
  readonly fingerprint256: string;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** When the first authority in the file ends, if it holds any. */
  readonly authorityNotAfter: number | undefined;
}

/** Reads a file, or says why it cannot be read. */
export function readText(file: string): { readonly kind: 'text'; readonly text: string } | CertificateError {
  try {
    return { kind: 'text', text: readFileSync(file, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return invalid('unreadable', `${file} does not exist: put the file there, or name another`);
    if (code === 'EACCES' || code === 'EPERM')
      return invalid('unreadable', `${file} may not be read by this user: change its owner or mode`);
    if (code === 'EISDIR') return invalid('unreadable', `${file} is a folder: name the file in it`);
    return invalid('unreadable', `${file} cannot be read: ${reasonOf(error)}`);
  }
}

/** Reads a certificate and its key from files. `now` in milliseconds since 1970. */
export function readServingFiles(files: PairFiles, now: number): ServingCertificate | CertificateError {
  const cert = readText(files.certFile);
  if (cert.kind === 'invalid') return cert;
  const key = readText(files.keyFile);
  if (key.kind === 'invalid') return key;
  return readServingCertificate(cert.text, key.text, files, now);
}

/** Checks a certificate and its key, given as PEM. `now` in milliseconds since 1970. */
export function readServingCertificate(
  cert: string,
  key: string,
  files: PairFiles,
  now: number,
): ServingCertificate | CertificateError {
  const chain = readChain(cert, files.certFile);
  if (chain.kind === 'invalid') return chain;
  const privateKey = readKey(key, files.keyFile);
  if (privateKey.kind === 'invalid') return privateKey;
  const [leaf] = chain.certificates;
  if (!leaf.checkPrivateKey(privateKey.key)) {
    const remedy = 'give the two that were made together';
    return invalid(
      'key-mismatch',
      `${files.keyFile} is not the key of the certificate in ${files.certFile}: ${remedy}`,
    );
  }
  const fault = faultOf(leaf, files.certFile, now) ?? refusalOfTls(cert, key, files);
  if (fault !== undefined) return fault;
  const authorities = chain.certificates.filter(({ ca }) => ca).map(({ validTo }) => Date.parse(validTo));
  return {
    kind: 'read',
    cert,
    key,
    fingerprint256: leaf.fingerprint256,
    names: namesOf(leaf),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    authorityNotAfter: authorities.length === 0 ? undefined : Math.min(...authorities),
  };
}

type Chain = { readonly kind: 'chain'; readonly certificates: readonly [X509Certificate, ...X509Certificate[]] };

/** Parses every certificate of a PEM file. A block that begins and does not end, or does not decode, was written halfway. */
export function readChain(pem: string, file: string): Chain | CertificateError {
  const begins = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (begins === 0) {
    if (pem.trim() === '') return invalid('half-written', `${file} is empty: write the certificate again`);
    return invalid(
      'not-pem',
      `${file} holds no PEM certificate (-----BEGIN CERTIFICATE-----): name the file that does`,
    );
  }
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length < begins) return invalid('half-written', halfWritten(file, 'certificate'));
  try {
    const [first = '', ...rest] = blocks;
    return {
      kind: 'chain',
      certificates: [new X509Certificate(first), ...rest.map((block) => new X509Certificate(block))],
    };
  } catch {
    return invalid('half-written', halfWritten(file, 'certificate'));
  }
}

function readKey(pem: string, file: string): { readonly kind: 'key'; readonly key: KeyObject } | CertificateError {
  if (pem.trim() === '') return invalid('half-written', `${file} is empty: write the key again`);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    return invalid(
      'not-pem',
      `${file} holds no PEM private key (-----BEGIN PRIVATE KEY-----): name the file that does`,
    );
  if (!/-----END [A-Z ]*PRIVATE KEY-----/.test(pem)) return invalid('half-written', halfWritten(file, 'key'));
  try {
    return { kind: 'key', key: createPrivateKey(pem) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(pem))
      return invalid(
        'key-encrypted',
        `${file} is encrypted: give the key without a passphrase (openssl pkey -in … -out …)`,
      );
    return invalid('half-written', halfWritten(file, 'key'));
  }
}

function halfWritten(file: string, what: string): string {
  return `${file} ends too early or is damaged (half-written?): write the ${what} again, whole`;
}

/** What a Go client would refuse about a leaf, before it is served to one. */
function faultOf(leaf: X509Certificate, file: string, now: number): CertificateError | undefined {
  if (Date.parse(leaf.validTo) <= now)
    return invalid('expired', `the certificate in ${file} expired on ${isoDate(leaf.validTo)}: put a new one there`);
  if (Date.parse(leaf.validFrom) > now) {
    const begin = isoDate(leaf.validFrom);
    return invalid(
      'not-yet-valid',
      `the certificate in ${file} is not valid before ${begin}: check this machine's clock`,
    );
  }
  const usages = leaf.keyUsage as readonly string[] | undefined; // Node's name for the *extended* key usage, absent if there is none
  if (usages !== undefined && !usages.includes(serverAuth) && !usages.includes(anyExtendedKeyUsage)) {
    return invalid(
      'not-for-servers',
      `the certificate in ${file} is not for servers: make one with extended key usage serverAuth`,
    );
  }
  if (namesOf(leaf).length === 0) {
    return invalid(
      'no-names',
      `the certificate in ${file} has no subject alternative names, which the API server demands: add them`,
    );
  }
  return undefined;
}

/** The last word is OpenSSL's: keys too small, signatures too weak. */
function refusalOfTls(cert: string, key: string, files: PairFiles): CertificateError | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return invalid('unusable', `OpenSSL refuses the certificate in ${files.certFile}: ${reasonOf(error)}`);
  }
}

/** DNS names and IP addresses of a certificate. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName ?? '';
  return [...names.matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]*)/g)].map((match) => match[1] ?? '');
}

function isoDate(date: string): string {
  return new Date(Date.parse(date)).toISOString().replace('.000Z', 'Z');
}
