/** Makes certificates: a local authority's own, and a serving certificate that it signs, in the shape that Go's crypto/tls accepts. */

import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type { pki } from 'node-forge';

const day = 24 * 60 * 60 * 1000;
/** Certificates begin a little in the past, so that a clock that is slightly behind accepts them. */
const backdating = 5 * 60 * 1000;
const authorityLifetime = 3650 * day;
const servingLifetime = 365 * day;

/** The name by which a local authority is known again. */
export const authorityName = 'kubelet-tls-guard local CA';

/** A certificate and its private key as PEM. */
export interface Issuer {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an RSA key of 2048 bits as PKCS#8 PEM. OpenSSL does it, off the event loop: node-forge's own arithmetic would take seconds.
 */
export async function generateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

/** node-forge is large and needed once in months: it is loaded only when something is to be signed. */
async function loadForge() {
  return (await import('node-forge')).default;
}

/** Makes the certificate of a local authority for a key. `now` in milliseconds since 1970. */
export async function issueAuthority(key: string, now: number): Promise<string> {
  const forge = await loadForge();
  const privateKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  const name = [{ name: 'commonName', value: authorityName }];
  fill(certificate, forge.pki.setRsaPublicKey(privateKey.n, privateKey.e), now - backdating, now + authorityLifetime);
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/**
 * Makes a serving certificate for a key, signed by an authority that it never outlives.
 * @param names DNS names and IP addresses; Go ignores the common name, so that only these count (crypto/x509 VerifyHostname).
 */
export async function issueServing(
  key: string,
  names: readonly string[],
  issuer: Issuer,
  now: number,
): Promise<string> {
  const forge = await loadForge();
  const privateKey = forge.pki.privateKeyFromPem(key);
  const authority = forge.pki.certificateFromPem(issuer.certificate);
  const certificate = forge.pki.createCertificate();
  const end = Math.min(now + servingLifetime, authority.validity.notAfter.getTime());
  fill(certificate, forge.pki.setRsaPublicKey(privateKey.n, privateKey.e), now - backdating, end);
  certificate.setSubject([{ name: 'commonName', value: 'kubelet-tls-guard' }]);
  certificate.setIssuer(authority.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: names.map(alternativeName) },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes() },
  ]);
  // node-forge signs by SHA-1 unless told otherwise, and Go refuses that.
  certificate.sign(forge.pki.privateKeyFromPem(issuer.key), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** General names of RFC 5280: 2 is a DNS name, 7 an IP address. */
function alternativeName(name: string): { type: 2; value: string } | { type: 7; ip: string } {
  return isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name };
}

function fill(certificate: pki.Certificate, publicKey: pki.rsa.PublicKey, begin: number, end: number): void {
  certificate.publicKey = publicKey;
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(begin);
  certificate.validity.notAfter = new Date(end);
}

/** 16 random octets; the first is 0x40 to 0x7f, so that the number is positive and its DER is the shortest, as Go demands. */
function randomSerial(): string {
  const octets = randomBytes(16);
  octets.writeUInt8((octets.readUInt8(0) & 0x3f) | 0x40, 0);
  return octets.toString('hex');
}
