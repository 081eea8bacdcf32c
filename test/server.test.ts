import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get as getPlain, Agent as PlainAgent } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, Server, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { mutate, validate } from '../src/admission/index.ts';
import { defaultPolicy, parseConfiguration } from '../src/policy/index.ts';
import type { Rule } from '../src/rules/rule.ts';
import { type ConnectionLimits, defaultConnectionLimits } from '../src/server/connection-settings.ts';
import { dialSelf } from '../src/server/dial-self.ts';
import { reportHandshakeFailures } from '../src/server/handshake-failures.ts';
import {
  type AppOptions,
  createApp,
  createLogger,
  createMetrics,
  createMetricsApp,
  createReadiness,
  defaultCiphers,
  digestFiles,
  type LoadedTls,
  parseCipherSuites,
  parseMilliseconds,
  parseMinVersion,
  type ServingOptions,
  startServing,
} from '../src/server/index.ts';
import { readServingFiles } from '../src/tls/index.ts';
import { makeAuthority, makeClient, makeServing } from './support/certificates.ts';
import { makeFolder } from './support/make-folder.ts';

/** A rule that objects to ConfigMaps by their data, so that these tests depend on no real rule. */
const rule: Rule = {
  id: 'no-bad-data',
  title: 'Data is not bad',
  why: 'Bad data is bad.',
  remediation: ['Use good data.'],
  notes: [],
  references: [],
  controls: [],
  kinds: [{ group: '', kind: 'ConfigMap' }],
  defaultMode: 'enforce',
  evaluate(object) {
    const data = object['data'];
    if (data === 'bug') throw new Error('a bug of the rule');
    const level = data === 'bad' ? 'violation' : data === 'odd' ? 'warning' : data === 'foggy' ? 'unclear' : undefined;
    if (level === undefined) return [];
    return [
      { level, path: '/data', where: 'data', message: `is ${level}`, brief: 'data', identity: 'data', gravity: 1 },
    ];
  },
  reads: (object) => [object['data']],
};
const rules = [rule];
const readings = {
  nodeVersion: 'v20',
  cpuUsage: () => ({ user: 1, system: 1 }),
  memoryUsage: () => ({ rss: 1, heapUsed: 1 }),
  uptime: () => 1,
};

function review(data: unknown, more: object = {}): string {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n' }, data };
  const userInfo = { username: 'jane' };
  const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
  const resource = { group: '', version: 'v1', resource: 'configmaps' };
  const what = { uid: 'u-1', operation: 'CREATE', kind, resource, namespace: 'n', name: 'c', userInfo, object };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { ...what, ...more } });
}

/** An app with everything around it that can be looked at. */
function makeApp(t: Test, more: Partial<AppOptions> = {}, level: 'debug' | 'info' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('json', level, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics('1.2.3', readings);
  const readiness = createReadiness();
  const guard = { rules, policy: defaultPolicy(rules) };
  const options = { validate, mutate, guard: () => guard, now: Date.now, metrics, readiness, log, ...more };
  const app = createApp(options);
  t.teardown(async () => {
    metrics.stop();
    await app.close();
  });
  const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });
  return { app, lines, log, metrics, readiness, post };
}

