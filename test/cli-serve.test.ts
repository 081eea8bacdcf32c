import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Readable as ReadableStream, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Streams } from '../src/cli/command.ts';
import { commands } from '../src/cli/commands.ts';
import { runProgram } from '../src/cli/run-program.ts';
import { readSettings, serveOptionsWithConfig } from '../src/cli/serve-settings.ts';
import { composeWelcome } from '../src/cli/serve-welcome.ts';
import { makeAuthority, makeServing } from './support/certificates.ts';
import { makeFolder } from './support/make-folder.ts';

const reviews = { refused: 'test/fixtures/reviews/refused.json', allowed: 'test/fixtures/reviews/allowed.json' };
const authority = await makeAuthority();
const [serving, other] = await Promise.all([makeServing(authority), makeServing(authority)]);

/** Runs the program in this process, with streams that are kept. */
async function run(words: readonly string[], env: Record<string, string> = {}) {
  const written = { stdout: '', stderr: '' };
  const streamTo = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const streams: Streams = {
    stdin: ReadableStream.from([]),
    stdout: streamTo('stdout'),
    stderr: streamTo('stderr'),
    env,
  };
  return { code: await runProgram(words, streams), ...written };
}

t.test('the program', async (t) => {
  const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
  t.match(await run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  for (const words of [['--help'], ['-h'], ['help']])
    t.match(await run(words), { code: 0, stdout: /Usage: kubelet-tls-guard COMMAND/ });
  t.match(await run([]), { code: 2, stdout: '', stderr: /Usage:/ });
  t.match(await run(['serv']), {
    code: 2,
    stdout: '',
    stderr: /^kubelet-tls-guard: unknown command "serv", did you mean serve\?.*\n$/,
  });
  t.match(await run(['frobnicate']), { code: 2, stderr: /commands: serve/ });
  t.match(await run(['help', 'frobnicate']), { code: 2, stderr: /unknown command/ });
  t.match(await run(['--port=1']), { code: 2, stderr: /unknown flag --port=1 before any command/ });
  for (const { name, summary, load } of commands) {
    const command = await load();
    t.equal(command.name, name);
    t.equal(command.summary, summary, `${name}: the list repeats its summary`);
    const help = await run(['help', name]);
    t.equal(help.code, 0);
    t.same(await run([name, '--help']), help);
    for (const option of Object.keys(command.options))
      t.ok(help.stdout.includes(`--${option}`), `${name} --help shows --${option}`);
    for (const line of help.stdout.split('\n')) t.ok(line.length <= 160, line);
  }
});

t.test('flags that are wrong are one line and exit code 2', async (t) => {
  const dir = makeFolder(t, {
    'tls.crt': serving.certificate,
    'tls.key': serving.key,
    'half.crt': serving.certificate.slice(0, 500),
    'other.key': other.key,
    'bad.yaml': 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\nrehersal: true\n',
  });
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => busy.close());
  const address = busy.address();
  const taken = address !== null && typeof address === 'object' ? address.port : 0;
  const file = (name: string) => join(dir, name);
  const pair = (cert: string, key: string) => ['--tls-cert-file', file(cert), '--tls-private-key-file', file(key)];
  const good = pair('tls.crt', 'tls.key');
  const cases: readonly (readonly [readonly string[], RegExp, Record<string, string>?])[] = [
    [['--secure-prot=1'], /unknown flag --secure-prot, did you mean --secure-port\?/],
    [['extra'], /takes no arguments, but got "extra"/],
    [['--bind-address=localhost'], /--bind-address: "localhost" is no IP address: use one such as/],
    [['--secure-port=70000'], /--secure-port: "70000" is no port/],
    [['--secure-port=https'], /--secure-port: "https" is no port/],
    [[], /--secure-port: "x" is no port/, { KUBELET_TLS_GUARD_SECURE_PORT: 'x' }],
    [['--metrics-bind-address=8080'], /--metrics-bind-address: "8080" is no IP:PORT/],
    [['--metrics-bind-address=metrics:80'], /no IP address/],
    [['--tls-min-version=TLS1.2'], /--tls-min-version: "TLS1\.2" is no TLS version: use VersionTLS12 or VersionTLS13/],
    [['--tls-cipher-suites=RC4'], /--tls-cipher-suites: "RC4" is no cipher suite.*valid: /],
    [['--client-allowed-names=a'], /--client-allowed-names means nothing without --client-ca-file/],
    [['--log-level=loud'], /--log-level: "loud" is none of debug, info, warn, error/],
    [['--log-format=xml'], /--log-format: "xml" is none of auto, json, text/],
    [['--shutdown-delay=10'], /--shutdown-delay: "10" is no duration up to 1h: use one such as 10s/],
    [['--shutdown-delay=-1s'], /no duration/],
    [['--tls-cert-file=a'], /--tls-cert-file is given without --tls-private-key-file/],
    [['--tls-private-key-file=a'], /--tls-private-key-file is given without --tls-cert-file/],
    [pair('no.crt', 'tls.key'), /no\.crt does not exist/],
    [pair('half.crt', 'tls.key'), /half\.crt ends too early/],
    [pair('tls.crt', 'other.key'), /other\.key is not the key of the certificate in .*tls\.crt/],
    [['--cert-dir', file('tls.crt')], /cannot keep certificates in .*give --cert-dir a folder/],
    [[...good, '--client-ca-file', file('no.crt')], /no\.crt does not exist/],
    [[...good, `--secure-port=${taken}`], /127\.0\.0\.1:\d+ is taken by another program: .* --secure-port/],
    [
      [...good, '--secure-port=0', `--metrics-bind-address=127.0.0.1:${taken}`],
      /is taken by another program: .* --metrics-bind-address/,
    ],
    [[...good, '--secure-port=0', '--bind-address=192.0.2.1'], /192\.0\.2\.1:0 is no address of this machine/],
  ];
  for (const [words, message, env] of cases) {
    const { code, stdout, stderr } = await run(['serve', ...words], env);
    t.equal(code, 2, words.join(' '));
    t.match(stderr, message, words.join(' '));
    t.match(stderr, /^kubelet-tls-guard serve: .*\n$/, 'one line');
    t.equal(stdout, '');
  }
  const configuration = await run(['serve', ...good, '--config', file('bad.yaml')]);
  t.match(configuration, { code: 2, stdout: '', stderr: /bad\.yaml:3:1: .*rehearsal/ });
});

