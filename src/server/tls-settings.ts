/** Which TLS versions and cipher suites are offered, spelled as Kubernetes' components spell them. */

import type { SecureVersion } from 'node:tls';
import { closest } from '../kube/index.ts';

export type Setting<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly message: string };

/** Versions by their names in k8s.io/component-base cli/flag ciphersuites_flag.go; older ones are refused by every current API server. */
const versions: ReadonlyMap<string, SecureVersion> = new Map([
  ['VersionTLS12', 'TLSv1.2'],
  ['VersionTLS13', 'TLSv1.3'],
]);

/** IANA's names, as Go's crypto/tls lists its secure suites, to OpenSSL's. */
const suites: ReadonlyMap<string, string> = new Map([
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
]);
const modern = [...suites.values()].filter((name) => name.startsWith('TLS_'));
const authenticated = [...suites].filter(([name]) => !name.includes('_CBC_')).map(([, name]) => name);

/** What is offered without `--tls-cipher-suites`: TLS 1.3's suites and the authenticated ones of TLS 1.2 with forward secrecy. */
export const defaultCiphers = joinCiphers(authenticated);

export function parseMinVersion(name: string): Setting<SecureVersion> {
  const version = versions.get(name);
  if (version !== undefined) return { kind: 'valid', value: version };
  return {
    kind: 'invalid',
    message: `${JSON.stringify(name)} is no TLS version: use ${[...versions.keys()].join(' or ')}`,
  };
}

/**
 * Parses a comma-separated list of suites to OpenSSL's spelling. As in Go, the suites of TLS 1.3 cannot be chosen: all of them stay on
 * (crypto/tls Config.CipherSuites).
 */
export function parseCipherSuites(list: string): Setting<string> {
  const chosen: string[] = [];
  for (const name of list.split(',').map((part) => part.trim())) {
    if (name === '') continue;
    const suite = suites.get(name);
    if (suite === undefined) {
      const near = closest(name, [...suites.keys()]);
      const hint = near === undefined ? '' : `, did you mean ${near}?`;
      return {
        kind: 'invalid',
        message: `${JSON.stringify(name)} is no cipher suite that is offered${hint}; valid: ${[...suites.keys()].join(', ')}`,
      };
    }
    chosen.push(suite);
  }
  if (chosen.length === 0) return { kind: 'valid', value: defaultCiphers };
  return { kind: 'valid', value: joinCiphers([...modern, ...chosen]) };
}

function joinCiphers(names: readonly string[]): string {
  return [...new Set(names)].join(':');
}