t.test('whatever is sent gets an answer', async (t) => {
  const { app, post, lines } = makeApp(t, { bodyLimits: { body: 4096, unfinished: 10_000 } });
  const latin1 = Buffer.from(review('caf\u00e9'), 'latin1');
  const malformed: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['nothing', '', /not JSON/],
    ['no JSON', '{"a":', /not JSON/],
    ['an array', '[]', /no object/],
    ['null', 'null', /no object/],
    ['no request', '{}', /"request"/],
    ['no uid', review('good', { uid: undefined }), /uid/],
    ['an empty uid', review('good', { uid: '' }), /uid/],
    ['a number as uid', review('good', { uid: 7 }), /uid/],
    ['a byte order mark', `\ufeff${review('good')}`, /not JSON/],
    ['invalid UTF-8', latin1, /UTF-8/],
    ['deep nesting', '['.repeat(4000), /not JSON/],
  ];
  for (const [name, body, reason] of malformed) {
    for (const endpoint of ['/validate', '/mutate']) {
      const response = await post(endpoint, body);
      t.equal(response.statusCode, 400, `${name} at ${endpoint}`);
      t.match(
        response.json(),
        { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 400, message: reason },
        name,
      );
    }
  }
  const fine: readonly (readonly [string, string, object, Record<string, string>])[] = [
    ['allowed', review('good'), { uid: 'u-1', allowed: true }, {}],
    ['refused', review('bad'), { uid: 'u-1', allowed: false, status: { code: 403 } }, {}],
    ['a rule that throws', review('bug'), { uid: 'u-1', allowed: false }, {}],
    [
      'a uid of odd characters',
      review('good', { uid: '\u0000\ud800"\\' }),
      { uid: '\u0000\ud800"\\', allowed: true },
      {},
    ],
    [
      '__proto__ as a key',
      review('good').replace('"data":"good"', '"__proto__":{"a":"b"},"constructor":1'),
      { allowed: true },
      {},
    ],
    ['an unknown operation', review('bad', { operation: 'PONDER' }), { allowed: true }, {}],
    ['no object', review('bad', { object: undefined }), { allowed: true }, {}],
    [
      'another version',
      review('good').replace('/v1"', '/v1beta1"'),
      { uid: 'u-1', allowed: false, status: { code: 400 } },
      {},
    ],
    ['plain text', review('good'), { allowed: true }, { 'content-type': 'text/plain; charset=latin1' }],
    [
      'an unknown content type',
      review('good'),
      { allowed: true },
      { 'content-type': 'application/vnd.kubernetes.protobuf' },
    ],
  ];
  for (const [name, body, response, headers] of fine) {
    const answer = await post('/validate', body, headers);
    t.equal(answer.statusCode, 200, name);
    t.match(answer.headers['content-type'], /^application\/json/);
    t.match(answer.json(), { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }, name);
  }
  t.match((await post('/mutate', review('bad'))).json(), { response: { allowed: true } }, 'mutation never refuses');
  const large = await post('/validate', review('x'.repeat(5000)));
  t.match(large.json(), { code: 413, reason: 'RequestEntityTooLarge', message: /4096 bytes/ });
  t.equal((await app.inject({ method: 'POST', url: '/validate' })).statusCode, 400, 'no body at all');
  t.notOk(
    lines.some((line) => line['level'] === 'error'),
    'none of it is a defect',
  );
});

t.test('what no route knows', async (t) => {
  const { app, post } = makeApp(t);
  const wrong: readonly (readonly [
    'GET' | 'PUT' | 'DELETE' | 'POST' | 'OPTIONS' | 'HEAD',
    string,
    number,
    string | undefined,
  ])[] = [
    ['GET', '/validate', 405, 'POST'],
    ['PUT', '/mutate', 405, 'POST'],
    ['DELETE', '/readyz', 405, 'GET, HEAD'],
    ['OPTIONS', '/validate?timeout=3s', 405, 'POST'],
    ['POST', '/livez', 405, 'GET, HEAD'],
    ['GET', '/', 404, undefined],
    ['POST', '/validate/', 404, undefined],
    ['POST', '/__proto__', 404, undefined],
    ['GET', '/metrics', 404, undefined],
    ['GET', '/%zz', 400, undefined],
  ];
  for (const [method, url, status, allow] of wrong) {
    const response = await app.inject({ method, url });
    t.equal(response.statusCode, status, `${method} ${url}`);
    t.equal(response.headers['allow'], allow, `${method} ${url}`);
    t.match(response.json(), { kind: 'Status', code: status });
  }
  t.match((await post('/nowhere', 'x'.repeat(100))).json(), { code: 404 });
});

t.test('a defect costs one request', async (t) => {
  const { post, lines, metrics } = makeApp(t, {
    validate: () => {
      throw new Error('not ours to know');
    },
  });
  const response = await post('/validate', review('good'));
  t.match(response.json(), { kind: 'Status', code: 500, reason: 'InternalError' });
  t.notMatch(response.body, /not ours to know/, 'nothing inner is told to the client');
  t.match(lines, [{ level: 'error', msg: /defect/, err: { message: 'not ours to know', stack: /server\.test/ } }]);
  t.match(
    await metrics.render(),
    /requests_total\{endpoint="validate",operation="other",decision="failed",dry_run="false"\} 1/,
  );
});

