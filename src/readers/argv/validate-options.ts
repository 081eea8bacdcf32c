/** Decides whether metrics-server refuses its options once they are parsed, and with which words. */

import type { Checks } from './dialects.ts';
import type { FlagValue } from './flag-values.ts';
import { quoteString, trimSpace } from './go-text.ts';
import { formatDuration } from './go-values.ts';

/** The values of the flags given; a flag whose value has a hole, or that was not given, is absent. */
export type Values = ReadonlyMap<string, FlagValue>;

/** What the kubelet client's checks look at; a path is true when it is not empty. */
export type KubeletOptions = {
  readonly insecureTls: boolean;
  readonly completelyInsecure: boolean;
  readonly certificateAuthority: boolean;
  readonly clientKey: boolean;
  readonly clientCertificate: boolean;
};

const second = 1000000000n;

/**
 * The errors of the release's Validate(), in its order; the program prints the first and ends.
 * Sources: sigs.k8s.io/metrics-server cmd/metrics-server/app/options/{options,kubelet_client}.go, v0.9.0 and v0.7.2;
 * k8s.io/component-base v0.36.2 logs/api/v1/options.go; k8s.io/apiserver v0.36.2 pkg/server/options/server_run_options.go.
 * What fails only later, in ApplyTo and on files, addresses and ports, is not looked at: it depends on the node.
 */
export function validateOptions(kubelet: KubeletOptions, values: Values, checks: Checks): readonly string[] {
  const errors = [...validateKubelet(kubelet, checks)];
  const resolution = durationOf(values, 'metric-resolution', 60n * second);
  const timeout = durationOf(values, 'kubelet-request-timeout', 10n * second);
  if (checks.timeoutAndLogging && timeout <= 0n) errors.push('kubelet-request-timeout should be positive');
  if (checks.resolution && resolution < 10n * second) {
    const shown = formatDuration(resolution);
    errors.push(`metric-resolution should be a time duration at least 10s, but value ${shown} provided`);
  }
  // Go's int64 wraps around where the product is too large.
  if (checks.timeoutAndLogging && BigInt.asIntN(64, resolution * 9n) / 10n < timeout) {
    errors.push(
      'metric-resolution should be larger than kubelet-request-timeout, but metric-resolution value ' +
        `${formatDuration(resolution)} kubelet-request-timeout value ${formatDuration(timeout)} provided`,
    );
  }
  if (checks.timeoutAndLogging) {
    const flush = durationOf(values, 'log-flush-frequency', 5n * second);
    const logging = aggregate(validateLogging(values, checks.flushPanics ? second : flush));
    if (logging !== undefined) errors.push(logging);
    // The valid logging options are applied at once, and time.NewTicker panics before any other error is printed.
    else if (checks.flushPanics && flush <= 0n) return ['non-positive interval for NewTicker'];
  }
  if (checks.runOptions) errors.push(...validateRunOptions(values));
  return errors;
}

/** The flags about the kubelet's TLS that exclude or need each other. */
export function validateKubelet(kubelet: KubeletOptions, checks: Checks): readonly string[] {
  if (checks.combinations === 'none') return [];
  const { insecureTls, completelyInsecure, certificateAuthority, clientKey, clientCertificate } = kubelet;
  const errors: string[] = [];
  const refuse = (verb: 'cannot use' | 'need', first: string, second: string) => {
    const start = checks.combinations === 'small' ? verb : verb.charAt(0).toUpperCase() + verb.slice(1);
    errors.push(`${start} both --${first} and --${second}`);
  };
  if (certificateAuthority && insecureTls)
    refuse('cannot use', 'kubelet-certificate-authority', 'kubelet-insecure-tls');
  if (clientKey !== clientCertificate) refuse('need', 'kubelet-client-key', 'kubelet-client-certificate');
  const completely = 'deprecated-kubelet-completely-insecure';
  if (clientKey && completelyInsecure) refuse('cannot use', 'kubelet-client-key', completely);
  if (clientCertificate && completelyInsecure) refuse('cannot use', 'kubelet-client-certificate', completely);
  if (insecureTls && completelyInsecure) refuse('cannot use', 'kubelet-insecure-tls', completely);
  if (certificateAuthority && completelyInsecure) refuse('cannot use', 'kubelet-certificate-authority', completely);
  return errors;
}

function durationOf(values: Values, name: string, otherwise: bigint): bigint {
  const value = values.get(name);
  return typeof value === 'bigint' ? value : otherwise;
}

