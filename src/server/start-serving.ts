/** Puts the server together: listeners, certificate and policy that follow their files, the proof of readiness, and the way out. */

import type { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Guard } from '../admission/index.ts';
import type { Policy } from '../policy/index.ts';
import type { Rule } from '../rules/rule.ts';
import { createClientCheck } from './client-identity.ts';
import {
  type ConnectionLimits,
  plainServerSettings,
  secureServerSettings,
  type TlsSettings,
} from './connection-settings.ts';
import { type Admit, createApp } from './create-app.ts';
import type { Logger } from './create-logger.ts';
import { createMetrics, type Metrics } from './create-metrics.ts';
import { createMetricsApp } from './create-metrics-app.ts';
import { dialSelf } from './dial-self.ts';
import { closeApps, trackConnections } from './end-serving.ts';
import { reportHandshakeFailures } from './handshake-failures.ts';
import { type Address, type Listening, listen } from './listen.ts';
import type { ProcessReadings } from './process-metrics.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import {
  announceCertificate,
  type CertificateSource,
  type LoadedTls,
  type ServedPair,
  watchedCertificate,
} from './reload-certificate.ts';
import { announcePolicy, type LoadedPolicy, type PolicySource, watchedPolicy } from './reload-policy.ts';
import { watchContent } from './watch-content.ts';

export interface ServingOptions {
  readonly validate: Admit;
  readonly mutate: Admit;
  readonly rules: readonly Rule[];
  readonly bind: Address;
  /** Absent: no listener for metrics. */
  readonly metricsBind: Address | undefined;
  readonly tls: Omit<TlsSettings, 'clientAuthorities'>;
  readonly certificates: CertificateSource;
  /** What `certificates` said at the start; it was found good before. */
  readonly loadedTls: Extract<LoadedTls, { kind: 'loaded' }>;
  readonly clientNames: readonly string[];
  /** The configuration file and what it said at the start; absent for the built-in policy. */
  readonly configuration: PolicySource | undefined;
  readonly loadedPolicy: Extract<LoadedPolicy, { kind: 'policy' }>;
  readonly log: Logger;
  readonly version: string;
  readonly readings: ProcessReadings;
  readonly now: () => number;
  /** How often files are looked at, in milliseconds. */
  readonly reloadInterval?: number;
  readonly limits?: ConnectionLimits;
}

export interface Serving {
  readonly kind: 'serving';
  readonly secure: Address;
  readonly metrics: Address | undefined;
  /**
   * Ends gracefully: not ready at once, `Connection: close` on each answer from then on, so that an API server goes elsewhere while it still
   * gets answers; after the delay no new connections, and answers under way are finished.
   * @param delay Milliseconds.
   * @param grace Milliseconds that answers under way get after that.
   */
  end(delay: number, grace?: number): Promise<void>;
}

const reloadInterval = 1_000;
const dialInterval = 5_000;

/** Starts serving; a port that cannot be opened is the only way in which this fails. */
export async function startServing(options: ServingOptions): Promise<Serving | Extract<Listening, { kind: 'failed' }>> {
  const { log, now } = options;
  const readiness = createReadiness();
  const metrics = createMetrics(options.version, options.readings);
  const parts = { log, now, readiness, metrics };
  const state = { draining: false, pair: options.loadedTls.pair, policy: options.loadedPolicy.policy };
  const app = makeApp(options, state, readiness, metrics);
  const metricsApp = createMetricsApp(metrics, readiness, log, plainServerSettings(options.limits));
  const server = app.server as unknown as TlsServer; // Fastify's type does not follow its `https` option
  const connections = trackConnections(server);
  reportHandshakeFailures(server, metrics, log, now);
  readiness.set('tls', { ok: false, detail: 'no handshake with ourselves yet' });

  const opened = await openPorts(app, metricsApp, options);
  if (opened.kind === 'failed') {
    metrics.stop();
    await closeApps([app, metricsApp], connections, 0);
    return opened;
  }
  const stopFollowing = followFiles(options, server, state, parts);
  const stopDialling = proveTls(opened.secure, state, readiness, now);
  return {
    kind: 'serving',
    secure: opened.secure,
    metrics: opened.metrics,
    end: async (delay, grace = 3_000) => {
      state.draining = true;
      readiness.set('shutdown', { ok: false, detail: 'ending' });
      await new Promise((resolve) => setTimeout(resolve, delay));
      stopDialling();
      stopFollowing();
      await closeApps([app, metricsApp], connections, grace);
      metrics.stop();
    },
  };
}

