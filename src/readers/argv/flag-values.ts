/** Decides whether metrics-server accepts the text given to a flag, by the flag's type, and what value it makes of it. */

import { parseCsvRecord } from './go-csv.ts';
import { quoteString, trimSpace } from './go-text.ts';
import { isIp, type Parsed, parseBool, parseDuration, parseFloat64, parseInt64, parseUint } from './go-values.ts';

/**
 * The types of metrics-server's flags. Those before `goBool` are pflag's and component-base's; the rest are the standard
 * library's and klog's, which v0.3.0 to v0.6.4 merge in.
 */
export type FlagType =
  | 'bool'
  | 'int'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'string'
  | 'stringSlice'
  | 'int32Slice'
  | 'duration'
  | 'ip'
  | 'namedCertKey'
  | 'multimap'
  | 'quantity'
  | 'level'
  | 'vmodule'
  | 'goBool'
  | 'goUint64'
  | 'klogLevel'
  | 'klogVmodule'
  | 'klogSeverity'
  | 'klogTrace';

/**
 * What a flag's text becomes; `accepted` where nothing later asks for the value. `vmodule` is true where it names a pattern,
 * `quantity` where it is not zero.
 */
export type FlagValue = boolean | bigint | number | string | readonly string[] | 'accepted';

const accepted = { value: 'accepted' } as const;

/**
 * Parses a flag's text as the type's `Set` does.
 * @param lenientIp true where pflag takes an empty IP (1.0.6 and later: metrics-server v0.8.0)
 * @returns the value, or the cause that pflag prints after `invalid argument … for … flag: `
 */
export function parseFlagValue(type: FlagType, text: string, lenientIp: boolean): Parsed<FlagValue> {
  switch (type) {
    case 'bool':
      return parseBool(text);
    case 'string':
      return { value: text };
    case 'stringSlice':
      return parseCsvRecord(text);
    case 'duration':
      return parseDuration(text);
    case 'int':
    case 'int64':
      return parseInt64(text, 0, 64);
    case 'float32':
      return parseFloat64(text, 32);
    case 'float64':
      return parseFloat64(text, 64);
    case 'ip':
      if (text === '' && lenientIp) return accepted;
      return isIp(trimSpace(text)) ? accepted : { error: `failed to parse IP: ${quoteString(text)}` };
    case 'int32Slice':
      return parseEach(text.split(','), (part) => parseInt64(part, 0, 32).error);
    case 'multimap':
      return accepted;
    default:
      return parseRareValue(type, text);
  }
}

function parseEach(parts: readonly string[], check: (part: string) => string | undefined): Parsed<FlagValue> {
  for (const part of parts) {
    const error = check(part);
    if (error !== undefined) return { error };
  }
  return accepted;
}

function parseRareValue(type: FlagType, text: string): Parsed<FlagValue> {
  switch (type) {
    case 'level':
      return parseUint(text, 10, 31);
    case 'vmodule': {
      const parsed = parseEach(text.split(','), vmoduleError);
      return parsed.error === undefined ? { value: /[^,]/.test(text) } : parsed;
    }
    case 'namedCertKey':
      return parseNamedCertKey(text);
    case 'quantity':
      return parseQuantity(text);
    case 'goBool': {
      // Package flag replaces the cause by its own.
      const parsed = parseBool(text);
      return parsed.error === undefined ? parsed : { error: 'parse error' };
    }
    case 'goUint64': {
      const parsed = parseUint(text, 0, 64);
      if (parsed.error === undefined) return accepted;
      return { error: parsed.error.endsWith('value out of range') ? 'value out of range' : 'parse error' };
    }
    case 'klogLevel':
      return parseInt64(text, 10, 32);
    case 'klogVmodule':
      return parseEach(text.split(','), klogVmoduleError);
    case 'klogSeverity':
      if (['INFO', 'WARNING', 'ERROR', 'FATAL'].includes(text.toUpperCase())) return accepted;
      return parseInt64(text, 10, 32);
    case 'klogTrace':
      return parseTraceLocation(text);
    default:
      return accepted;
  }
}

/** k8s.io/component-base v0.36.2 logs/api/v1/pflags.go. */
function vmoduleError(pair: string): string | undefined {
  if (pair === '') return undefined;
  const [pattern = '', level = '', more] = pair.split('=');
  if (more !== undefined || pattern === '' || level === '') {
    return `${quoteString(pair)} does not have the pattern=N format`;
  }
  const { error } = parseUint(level, 10, 31);
  return error === undefined ? undefined : `parsing verbosity in ${quoteString(pair)}: ${error}`;
}

/** k8s.io/klog/v2 v2.90.1 klog.go, moduleSpec.Set. */
function klogVmoduleError(pair: string): string | undefined {
  if (pair === '') return undefined;
  const [pattern = '', level = '', more] = pair.split('=');
  const syntax = 'syntax error: expect comma-separated list of filename=N';
  if (more !== undefined || pattern === '' || level === '') return syntax;
  const parsed = parseInt64(level, 10, 32);
  if (parsed.error !== undefined) return syntax;
  return parsed.value < 0n ? 'negative value for vmodule level' : undefined;
}

/** k8s.io/klog/v2 v2.90.1 klog.go, traceLocation.Set. */
function parseTraceLocation(text: string): Parsed<FlagValue> {
  const syntax = { error: 'syntax error: expect file.go:234' };
  const [file = '', line, more] = text.split(':');
  if (line === undefined || more !== undefined || !file.includes('.')) return syntax;
  const parsed = parseInt64(line, 10, 64);
  if (parsed.error !== undefined) return syntax;
  return parsed.value <= 0n ? { error: 'negative or zero value for level' } : accepted;
}

/** k8s.io/component-base v0.36.2 cli/flag/namedcertkey_flag.go. */
function parseNamedCertKey(text: string): Parsed<FlagValue> {
  const colon = text.indexOf(':');
  if (colon >= 0 && trimSpace(text.slice(colon + 1)) === '') return { error: 'empty names list is not allowed' };
  const pair = colon >= 0 ? text.slice(0, colon) : text;
  if (pair.split(',').length === 2) return accepted;
  return { error: 'expected comma separated certificate and key file paths' };
}

const quantityForm = /^[+-]?(\d*)(?:\.(\d*))?((?:[eEinumkKMGTP]+[-+]?\d*|[-+]\d*)?)$/;
const quantityText = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const multipliers = new Map([
  ['', 1],
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

/**
 * A Kubernetes quantity; the value is true where `Value()` is certainly not zero. From 2^63 on the library's 64-bit number
 * overflows, to zero too, and so such a quantity counts as zero: it must not pass for one that stops the program.
 */
function parseQuantity(text: string): Parsed<boolean> {
  if (text === '') return { error: quantityText };
  const match = quantityForm.exec(text);
  if (match === null) return { error: quantityText };
  const [, whole = '', fraction = '', suffix = ''] = match;
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  if (exponent !== undefined && parseInt64(exponent, 10, 64).error !== undefined) {
    return { error: "unable to parse quantity's suffix" };
  }
  const multiplier = exponent === undefined ? multipliers.get(suffix) : 10 ** Number(exponent);
  if (multiplier === undefined) return { error: "unable to parse quantity's suffix" };
  const isZero = !/[1-9]/.test(whole + fraction);
  const digits = Number(`${whole === '' ? '0' : whole}.${fraction === '' ? '0' : fraction}`);
  const tiny = exponent !== undefined && Number(exponent) < -1000;
  return { value: !isZero && !tiny && digits * multiplier < 9e18 };
}