t.test('health', async (t) => {
  const { app, readiness, log, metrics } = makeApp(t);
  const plain = createMetricsApp(metrics, readiness, log);
  t.teardown(() => plain.close());
  for (const server of [app, plain]) {
    const ask = async (url: string) => {
      const { statusCode, body } = await server.inject(url);
      return `${statusCode} ${body}`;
    };
    readiness.set('configuration', { ok: true });
    readiness.set('tls', { ok: false, detail: 'no handshake\nyet' });
    t.equal(await ask('/livez'), '200 ok');
    t.equal(await ask('/healthz'), '200 ok');
    t.equal(await ask('/livez?verbose'), '200 [+]ping ok\nlivez check passed\n');
    t.equal(
      await ask('/readyz'),
      '503 [+]ping ok\n[+]configuration ok\n[-]tls failed: no handshake yet\nreadyz check failed\n',
    );
    readiness.set('tls', { ok: true });
    t.equal(await ask('/readyz'), '200 ok');
    readiness.set('configuration', { ok: false, advisory: true, detail: 'line 3' });
    t.equal(await ask('/readyz'), '200 ok', 'a bad new configuration does not take the guard out of service');
    t.match(
      await ask('/readyz?verbose'),
      /^200 [\s\S]*\n\[-\]configuration failed: line 3\n[\s\S]*readyz check passed\n$/,
    );
  }
  t.match((await plain.inject('/metrics')).headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.equal((await plain.inject({ method: 'POST', url: '/metrics' })).statusCode, 405);
  t.equal(
    (await plain.inject({ method: 'POST', url: '/validate', payload: 'x' })).statusCode,
    404,
    'no admission over plain HTTP',
  );
});

t.test('metrics have closed label sets', async (t) => {
  const { post, metrics } = makeApp(t);
  const operations = [
    'CREATE',
    'UPDATE',
    'DELETE',
    'CONNECT',
    '',
    ...Array.from({ length: 50 }, (_, index) => `OP${index}`),
  ];
  for (const operation of operations) {
    for (const data of ['good', 'bad', 'odd', 'foggy']) {
      for (const dryRun of [true, false]) {
        const more = { operation, dryRun, namespace: `ns${operation}`, name: data, userInfo: { username: operation } };
        await post('/validate', review(data, more));
        await post('/mutate', review(data, more));
      }
    }
  }
  await post('/validate', 'no JSON');
  for (const hash of ['a', 'b', 'c']) metrics.setConfiguration(hash);
  for (const end of [1, 2, 3]) metrics.setCertificateEnds(end * 1000, end * 2000);
  for (const reason of ['untrusted_by_client', 'plain_http', 'timeout', 'other'] as const)
    metrics.observeHandshakeFailure(reason);
  for (const result of [true, false]) {
    metrics.countConfigurationReload(result);
    metrics.countCertificateReload(result);
  }
  const text = await metrics.render();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.ok(series.length < 150, `${series.length} series`);
  t.notMatch(text, /OP\d|jane|"ns/, 'nothing that a request names is a label');
  for (const [, name] of text.matchAll(/^# TYPE (\S+) histogram/gm)) {
    const buckets = new Set(
      [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"`, 'gm'))].map(([, bound]) => bound),
    );
    t.ok(buckets.size > 5 && buckets.size <= 11, `${name} has ten buckets and +Inf at most`);
  }
  const expected = [
    'admission_requests_total{endpoint="validate",operation="CREATE",decision="denied",dry_run="true"} 2',
    'admission_requests_total{endpoint="validate",operation="other",decision="malformed",dry_run="false"} 1',
    'admission_requests_total{endpoint="mutate",operation="DELETE",decision="allowed",dry_run="false"} 4',
    'violations_total{rule="no-bad-data",action="deny",mode="enforce",mitigation="none",dry_run="false"} 2',
    'unclear_total{rule="no-bad-data",action="deny",mode="enforce",mitigation="none",dry_run="true"} 2',
    'warnings_total{rule="no-bad-data",action="warn",mode="enforce",mitigation="none",dry_run="false"} 2',
    'config_info{hash="c"} 1',
    'config_valid 0',
    'config_reloads_total{result="failure"} 1',
    'certificate_expiration_timestamp_seconds{type="leaf"} 3',
    'certificate_expiration_timestamp_seconds{type="ca"} 6',
    'build_info{version="1.2.3"} 1',
  ];
  for (const line of expected) t.ok(series.includes(`kubelet_tls_guard_${line}`), line);
});

t.test('rehearsal and exemptions are counted', async (t) => {
  const head = 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\n';
  const exempt = `exemptions:\n- {rule: no-bad-data, names: [c], owner: me, reason: a test, expires: "2999-01-01"}\n`;
  for (const [text, name] of [
    ['rehearsal: true\n', 'rehearsal_refusals_total'],
    [exempt, 'exemptions_used_total'],
  ]) {
    const configuration = parseConfiguration(head + text, rules);
    if (configuration.kind !== 'policy') return t.fail(JSON.stringify(configuration));
    const { post, metrics, lines } = makeApp(t, { guard: () => ({ rules, policy: configuration.policy }) }, 'debug');
    t.match((await post('/validate', review('bad'))).json(), { response: { allowed: true } });
    const counted = `kubelet_tls_guard_${name}{rule="no-bad-data",dry_run="false"} 1\n`;
    t.ok((await metrics.render()).includes(counted), counted);
    t.match(lines, [{ level: 'debug', msg: 'allowed with findings', rules: ['no-bad-data'] }]);
  }
});

t.test('the log', async (t) => {
  const { post, lines } = makeApp(t);
  await post('/validate', review('good'));
  t.same(lines, [], 'nothing at info for what is simply allowed');
  await post('/validate', review('bad', { dryRun: true, userInfo: { username: 'j'.repeat(5000) } }));
  const [line = {}] = lines.splice(0);
  t.match(line, { level: 'warn', msg: 'refused', rules: ['no-bad-data'], object: 'n/c', uid: 'u-1', dry_run: true });
  t.match(line, {
    operation: 'CREATE',
    resource: 'configmaps',
    endpoint: 'validate',
    reasons: [/is violation/],
    time: /^\d{4}-.*Z$/,
  });
  t.ok(JSON.stringify(line).length < 2000, 'names of any length stay short');
  await post('/validate', review('odd'));
  t.same(lines, [], 'nor for what is allowed with findings: those are warnings, annotations and metrics');
  const debug = makeApp(t, {}, 'debug');
  await debug.post('/validate', review('good'));
  await debug.post('/validate', review('odd'));
  t.match(debug.lines, [
    { level: 'debug', msg: 'allowed', object: 'n/c' },
    { level: 'debug', msg: 'allowed with findings' },
  ]);

  const late = makeApp(t, {
    validate: (...given) => {
      const end = performance.now() + 3;
      while (performance.now() < end);
      return validate(...given);
    },
  });
  t.match((await late.post('/validate?timeout=1ms', review('bad'))).json(), {
    response: { uid: 'u-1', allowed: false },
  });
  t.match(late.lines.splice(0), [{ msg: 'refused too late', late: true }]);
  t.match(await late.metrics.render(), /admission_late_total\{endpoint="validate"\} 1/);
  for (const timeout of ['30s', 'soon', '', '-1s', '1h1m']) {
    await late.post(`/validate?timeout=${timeout}`, review('bad'));
    t.match(late.lines.splice(0), [{ msg: 'refused' }], `timeout=${timeout}`);
  }
  t.equal(parseMilliseconds('1m30.5s'), 90_500);

  const text: string[] = [];
  const log = createLogger('text', 'info', { write: (written) => text.push(written) });
  log.warn({ user: 'a\u001b[2J"b', n: 3, ok: 'plain-word' }, 'mess\u202eage\n');
  log.error({ err: new Error('boom') }, 'failed');
  log.info({ rules: ['a-rule'], reasons: ['one thing', 'and\u0007 another'] }, 'x');
  t.match(text[2], /INFO {2}x {2}rules=a-rule\n {4}one thing\n {4}and\\u0007 another\n$/);
  t.match(
    text[0],
    /^\d\d:\d\d:\d\d WARN {2}mess\\u202eage\\u000a {2}user="a\\u001b\[2J\\"b" {2}n=3 {2}ok=plain-word\n$/,
  );
  t.match(text[1], /ERROR failed\nError: boom\n +at /);
});

t.test('TLS settings', async (t) => {
  t.match(parseMinVersion('VersionTLS12'), { value: 'TLSv1.2' });
  t.match(parseMinVersion('VersionTLS13'), { value: 'TLSv1.3' });
  t.match(parseMinVersion('VersionTLS11'), { kind: 'invalid', message: /VersionTLS12 or VersionTLS13/ });
  t.match(parseCipherSuites(''), { value: defaultCiphers });
  t.match(parseCipherSuites('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, '), {
    value: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES256-GCM-SHA384',
  });
  t.match(parseCipherSuites('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA38'), {
    message: /did you mean TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\?/,
  });
  t.match(parseCipherSuites('TLS_RSA_WITH_RC4_128_SHA'), { kind: 'invalid', message: /valid: TLS_AES_128/ });
});

// From here on over real sockets.

const limits: ConnectionLimits = {
  ...defaultConnectionLimits,
  headersTimeout: 1000,
  requestTimeout: 1500,
  connectionsCheckingInterval: 50,
};
const authority = await makeAuthority();
const strangers = await makeAuthority();
const [first, second] = await Promise.all([makeServing(authority), makeServing(authority)]);

async function serve(t: Test, more: Partial<ServingOptions> = {}, clientAuthorities?: string, configuration?: string) {
  const dir = makeFolder(t, {
    'tls.crt': first.certificate,
    'tls.key': first.key,
    ...(configuration === undefined ? {} : { 'policy.yaml': configuration }),
  });
  const paths = { certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') };
  const load = (): LoadedTls => {
    const pair = readServingFiles(paths, Date.now());
    return pair.kind === 'invalid' ? pair : { kind: 'loaded', pair, clientAuthorities };
  };
  const loadedTls = load();
  if (loadedTls.kind === 'invalid') throw new Error(loadedTls.message);
  const lines: Record<string, unknown>[] = [];
  const file = join(dir, 'policy.yaml');
  const loadPolicy = async () => {
    const parsed = parseConfiguration(readFileSync(file, 'utf8'), rules);
    if (parsed.kind === 'policy') return parsed;
    return { kind: 'unusable' as const, lines: parsed.problems.map(({ line, message }) => `${line}: ${message}`) };
  };
  const started = await startServing({
    validate,
    mutate,
    rules,
    bind: { address: '127.0.0.1', port: 0 },
    metricsBind: { address: '127.0.0.1', port: 0 },
    tls: { minVersion: 'TLSv1.2', ciphers: defaultCiphers },
    certificates: {
      files: [paths.certFile, paths.keyFile],
      digest: await digestFiles([paths.certFile, paths.keyFile]),
      load,
    },
    loadedTls,
    clientNames: [],
    configuration:
      configuration === undefined ? undefined : { file, digest: await digestFiles([file]), load: loadPolicy },
    loadedPolicy: { kind: 'policy', policy: defaultPolicy(rules), notes: [] },
    log: createLogger('json', 'info', { write: (line) => lines.push(JSON.parse(line)) }),
    version: '1.2.3',
    readings,
    now: Date.now,
    reloadInterval: 25,
    limits,
    ...more,
  });
  if (started.kind === 'failed') throw new Error(started.message);
  let ended = false;
  const end = async (delay: number, grace?: number) => {
    ended = true;
    await started.end(delay, grace);
  };
  t.teardown(() => (ended ? undefined : started.end(0, 500)));
  const { port } = started.secure;
  const metricsPort = started.metrics?.port ?? 0;
  const ask = (options: RequestOptions = {}, body?: string | Buffer) => send({ port, ...options }, body);
  return { ...started, end, port, metricsPort, ask, lines, paths, file, scrape: () => scrape(metricsPort) };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly connection: string | undefined;
  readonly socket: TLSSocket;
}

function send(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const defaults = {
      host: '127.0.0.1',
      ca: authority.certificate,
      path: body === undefined ? '/readyz' : '/validate',
      method: body === undefined ? 'GET' : 'POST',
      timeout: 5000,
    };
    const outgoing = request({ ...defaults, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({
          status,
          body: Buffer.concat(chunks).toString(),
          connection: headers.connection,
          socket: outgoing.socket as TLSSocket,
        });
      });
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function scrape(port: number, path = '/metrics'): Promise<string> {
  return new Promise((resolve, reject) => {
    getPlain({ host: '127.0.0.1', port, path, agent: new PlainAgent() }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** Waits until something is so, for five seconds at most. */
async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await sleep(10);
  }
}

/** What a socket says before the other side closes it. */
async function heardUntilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  await closed(socket);
  return heard;
}

/** Resolves when the other side has closed a socket. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
}

t.test('TLS from end to end', async (t) => {
  const { ask, port, scrape, lines, metricsPort } = await serve(t);
  await until('readiness', async () => (await ask()).status === 200);
  t.match(await ask({}, review('good')), { status: 200, body: /"uid":"u-1","allowed":true/ });
  t.match(await ask({ path: '/readyz?verbose' }), {
    body: /\[\+\]tls ok\n\[\+\]certificate ok: ends .*\n\[\+\]configuration ok: built-in/,
  });
  await t.rejects(ask({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }), 'old versions are refused');
  await t.rejects(ask({ ca: strangers.certificate }), 'a client that trusts another CA');
  await t.rejects(send({ port: metricsPort }), 'no TLS on the port for metrics');
  const plain = connectPlain(port, '127.0.0.1');
  plain.write('POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
  await closed(plain);
  const garbage = connectPlain(port, '127.0.0.1');
  garbage.write(Buffer.from('\u0016\u0003\u0001nonsense'));
  garbage.end();
  await closed(garbage);
  await until('the mistake in the log', () => lines.some(({ msg }) => /plain HTTP.*https:\/\//.test(String(msg))));
  t.match(await scrape(), /tls_handshake_failures_total\{reason="plain_http"\} 1/);
  t.equal((await ask({}, review('good'))).status, 200, 'and the guard goes on');
});

t.test('failed handshakes are said once a minute', async (t) => {
  const { log, lines, metrics } = makeApp(t);
  const server = new Server();
  let now = 0;
  reportHandshakeFailures(server, metrics, log, () => now);
  const fail = (code: string) =>
    server.emit('tlsClientError', Object.assign(new Error(code), { code }), { remoteAddress: '10.0.0.1' });
  for (const code of [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ECONNRESET',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
  ])
    fail(code);
  t.match(lines.splice(0), [{ level: 'warn', msg: /caBundle/, address: '10.0.0.1' }]);
  now = 60_000;
  fail('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
  t.equal(lines.length, 1);
  const text = await metrics.render();
  t.match(text, /reason="untrusted_by_client"\} 3/);
  t.match(text, /reason="timeout"\} 1/);
  t.match(text, /reason="other"\} 1/);
});

t.test('a proof of readiness that can fail', async (t) => {
  const { secure, ask } = await serve(t);
  const { fingerprint256 } = (await ask()).socket.getPeerCertificate();
  const dial = { ...secure, fingerprint256, name: 'localhost', now: Date.now() };
  t.equal(await dialSelf(dial), undefined);
  t.match(await dialSelf({ ...dial, fingerprint256: 'another' }), /another certificate/);
  t.match(await dialSelf({ ...dial, now: Date.now() + 1e12 }), /expired/);
  t.match(await dialSelf({ ...dial, port: 1 }), /ECONNREFUSED/);
});

t.test('a new certificate is taken without dropping a connection', async (t) => {
  const { ask, paths, lines, scrape } = await serve(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const keep = () => ask({ agent }, review('good'));
  const serial = async () => (await ask({ agent: false })).socket.getPeerX509Certificate()?.serialNumber;
  const { socket } = await keep();
  const old = await serial();

  writeFileSync(paths.certFile, second.certificate);
  await until('the failure in the log', () =>
    lines.some(({ msg }) => /new certificate cannot be used/.test(String(msg))),
  );
  t.match(lines.at(-1), { level: 'error', reason: /tls\.key is not the key of the certificate/ });
  t.equal(await serial(), old, 'a pair that does not fit changes nothing');
  t.match(
    (await ask({ path: '/readyz?verbose' })).body,
    /\[-\]certificate failed: not reloaded[\s\S]*readyz check passed/,
  );

  writeFileSync(`${paths.keyFile}.new`, second.key);
  renameSync(`${paths.keyFile}.new`, paths.keyFile);
  await until('the new certificate', async () => (await serial()) !== old);
  t.equal((await keep()).socket, socket, 'the old connection is still the same one');
  await until('readiness with the new one', async () =>
    /\[\+\]certificate ok/.test((await ask({ path: '/readyz?verbose' })).body),
  );
  t.equal((await ask()).status, 200);
  const metrics = await scrape();
  t.match(metrics, /certificate_reloads_total\{result="failure"\} 1/);
  t.match(metrics, /certificate_reloads_total\{result="success"\} 1/);

  // As a Secret volume does it: the file is a symlink that is swapped.
  writeFileSync(`${paths.certFile}.1`, first.certificate);
  writeFileSync(`${paths.keyFile}.1`, first.key);
  for (const path of [paths.certFile, paths.keyFile]) {
    rmSync(path);
    symlinkSync(`${path}.1`, path);
  }
  await until('the first certificate again', async () => (await serial()) === old);
});

t.test('a new configuration is taken by its content', async (t) => {
  const head = 'apiVersion: kubelet-tls-guard.io/v1alpha1\nkind: GuardConfiguration\n';
  const { ask, file, lines, scrape } = await serve(t, {}, undefined, head);
  const refused = async () => (await ask({}, review('bad'))).body.includes('"allowed":false');
  const verbose = async () => (await ask({ path: '/readyz?verbose' })).body;
  t.equal(await refused(), true);
  t.match(await scrape(), /config_valid 1/);
  const hashOf = async () => /config_info\{hash="([0-9a-f]{64})"\} 1/.exec(await scrape())?.[1];
  const hash = await hashOf();

  writeFileSync(file, `${head}rehearsal: maybe\n`);
  await until('the failure', async () => /\[-\]configuration failed: not reloaded.*3: /.test(await verbose()));
  t.match(
    lines.filter(({ level }) => level === 'error'),
    [{ msg: /one before stays in force/, reason: /rehearsal/ }],
    'said once',
  );
  t.equal(await refused(), true, 'the old policy is in force');
  t.match(await scrape(), /config_valid 0[\s\S]*config_info\{hash="|config_info\{hash="[\s\S]*config_valid 0/);
  t.equal(await hashOf(), hash);

  writeFileSync(file, head);
  await until('the old file again', async () => /\[\+\]configuration ok/.test(await verbose()));
  writeFileSync(`${file}.new`, `${head}rehearsal: true\n`);
  renameSync(`${file}.new`, file);
  await until('rehearsal', async () => !(await refused()));
  t.not(await hashOf(), hash);
  t.match(await scrape(), /config_valid 1/);
  rmSync(file);
  await until('a vanished file', async () => /\[-\]configuration failed/.test(await verbose()));
  t.equal(await refused(), false, 'the last good policy stays');
});

t.test('client certificates', async (t) => {
  const [apiServer, bySan, unknown, stranger] = await Promise.all([
    makeClient(authority, 'kube-apiserver'),
    makeClient(authority, 'somebody', 'api.test'),
    makeClient(authority, 'somebody'),
    makeClient(strangers, 'kube-apiserver'),
  ]);
  const { ask } = await serve(t, { clientNames: ['kube-apiserver', 'api.test'] }, authority.certificate);
  const as = (client: { certificate: string; key: string } | undefined, path = '/validate') => {
    const credentials = client === undefined ? {} : { cert: client.certificate, key: client.key };
    return ask({ agent: false, ...credentials, path }, review('good'));
  };
  const cases: readonly (readonly [string, { certificate: string; key: string } | undefined, number, RegExp])[] = [
    ['by common name', apiServer, 200, /"allowed":true/],
    ['by DNS name', bySan, 200, /"allowed":true/],
    ['a name not on the list', unknown, 403, /is for somebody, which --client-allowed-names/],
    ['an unknown authority', stranger, 401, /not verified by --client-ca-file/],
    ["a server's certificate", second, 401, /not verified/],
    ['none', undefined, 401, /no client certificate was sent/],
  ];
  for (const [name, client, status, body] of cases) {
    for (const path of ['/validate', '/mutate'])
      t.match(await as(client, path), { status, body }, `${name} at ${path}`);
  }
  for (const path of ['/livez', '/readyz', '/healthz'])
    t.match(await ask({ path, agent: false }), { status: 200 }, `${path} needs none`);

  const open = await serve(t, {}, authority.certificate);
  const { certificate: cert, key } = unknown;
  t.match(
    await open.ask({ cert, key, agent: false }, review('good')),
    { status: 200 },
    'without a list every verified name will do',
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 10 });
  t.teardown(() => agent.destroy());
  for (let index = 0; index < 3; index++)
    t.equal((await open.ask({ cert, key, agent }, review('good'))).status, 200, 'on a kept connection');
});

t.test('clients that are slow, silent, rude or gone', async (t) => {
  const { ask, port, lines } = await serve(t);
  const secure = () => connect({ port, host: '127.0.0.1', ca: authority.certificate }).on('error', () => {});
  const head = `POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
  const shaken = secure();
  const slow = Array.from({ length: 64 }, (_, index) => {
    const socket = secure();
    socket.write(index % 2 === 0 ? 'POST /validate HT' : `${head}Content-Length: 1000\r\n\r\n{"apiVersion"`);
    return socket;
  });
  const told: string[] = [];
  for (const socket of slow) socket.on('data', (chunk) => told.push(String(chunk).slice(0, 12)));
  t.match(await ask({}, review('good')), { status: 200 }, 'others are answered meanwhile');
  await Promise.all([shaken, ...slow].map(closed));
  t.equal(told.filter((line) => line === 'HTTP/1.1 408').length, 64, 'each slow one was told why');

  const vanished = Array.from({ length: 20 }, () => {
    const socket = secure();
    socket.write(`${head}Content-Length: 100000\r\n\r\n${'x'.repeat(50_000)}`, () => socket.destroy());
    return socket;
  });
  await Promise.all(vanished.map(closed));
  const rude: readonly (readonly [string, RegExp])[] = [
    ['GARBAGE\r\n\r\n', /^HTTP\/1\.1 400/],
    [`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    [`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 400/],
    [`${head}Content-Length: -1\r\n\r\n`, /^HTTP\/1\.1 400/],
    [`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, /^HTTP\/1\.1 400|^$/],
  ];
  for (const [text, answer] of rude) {
    const socket = secure();
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    socket.write(text);
    await closed(socket);
    t.match(heard, answer, JSON.stringify(text.slice(0, 120)));
  }
  t.match(await ask({}, review('good')), { status: 200 });
  t.notOk(
    lines.some(({ level }) => level === 'error'),
    'none of it is a defect',
  );
});

t.test('a connection that never becomes TLS', async (t) => {
  const { port, scrape } = await serve(t, { limits: { ...limits, handshakeTimeout: 100 } });
  await closed(connectPlain(port, '127.0.0.1'));
  t.match(await scrape(), /tls_handshake_failures_total\{reason="timeout"\} 1/);
});

t.test('bodies at the limit', async (t) => {
  const { ask } = await serve(t, { limits: { ...limits, requestTimeout: 10_000 } });
  const limit = 16 * 1024 * 1024;
  const small = review('good');
  const padded = (length: number) => Buffer.concat([Buffer.from(small), Buffer.alloc(length - small.length, ' ')]);
  t.match(await ask({}, padded(limit)), { status: 200, body: /"allowed":true/ });
  t.match(await ask({}, padded(limit + 1)), { status: 413, body: /larger than 16777216 bytes/, connection: 'close' });
  t.match(await ask({}, padded(limit)), { status: 200 }, 'and again');
});

t.test('many unfinished bodies are bounded together', async (t) => {
  const { app, post } = makeApp(t, { bodyLimits: { body: 1000, unfinished: 1500 } });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const open = async () => {
    const socket = connectPlain(port, '127.0.0.1');
    socket.write(`POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${'x'.repeat(800)}`);
    await sleep(50);
    return socket;
  };
  const sockets = [await open(), await open()];
  for (const socket of sockets) socket.write('x'.repeat(100));
  const heard = await Promise.race(sockets.map(heardUntilClosed));
  t.match(heard, /^HTTP\/1\.1 503[\s\S]*try again/, 'one of two that are too much together');
  for (const socket of sockets) socket.destroy();
  await sleep(50);
  t.equal((await post('/validate', review('good'))).statusCode, 200, 'what a vanished client held is given back');
});

t.test('a graceful end', async (t) => {
  const { ask, end, port, metricsPort } = await serve(t, { limits: { ...limits, requestTimeout: 20_000 } });
  await until('readiness', async () => (await ask()).status === 200);
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const { connection } = await ask({ agent }, review('good'));
  t.equal(connection, 'keep-alive');
  const open = () => connect({ port, host: '127.0.0.1', ca: authority.certificate }).on('error', () => {});
  const idle = open();
  const slow = open();
  const body = review('good');
  const heard = heardUntilClosed(slow);
  slow.write(`POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 50)}`);
  await ask({ agent: false });
  const ending = end(1500, 1500);
  t.match(await ask({ agent: false, path: '/readyz' }), { status: 503, body: /\[-\]shutdown failed: ending/ });
  t.match(
    await ask({ agent }, review('bad')),
    { status: 200, connection: 'close', body: /"allowed":false/ },
    'still answered, and asked to leave',
  );
  t.match(await scrape(metricsPort, '/readyz'), /shutdown/);
  await until('the end of new connections', () =>
    ask({ agent: false }).then(
      () => false,
      () => true,
    ),
  );
  slow.write(body.slice(50));
  t.match(await heard, /^HTTP\/1\.1 200[\s\S]*"allowed":true/, 'what was under way is finished');
  await Promise.all([closed(idle), ending]);
  await t.rejects(scrape(metricsPort));
});

t.test('ports that cannot be opened', async (t) => {
  const { port, metricsPort } = await serve(t);
  const taken = { address: '127.0.0.1', port };
  await t.rejects(serve(t, { bind: taken }), {
    message: new RegExp(`^127\\.0\\.0\\.1:${port} is taken.*--secure-port$`),
  });
  await t.rejects(serve(t, { metricsBind: { ...taken, port: metricsPort } }), {
    message: /is taken.*--metrics-bind-address$/,
  });
  await t.rejects(serve(t, { bind: { address: '192.0.2.1', port: 0 } }), { message: /no address of this machine/ });
});