interface State {
  draining: boolean;
  pair: ServedPair;
  policy: Policy;
}

function makeApp(options: ServingOptions, state: State, readiness: Readiness, metrics: Metrics): FastifyInstance {
  const { clientAuthorities, pair } = options.loadedTls;
  const settings = { ...options.tls, ...(clientAuthorities === undefined ? {} : { clientAuthorities }) };
  let guard: Guard = { rules: options.rules, policy: state.policy };
  return createApp({
    validate: options.validate,
    mutate: options.mutate,
    guard: () => {
      if (guard.policy !== state.policy) guard = { rules: options.rules, policy: state.policy };
      return guard;
    },
    now: options.now,
    metrics,
    readiness,
    log: options.log,
    isDraining: () => state.draining,
    ...(clientAuthorities === undefined ? {} : { checkClient: createClientCheck(options.clientNames) }),
    server: secureServerSettings(pair, settings, options.limits),
  });
}

type Opened =
  | { readonly kind: 'opened'; readonly secure: Address; readonly metrics: Address | undefined }
  | Extract<Listening, { kind: 'failed' }>;

async function openPorts(app: FastifyInstance, metricsApp: FastifyInstance, options: ServingOptions): Promise<Opened> {
  const secure = await listen(app, options.bind, '--secure-port');
  if (secure.kind === 'failed') return secure;
  if (options.metricsBind === undefined) return { kind: 'opened', secure, metrics: undefined };
  const plain = await listen(metricsApp, options.metricsBind, '--metrics-bind-address');
  return plain.kind === 'failed' ? plain : { kind: 'opened', secure, metrics: plain };
}

/** Announces what is in force and follows the files it came from. Returns a function that ends it. */
function followFiles(
  options: ServingOptions,
  server: TlsServer,
  state: State,
  parts: Parameters<typeof announceCertificate>[1],
): () => void {
  const interval = options.reloadInterval ?? reloadInterval;
  const { certificates, configuration } = options;
  const takePair = (pair: ServedPair): void => {
    state.pair = pair;
    announceCertificate(pair, parts);
  };
  takePair(state.pair);
  const certificate = watchedCertificate(server, certificates, options.tls, parts, takePair);
  const stops = [watchContent(certificate, certificates.digest, interval)];
  const takePolicy = (policy: Policy, notes: readonly string[], hash: string): void => {
    state.policy = policy;
    announcePolicy(policy, notes, configuration?.file, hash, parts);
  };
  takePolicy(state.policy, options.loadedPolicy.notes, configuration?.digest ?? '');
  if (configuration !== undefined) {
    stops.push(watchContent(watchedPolicy(configuration, parts, takePolicy), configuration.digest, interval));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** Shakes hands with ourselves every few seconds, never while a request waits for it. Returns a function that ends it. */
function proveTls(secure: Address, state: State, readiness: Readiness, now: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const dial = async (): Promise<void> => {
    const { fingerprint256, names } = state.pair;
    const reason = await dialSelf({ ...secure, fingerprint256, name: names[0] ?? '', now: now() });
    if (stopped) return;
    readiness.set('tls', reason === undefined ? { ok: true } : { ok: false, detail: reason });
    timer = setTimeout(() => void dial(), reason === undefined ? dialInterval : dialInterval / 5).unref();
  };
  void dial();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
