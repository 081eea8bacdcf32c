import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import t, { type Test } from 'tap';
import {
  type CertificateErrorCode,
  ensureLocalCertificates,
  generateKey,
  issueServing,
  localFiles,
  readServingCertificate,
  readServingFiles,
} from '../src/tls/index.ts';
import { day, makeAuthority, makeServing, makeWith } from './support/certificates.ts';
import { makeFolder } from './support/make-folder.ts';

const now = Date.now();
const authority = await makeAuthority();
const serving = await makeServing(authority);
const other = await generateKey();
const files = { certFile: 'F.crt', keyFile: 'F.key' };
const extensionsOf = (...more: object[]) => [
  { name: 'subjectAltName', altNames: [{ type: 2, value: 'x.test' }] },
  ...more,
];

t.test('certificates are what Go accepts', async (t) => {
  const ca = new X509Certificate(authority.certificate);
  const leaf = new X509Certificate(serving.certificate);
  t.equal(ca.ca, true);
  t.equal(leaf.ca, false);
  t.ok(ca.verify(ca.publicKey) && leaf.verify(ca.publicKey) && leaf.checkIssued(ca));
  t.same(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'for servers only');
  t.equal(leaf.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
  for (const name of ['127.0.0.1', '::1']) t.ok(leaf.checkIP(name), name);
  t.equal(leaf.checkHost('localhost'), 'localhost');
  // 1.2.840.113549.1.1.11 is sha256WithRSAEncryption; Go refuses SHA-1, node-forge's default.
  const sha256WithRsa = Buffer.from('06092a864886f70d01010b', 'hex');
  for (const { raw } of [ca, leaf]) t.ok(raw.includes(sha256WithRsa), 'signed with SHA-256');
  // 2.5.29.35 and 2.5.29.14, authority and subject key identifier
  const identifier = leaf.raw.subarray(leaf.raw.indexOf('0603551d23', 'hex'));
  const keyIdentifier = createHash('sha1')
    .update(ca.publicKey.export({ type: 'pkcs1', format: 'der' }))
    .digest('hex');
  t.ok(identifier.subarray(0, 40).toString('hex').includes(keyIdentifier), "the leaf points to the authority's key");
  for (let index = 0; index < 20; index++) {
    const { serialNumber } = new X509Certificate(await issueServing(other, ['localhost'], authority, now));
    t.match(serialNumber, /^[4-7][0-9A-F]{31}$/, 'serial numbers are positive and of one length');
  }
  t.ok(Date.parse(leaf.validFrom) <= now - 4 * 60 * 1000, 'begins a little in the past');

  const late = await makeServing(authority, ['localhost'], now + 3600 * day);
  t.equal(new X509Certificate(late.certificate).validTo, ca.validTo, 'a leaf never outlives its authority');
});

t.test('what can be wrong with a pair', async (t) => {
  const expired = await makeWith(authority, 'x', extensionsOf(), [-3, -1]);
  const future = await makeWith(authority, 'x', extensionsOf(), [1, 3]);
  const client = await makeWith(authority, 'x', extensionsOf({ name: 'extKeyUsage', clientAuth: true }));
  const nameless = await makeWith(authority, 'x', []);
  const { certificate, key } = serving;
  const encrypted =
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE6TAbBgkqhkiG9w0BBQMwDgQI\n-----END ENCRYPTED PRIVATE KEY-----\n';
  const cases: readonly (readonly [string, string, string, CertificateErrorCode, RegExp])[] = [
    ['no certificate in it', 'hello', key, 'not-pem', /F\.crt holds no PEM certificate/],
    ['the key in place of the certificate', key, key, 'not-pem', /F\.crt/],
    ['empty certificate', '', key, 'half-written', /F\.crt is empty/],
    ['half a certificate', certificate.slice(0, 600), key, 'half-written', /F\.crt ends too early/],
    ['a damaged certificate', certificate.replace(/\n.{64}\n/, '\n'), key, 'half-written', /F\.crt/],
    ['half a chain', certificate + certificate.slice(0, 300), key, 'half-written', /F\.crt/],
    ['empty key', certificate, '', 'half-written', /F\.key is empty/],
    ['half a key', certificate, key.slice(0, 800), 'half-written', /F\.key ends too early/],
    ['a damaged key', certificate, key.replace(/\n.{64}\n/, '\n'), 'half-written', /F\.key/],
    ['the certificate in place of the key', certificate, certificate, 'not-pem', /F\.key holds no PEM private key/],
    ['an encrypted key', certificate, encrypted, 'key-encrypted', /F\.key is encrypted/],
    [
      "another certificate's key",
      certificate,
      other,
      'key-mismatch',
      /F\.key is not the key of the certificate in F\.crt/,
    ],
    ['expired', expired.certificate, expired.key, 'expired', /F\.crt expired on \d{4}-/],
    ['not yet valid', future.certificate, future.key, 'not-yet-valid', /clock/],
    ['for clients', client.certificate, client.key, 'not-for-servers', /serverAuth/],
    ['without names', nameless.certificate, nameless.key, 'no-names', /alternative names/],
  ];
  for (const [name, cert, pem, code, message] of cases) {
    const read = readServingCertificate(cert, pem, files, now);
    t.equal(read.kind === 'invalid' ? read.code : read.kind, code, name);
    if (read.kind !== 'invalid') continue;
    t.match(read.message, message, name);
    t.notMatch(read.message, /\n/, 'one line');
  }
  const good = readServingCertificate(certificate + authority.certificate, key, files, now);
  t.match(good, { kind: 'read', names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'] });
  if (good.kind === 'read')
    t.equal(good.authorityNotAfter, Date.parse(new X509Certificate(authority.certificate).validTo));
});

t.test('files that cannot be read', async (t) => {
  const dir = makeFolder(t, { 'a.crt': serving.certificate, 'a.key': serving.key });
  const read = (cert: string, key: string) =>
    readServingFiles({ certFile: join(dir, cert), keyFile: join(dir, key) }, now);
  t.equal(read('a.crt', 'a.key').kind, 'read');
  t.match(read('no.crt', 'a.key'), { code: 'unreadable', message: /no\.crt does not exist/ });
  t.match(read('a.crt', 'no.key'), { code: 'unreadable', message: /no\.key does not exist/ });
  t.match(read('', 'a.key'), { code: 'unreadable', message: /is a folder/ });
  if (process.getuid?.() !== 0) {
    chmodSync(join(dir, 'a.key'), 0);
    t.match(read('a.crt', 'a.key'), { code: 'unreadable', message: /may not be read/ });
  }
});

t.test('a folder of local certificates', async (t) => {
  const dir = join(makeFolder(t), 'certs');
  const paths = localFiles(dir);
  const text = (file: string) => readFileSync(file, 'utf8');
  const snapshot = () => [paths.caFile, paths.caKeyFile, paths.certFile, paths.keyFile].map(text);
  const ensure = (at = now, names?: readonly string[]) => ensureLocalCertificates(dir, at, names);

  const racers = await Promise.all([ensure(), ensure(), ensure()]);
  t.ok(
    racers.every(({ kind }) => kind === 'ready'),
    'several first starts at once',
  );
  t.same(readdirSync(dir).toSorted(), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'], 'and nothing else is left behind');
  for (const name of readdirSync(dir)) t.equal(statSync(join(dir, name)).mode & 0o777, 0o600, `${name} is its owner's`);
  await handshake(t, paths);

  const before = snapshot();
  t.match(await ensure(), { kind: 'ready', written: [] }, 'what is good is kept');
  t.same(snapshot(), before);
  t.match(await ensure(now, ['localhost', 'guard.test']), { written: [paths.certFile] }, 'a new name renews the leaf');
  t.same(text(paths.keyFile), before[3], 'with the same key');

  t.match(
    await ensure(now + 300 * day),
    { written: [paths.certFile] },
    'a leaf past two thirds of its life is renewed',
  );
  t.match(
    await ensure(now + 3000 * day),
    { written: [paths.caFile, paths.certFile] },
    'so is an authority, and its leaf with it',
  );
  const old = new X509Certificate(before[0] ?? '');
  t.ok(new X509Certificate(text(paths.certFile)).verify(old.publicKey), 'whoever trusts the old ca.crt still can');
  rmSync(paths.certFile);
  t.match(await ensure(), { written: [paths.caFile, paths.certFile] }, 'a lone key gets its certificate');

  writeFileSync(paths.certFile, text(paths.certFile).slice(0, 500));
  t.match(await ensure(), { kind: 'invalid', code: 'half-written' }, 'a half-written certificate is not thrown away');
  rmSync(paths.certFile);
  rmSync(paths.caKeyFile);
  t.match(await ensure(), { kind: 'invalid', code: 'ca-missing', message: /ca\.key is missing/ });
  writeFileSync(paths.caKeyFile, other);
  t.match(await ensure(), { kind: 'invalid', code: 'key-mismatch', message: /ca\.key is not the key of/ });
  writeFileSync(paths.caKeyFile, other.slice(0, 300));
  t.match(await ensure(), { kind: 'invalid', code: 'half-written', message: /ca\.key/ });
});

t.test("somebody else's certificates in the folder", async (t) => {
  const pair = { 'tls.crt': serving.certificate, 'tls.key': serving.key };
  const dir = makeFolder(t, pair);
  t.match(await ensureLocalCertificates(dir, now), { kind: 'ready', written: [] });
  t.same(readdirSync(dir).toSorted(), ['tls.crt', 'tls.key'], 'nothing is added to a mounted Secret');
  t.match(await ensureLocalCertificates(dir, now + 400 * day), { kind: 'invalid', code: 'expired' }, 'never replaced');
  rmSync(join(dir, 'tls.key'));
  t.match(await ensureLocalCertificates(dir, now), {
    kind: 'invalid',
    code: 'unreadable',
    message: /tls\.key does not exist/,
  });
  t.equal(existsSync(join(dir, 'ca.key')), false);
  const blocked = join(makeFolder(t, { file: '' }), 'file', 'certs');
  t.match(await ensureLocalCertificates(blocked, now), { kind: 'invalid', code: 'unwritable', message: /--cert-dir/ });
  mkdirSync(join(dir, 'sub'));
});

/** A client that trusts ca.crt alone reaches a server with the pair. */
async function handshake(t: Test, paths: ReturnType<typeof localFiles>): Promise<void> {
  const server = createServer({ cert: readFileSync(paths.certFile), key: readFileSync(paths.keyFile) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const authorized = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(paths.caFile) }, () => {
      resolve(socket.authorized);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
  server.close();
  t.ok(authorized, 'a client that trusts ca.crt verifies the certificate by its address');
}
