/** How long clients may take and how much they may send before a connection is ended; every limit is set on purpose. */

import type { SecureVersion } from 'node:tls';

/** Times in milliseconds. */
export interface ConnectionLimits {
  /** From a TCP connection to the end of its TLS handshake. */
  readonly handshakeTimeout: number;
  readonly headersTimeout: number;
  /** From a request's first byte to its last. */
  readonly requestTimeout: number;
  /** How often those two are checked. */
  readonly connectionsCheckingInterval: number;
  /** How long a connection may be idle between requests. */
  readonly keepAliveTimeout: number;
  /** How long nothing may move on a socket within a request, the answer's unread bytes included. */
  readonly connectionTimeout: number;
  /** Bytes. */
  readonly maxHeaderSize: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  // A webhook's timeoutSeconds is 30 at most (k8s.io/api admissionregistration/v1): a slower body has no reader.
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Above the API server's 90 s (k8s.io/apimachinery pkg/util/net http.go, IdleConnTimeout), so that the client ends idle connections, not we.
  keepAliveTimeout: 120_000,
  connectionTimeout: 60_000,
  maxHeaderSize: 16 * 1024,
};

export interface TlsSettings {
  readonly minVersion: SecureVersion;
  /** OpenSSL's spelling. */
  readonly ciphers: string;
  /** PEM of the authorities that sign clients' certificates; absent where none are asked for. */
  readonly clientAuthorities?: string;
}

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What a secure context is made from; also handed to `setSecureContext`, which starts from nothing each time. */
export function secureContextOf(pair: Pair, settings: TlsSettings) {
  return {
    cert: pair.cert,
    key: pair.key,
    minVersion: settings.minVersion,
    ciphers: settings.ciphers,
    honorCipherOrder: true,
    ...(settings.clientAuthorities === undefined ? {} : { ca: settings.clientAuthorities }),
  };
}

/** Settings of the webhook's server. Client certificates are asked for, and demanded by the routes that need one. */
export function secureServerSettings(pair: Pair, settings: TlsSettings, limits = defaultConnectionLimits) {
  return {
    ...sharedSettings(limits),
    https: {
      ...nodeSettings(limits),
      ...secureContextOf(pair, settings),
      handshakeTimeout: limits.handshakeTimeout,
      requestCert: settings.clientAuthorities !== undefined,
      rejectUnauthorized: false,
    },
  };
}

/** Settings of the plain server for metrics. */
export function plainServerSettings(limits = defaultConnectionLimits) {
  return { ...sharedSettings(limits), http: nodeSettings(limits) };
}

/** What Fastify sets on a server. Requests on one connection are not counted: an API server keeps one for days. */
function sharedSettings({ requestTimeout, keepAliveTimeout, connectionTimeout }: ConnectionLimits) {
  const forceCloseConnections = 'idle' as const;
  return { requestTimeout, keepAliveTimeout, connectionTimeout, maxRequestsPerSocket: 0, forceCloseConnections };
}

function nodeSettings({
  headersTimeout,
  requestTimeout,
  connectionsCheckingInterval,
  maxHeaderSize,
}: ConnectionLimits) {
  return { headersTimeout, requestTimeout, connectionsCheckingInterval, maxHeaderSize, keepAlive: true, noDelay: true };
}
