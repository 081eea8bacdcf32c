/** Certificates for tests, made by the room under test where it makes such, by node-forge where it does not. */

import forge from 'node-forge';
import { generateKey, type Issuer, issueAuthority, issueServing } from '../../src/tls/index.ts';

export const day = 24 * 60 * 60 * 1000;

/** An authority whose life begins at `now`. */
export async function makeAuthority(now = Date.now()): Promise<Issuer> {
  const key = await generateKey();
  return { key, certificate: await issueAuthority(key, now) };
}

/** A serving certificate for this machine. */
export async function makeServing(
  issuer: Issuer,
  names = ['localhost', '127.0.0.1', '::1'],
  now = Date.now(),
): Promise<Issuer> {
  const key = await generateKey();
  return { key, certificate: await issueServing(key, names, issuer, now) };
}

/** A certificate with exactly these extensions. */
export async function makeWith(
  issuer: Issuer,
  commonName: string,
  extensions: object[],
  days: readonly [number, number] = [-1, 1],
): Promise<Issuer> {
  const key = await generateKey();
  const privateKey = forge.pki.privateKeyFromPem(key);
  const authority = forge.pki.certificateFromPem(issuer.certificate);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = '4242';
  certificate.validity.notBefore = new Date(Date.now() + days[0] * day);
  certificate.validity.notAfter = new Date(Date.now() + days[1] * day);
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  certificate.setIssuer(authority.subject.attributes);
  certificate.setExtensions(extensions);
  certificate.sign(forge.pki.privateKeyFromPem(issuer.key), forge.md.sha256.create());
  return { key, certificate: forge.pki.certificateToPem(certificate) };
}

/** A client's certificate, as the API server's operator would make it. */
export function makeClient(issuer: Issuer, commonName: string, dnsName?: string): Promise<Issuer> {
  const names = dnsName === undefined ? [] : [{ name: 'subjectAltName', altNames: [{ type: 2, value: dnsName }] }];
  return makeWith(issuer, commonName, [{ name: 'extKeyUsage', clientAuth: true }, ...names]);
}
