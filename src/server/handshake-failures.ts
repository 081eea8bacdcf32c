/** Says what went wrong with connections that never became TLS: rarely, but in words that name the mistake somebody made. */

import type { Server } from 'node:tls';
import type { Logger } from './create-logger.ts';
import type { HandshakeFailure, Metrics } from './create-metrics.ts';

/** One line per kind of failure within this many milliseconds: a client that does not trust us comes back for ever. */
const interval = 60_000;

const advice: Readonly<Record<HandshakeFailure, string | undefined>> = {
  untrusted_by_client:
    'a client does not trust our certificate: put the CA that signed it into the webhook configuration (clientConfig.caBundle)',
  plain_http: 'a client spoke plain HTTP to the TLS port: use https://',
  timeout: undefined, // scanners and load balancers' probes
  other: undefined,
};

/** Counts and logs failed handshakes. Node has destroyed the socket already. */
export function reportHandshakeFailures(server: Server, metrics: Metrics, log: Logger, now: () => number): void {
  const lastLogged = new Map<HandshakeFailure, number>();
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const reason = classify(error);
    metrics.observeHandshakeFailure(reason);
    const message = advice[reason];
    const details = { address: socket.remoteAddress, code: error.code };
    if (message === undefined) log.debug(details, 'no TLS handshake');
    else if (now() - (lastLogged.get(reason) ?? Number.NEGATIVE_INFINITY) >= interval) {
      lastLogged.set(reason, now());
      log.warn(details, message);
    }
  });
}

function classify({ code = '' }: NodeJS.ErrnoException): HandshakeFailure {
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain_http';
  if (/ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED)/.test(code))
    return 'untrusted_by_client';
  return code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? 'timeout' : 'other';
}