t.test('settings', async (t) => {
  const settingsOf = (values: Record<string, string>, env: Record<string, string> = {}, isTTY = false) => {
    const defaults = Object.fromEntries(
      Object.entries(serveOptionsWithConfig).map(([name, option]) => [name, option.default]),
    );
    const read = readSettings({ ...defaults, ...values }, { stdout: { isTTY } as Streams['stdout'], env });
    return read.kind === 'settings' ? read.settings : read;
  };
  t.match(settingsOf({}), {
    bind: { address: '127.0.0.1', port: 8443 },
    metricsBind: { address: '127.0.0.1', port: 8080 },
    certDir: 'certs',
    logFormat: 'json',
    shutdownDelay: 0,
  });
  t.match(settingsOf({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }), { shutdownDelay: 10_000 });
  t.match(settingsOf({}, {}, true), { logFormat: 'text' });
  t.equal((settingsOf({ 'metrics-bind-address': '' }) as { metricsBind: unknown }).metricsBind, undefined);
  t.match(settingsOf({ 'metrics-bind-address': '[::1]:9' }), { metricsBind: { address: '::1', port: 9 } });
  t.match(settingsOf({ 'metrics-bind-address': ':9' }), { metricsBind: { address: '::', port: 9 } });
  t.match(settingsOf({ 'client-ca-file': 'a', 'client-allowed-names': ' b, c,' }), { clientNames: ['b', 'c'] });
  const env = Object.values(serveOptionsWithConfig).map((option) => option.env ?? '');
  for (const name of env) t.match(name, /^KUBELET_TLS_GUARD_[A-Z_]+$/);
  // The kubelet gives a pod such variables for a Service named kubelet-tls-guard.
  t.notOk(
    env.some((name) => /^KUBELET_TLS_GUARD_(SERVICE_|PORT)/.test(name)),
    'no clash with service variables',
  );
});

