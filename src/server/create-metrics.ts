/** What is counted: closed label sets, base units, at most ten buckets, in a registry of its own. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AdmissionEvent } from '../admission/index.ts';
import type { Outcome } from '../policy/index.ts';
import { addProcessMetrics, type ProcessReadings } from './process-metrics.ts';

const prefix = 'kubelet_tls_guard_';
const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 3];
const operations: ReadonlySet<string> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']);

export type Endpoint = AdmissionEvent['endpoint'];
export type HandshakeFailure = 'untrusted_by_client' | 'plain_http' | 'timeout' | 'other';

export interface Metrics {
  readonly contentType: string;
  /** The text that Prometheus scrapes. */
  render(): Promise<string>;
  /** Counts an answered review; `seconds` from the arrival of its request to its answer. */
  observeReview(event: AdmissionEvent, seconds: number, late: boolean): void;
  /** Counts a body that could not be answered as a review, or that made us fail. */
  observeUnanswered(endpoint: Endpoint, decision: 'malformed' | 'failed'): void;
  observeHandshakeFailure(reason: HandshakeFailure): void;
  /** Sets what is in force; the hash is of the configuration's text, empty for the built-in policy. */
  setConfiguration(hash: string): void;
  /** Counts a reload; after a failed one the configuration in force is not the one in the file. */
  countConfigurationReload(succeeded: boolean): void;
  countCertificateReload(succeeded: boolean): void;
  /** Sets when certificates end, in milliseconds since 1970. */
  setCertificateEnds(leaf: number, authority: number | undefined): void;
  stop(): void;
}

/** Makes the metrics. */
export function createMetrics(version: string, readings: ProcessReadings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = tally(registers, 'admission_requests_total', 'Answered requests for admission.', [
    'endpoint',
    'operation',
    'decision',
    'dry_run',
  ]);
  const duration = new Histogram({
    name: `${prefix}admission_request_duration_seconds`,
    help: "From the arrival of a request's headers to its answer.",
    labelNames: ['endpoint'],
    buckets: durationBuckets,
    registers,
  });
  const durations = { validate: duration.labels('validate'), mutate: duration.labels('mutate') };
  const late = tally(registers, 'admission_late_total', 'Answers after the API server had stopped waiting.', [
    'endpoint',
  ]);
  const countFindings = createFindingCounters(registers);
  const handshakes = tally(registers, 'tls_handshake_failures_total', 'Connections that never became TLS.', ['reason']);
  const operational = createOperationalMetrics(registers, version);
  const stop = addProcessMetrics(registers, prefix, readings);
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observeReview: (event, seconds, isLate) => {
      const operation = operations.has(event.operation) ? event.operation : 'other';
      const decision = event.verdict.allowed ? (event.changes.length > 0 ? 'changed' : 'allowed') : 'denied';
      requests(event.endpoint, operation, decision, event.dryRun ? 'true' : 'false');
      durations[event.endpoint].observe(seconds);
      if (isLate) late(event.endpoint);
      if (event.verdict.outcomes.length > 0) countFindings(event);
    },
    observeUnanswered: (endpoint, decision) => requests(endpoint, 'other', decision, 'false'),
    observeHandshakeFailure: (reason) => handshakes(reason),
    ...operational,
    stop,
  };
}

/**
 * Makes a counter whose label sets are resolved once: counting is then a lookup and an addition, and prom-client's hashing of labels happens
 * only when Prometheus asks.
 */
function tally<Name extends string>(
  registers: Registry[],
  name: string,
  help: string,
  labelNames: readonly Name[],
): (...values: string[]) => void {
  const counts = new Map<string, { readonly values: readonly string[]; count: number }>();
  new Counter({
    name: prefix + name,
    help,
    labelNames: [...labelNames],
    registers,
    collect() {
      this.reset();
      for (const { values, count } of counts.values()) this.labels(...values).inc(count);
    },
  });
  return (...values) => {
    const key = values.join('\n');
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { values, count: 1 });
    else entry.count++;
  };
}

function createFindingCounters(registers: Registry[]): (event: AdmissionEvent) => void {
  const labels = ['rule', 'action', 'mode', 'mitigation', 'dry_run'] as const;
  const counters = {
    violation: tally(registers, 'violations_total', 'Certain violations by what became of them.', labels),
    unclear: tally(registers, 'unclear_total', 'Findings that could not be told for certain.', labels),
    warning: tally(registers, 'warnings_total', 'Findings that are worth saying and never refused.', labels),
  };
  const rehearsed = tally(registers, 'rehearsal_refusals_total', 'What would be refused without rehearsal.', [
    'rule',
    'dry_run',
  ]);
  const exempted = tally(registers, 'exemptions_used_total', 'Requests let in by an exemption.', ['rule', 'dry_run']);
  return ({ verdict, dryRun }) => {
    const dry = dryRun ? 'true' : 'false';
    for (const { rule, action, mode, mitigation, violation } of verdict.outcomes) {
      counters[violation.level](rule.id, action, mode, mitigation?.kind ?? 'none', dry);
    }
    for (const rule of rulesMitigatedBy('rehearsal', verdict.outcomes)) rehearsed(rule, dry);
    for (const rule of rulesMitigatedBy('exempt', verdict.outcomes)) exempted(rule, dry);
  };
}

function rulesMitigatedBy(kind: string, outcomes: readonly Outcome[]): ReadonlySet<string> {
  return new Set(outcomes.filter(({ mitigation }) => mitigation?.kind === kind).map(({ rule }) => rule.id));
}

type Operational = Pick<
  Metrics,
  'setConfiguration' | 'countConfigurationReload' | 'countCertificateReload' | 'setCertificateEnds'
>;

function createOperationalMetrics(registers: Registry[], version: string): Operational {
  const gauge = <Name extends string>(name: string, help: string, labelNames: Name[] = []) =>
    new Gauge({ name: prefix + name, help, labelNames, registers });
  gauge('build_info', 'The version that runs.', ['version']).set({ version }, 1);
  const reloads = tally(registers, 'config_reloads_total', 'Changes of the configuration file.', ['result']);
  const certificates = tally(registers, 'certificate_reloads_total', 'Changes of the certificate files.', ['result']);
  const valid = gauge('config_valid', '1 if the configuration in force is the one in the file.');
  const info = gauge('config_info', 'The SHA-256 of the configuration in force.', ['hash']);
  const ends = gauge('certificate_expiration_timestamp_seconds', 'When a certificate ends.', ['type']);
  const resultOf = (succeeded: boolean) => (succeeded ? 'success' : 'failure');
  return {
    setConfiguration: (hash) => {
      info.reset();
      info.set({ hash }, 1);
      valid.set(1);
    },
    countConfigurationReload: (succeeded) => {
      reloads(resultOf(succeeded));
      if (!succeeded) valid.set(0);
    },
    countCertificateReload: (succeeded) => certificates(resultOf(succeeded)),
    setCertificateEnds: (leaf, authority) => {
      ends.reset();
      ends.set({ type: 'leaf' }, Math.floor(leaf / 1000));
      if (authority !== undefined) ends.set({ type: 'ca' }, Math.floor(authority / 1000));
    },
  };
}