/** How k8s.io/apimachinery prints several errors as one: each once. */
function aggregate(errors: readonly string[]): string | undefined {
  const distinct = [...new Set(errors)];
  return distinct.length > 1 ? `[${distinct.join(', ')}]` : distinct[0];
}

function validateLogging(values: Values, flush: bigint): readonly string[] {
  const errors: string[] = [];
  if (flush <= 0n) errors.push(`flushFrequency: Invalid value: "${formatDuration(flush)}": Must be greater than zero`);
  const format = values.get('logging-format') ?? 'text';
  if (typeof format === 'string' && format !== 'text' && format !== 'json') {
    errors.push(`format: Invalid value: ${quoteString(format)}: Unsupported log format`);
  }
  if (values.get('vmodule') === true && format !== '' && format !== 'text') {
    errors.push('vmodule: Forbidden: Only supported for text log format');
  }
  for (const kind of ['text', 'json']) {
    const gate = 'Forbidden: Feature LoggingAlphaOptions is disabled';
    if (values.get(`log-${kind}-split-stream`) === true) errors.push(`options.${kind}.splitStream: ${gate}`);
    if (values.get(`log-${kind}-info-buffer-size`) === true) errors.push(`options.${kind}.infoBufferSize: ${gate}`);
  }
  return errors;
}

const corsHelp =
  'List of allowed origins for CORS, comma separated. An allowed origin can be a regular expression to support subdomain ' +
  'matching. If this list is empty CORS will not be enabled. Please ensure each expression matches the entire hostname by ' +
  "anchoring to the start with '^' or including the '//' prefix, and by anchoring to the end with '$' or including the ':' port " +
  "separator suffix. Examples of valid expressions are '//example\\.com(:|$)' and '^https://example\\.com(:|$)'";

const negatives: readonly (readonly [flag: string, message: string])[] = [
  ['livez-grace-period', '--livez-grace-period can not be a negative value'],
  ['max-requests-inflight', '--max-requests-inflight can not be negative value'],
  ['max-mutating-requests-inflight', '--max-mutating-requests-inflight can not be negative value'],
  ['request-timeout', '--request-timeout can not be negative value'],
  ['goaway-chance', '--goaway-chance can not be less than 0 or greater than 0.02'],
  ['min-request-timeout', '--min-request-timeout can not be negative value'],
  ['storage-initialization-timeout', '--storage-initialization-timeout can not be negative value'],
  ['shutdown-delay-duration', '--shutdown-delay-duration can not be negative value'],
  [
    'shutdown-watch-termination-grace-period',
    'shutdown-watch-termination-grace-period, if provided, can not be a negative value',
  ],
];

function validateRunOptions(values: Values): readonly string[] {
  const errors: string[] = [];
  for (const [flag, message] of negatives) {
    const value = values.get(flag);
    const wrong = typeof value === 'number' ? value < 0 || value > 0.02 : typeof value === 'bigint' && value < 0n;
    if (wrong) errors.push(message);
  }
  const transport = aggregate(listOf(values, 'strict-transport-security-directives').flatMap(validateDirective));
  if (transport !== undefined) errors.push(transport);
  const origins = aggregate(listOf(values, 'cors-allowed-origins').flatMap(validateOrigin));
  if (origins !== undefined) errors.push(origins);
  return errors;
}

function listOf(values: Values, name: string): readonly string[] {
  const value = values.get(name);
  return Array.isArray(value) ? value : [];
}

function validateDirective(directive: string): readonly string[] {
  if (trimSpace(directive) === '') return ['empty value in strict-transport-security-directives'];
  if (directive === 'includeSubDomains' || directive === 'preload' || /^max-age=[^=]*$/s.test(directive)) return [];
  return [
    '--strict-transport-security-directives invalid, allowed values: max-age=expireTime, includeSubDomains, preload. ' +
      'see https://tools.ietf.org/html/rfc6797#section-6.1 for more information',
  ];
}

/**
 * An origin is a regular expression pinned at both ends. Whether Go can compile it is not looked into: one that it cannot is
 * taken for valid, so that it never passes for something that stops the program.
 */
function validateOrigin(origin: string): readonly string[] {
  if (origin === '') return [`empty value in --cors-allowed-origins, help: ${corsHelp}`];
  const starts = origin.includes('^') || origin.includes('//');
  const ends = origin.includes('$') || origin.includes(':');
  if (starts && ends) return [];
  const reason = 'regular expression does not pin to start/end of host in the origin header';
  return [`--cors-allowed-origins has an invalid regular expression: ${reason}, help: ${corsHelp}`];
}