t.test('the welcome', async (t) => {
  const facts = {
    version: '1',
    secure: { address: '127.0.0.1', port: 8443 },
    metrics: undefined,
    certificate: serving.certificate,
    trustFile: 'certs/ca.crt',
    written: [],
    clientCaFile: undefined,
  };
  const [refusal, approval] = [...composeWelcome(facts).matchAll(/curl .*/g)].map(([line]) => line);
  t.equal(refusal, `curl --cacert certs/ca.crt --data-binary @${reviews.refused} https://127.0.0.1:8443/validate`);
  t.equal(approval, refusal?.replace('refused', 'allowed'));
  const curl = (more: object) => /curl .*/.exec(composeWelcome({ ...facts, ...more }))?.[0];
  t.match(curl({ secure: { address: '::', port: 1 } }), /'https:\/\/\[::1\]:1\/validate'$/);
  t.match(curl({ secure: { address: '0.0.0.0', port: 1 } }), /https:\/\/127\.0\.0\.1:1\/validate$/);
  t.match(curl({ trustFile: "my dir/it's.crt" }), /--cacert 'my dir\/it'\\''s\.crt' /);
  t.match(curl({ clientCaFile: 'x' }), /--cert YOUR\.crt --key YOUR\.key/);
  const named = await makeServing(authority, ['guard.kube-system.svc']);
  t.match(
    curl({ certificate: named.certificate }),
    /--resolve guard\.kube-system\.svc:8443:127\.0\.0\.1 .* https:\/\/guard\.kube-system\.svc:8443\//,
  );
  for (const file of Object.values(reviews)) {
    const review = JSON.parse(readFileSync(file, 'utf8')) as { request: { object: { kind: string } } };
    t.equal(review.request.object.kind, 'Deployment', file);
    t.equal(JSON.stringify(review).includes('--kubelet-insecure-tls'), file === reviews.refused);
  }
});

t.test('certs', async (t) => {
  const dir = join(makeFolder(t), 'made');
  t.match(await run(['certs', '--cert-dir', dir, '--name', 'guard.test', '--name', '10.0.0.1']), {
    code: 0,
    stdout: /^made .*ca\.crt.*tls\.crt\n$/,
  });
  const certificate = new X509Certificate(readFileSync(join(dir, 'tls.crt')));
  t.ok(certificate.checkHost('guard.test') && certificate.checkIP('10.0.0.1') && certificate.checkHost('localhost'));
  t.match(await run(['certs', '--cert-dir', dir]), { code: 0, stdout: /nothing to do/ });
  t.match(await run(['certs', '--cert-dir', dir, '--name', 'a b']), { code: 2, stderr: /"a b" is neither/ });
  writeFileSync(join(dir, 'tls.crt'), 'half');
  t.match(await run(['certs', '--cert-dir', dir]), { code: 2, stderr: /tls\.crt holds no PEM certificate/ });
});

// From here on as a process of its own.

interface Guard {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly port: number;
  readonly dir: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  ask(path: string, body?: string): Promise<{ readonly status: number; readonly body: string }>;
}

/** Starts the program from its sources, on free ports, and waits until it listens. */
async function start(t: Test, words: readonly string[] = []): Promise<Guard> {
  const dir = makeFolder(t);
  const flags = ['--cert-dir', dir, '--secure-port=0', '--metrics-bind-address=127.0.0.1:0', ...words];
  const { NODE_OPTIONS, ...env } = process.env; // without the test runner's own loaders
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<Awaited<Guard['ended']>>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  const limit = Date.now() + 20_000;
  while (!stdout.includes('"listening"')) {
    if (Date.now() > limit || child.exitCode !== null) throw new Error(`it does not listen: ${stdout}${stderr}`);
    await sleep(20);
  }
  const port = Number(/"address":"127\.0\.0\.1:(\d+)"/.exec(stdout)?.[1]);
  const ca = readFileSync(join(dir, 'ca.crt'));
  const ask: Guard['ask'] = (path, body) =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const outgoing = request(
        { host: '127.0.0.1', port, ca, path, method, timeout: 5000, agent: false },
        (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { child, port, dir, ended, ask };
}

t.test('SIGTERM', async (t) => {
  const { child, ended, ask, dir } = await start(t, ['--shutdown-delay=2s']);
  t.same(
    ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'].filter((name) => !existsSync(join(dir, name))),
    [],
  );
  const review = readFileSync(reviews.allowed, 'utf8');
  t.match(await ask('/validate?timeout=10s', review), { status: 200, body: /"allowed":true/ });
  child.kill('SIGTERM');
  await sleep(100);
  t.match(await ask('/readyz'), { status: 503, body: /shutdown/ });
  t.match(await ask('/validate', review), { status: 200, body: /"allowed":true/ }, 'it keeps serving for the delay');
  const { code, stdout, stderr } = await ended;
  t.equal(code, 0);
  t.equal(stderr, '', 'and no library says a word');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.match(lines, [
    { msg: 'listening', version: String },
    { msg: 'ending', signal: 'SIGTERM', delay_seconds: 2 },
    { msg: 'ended' },
  ]);
});

t.test('a second signal', async (t) => {
  const { child, ended, ask } = await start(t, ['--shutdown-delay=1h']);
  child.kill('SIGTERM');
  await sleep(500);
  t.equal((await ask('/livez')).status, 200);
  child.kill('SIGTERM');
  t.match(await ended, { code: 3, stdout: /a second signal: ending at once/, stderr: '' });
});

t.test('a reader of the log that goes away, and Ctrl-C', async (t) => {
  const { child, ended, ask } = await start(t, ['--log-level=debug', '--shutdown-delay=1h']);
  child.stdout.destroy();
  const review = readFileSync(reviews.allowed, 'utf8');
  for (let index = 0; index < 20; index++) t.match(await ask('/validate', review), { status: 200 });
  t.equal((await ask('/livez')).status, 200);
  // npm passes a terminal's signal on to a child that has had it already.
  child.kill('SIGINT');
  child.kill('SIGINT');
  t.match(await ended, { code: 0, stderr: '' }, 'no delay, no error');
});
