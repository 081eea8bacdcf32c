/** Proves that TLS works by doing it: a handshake with our own listener that must show the certificate in force. */

import { connect } from 'node:tls';

export interface Dial {
  /** The address the server is bound to. */
  readonly address: string;
  readonly port: number;
  /** The fingerprint that the certificate must have; what signed it need not be known for that. */
  readonly fingerprint256: string;
  /** A name that the certificate is for, sent as SNI. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const patience = 3_000;

/** Shakes hands; the reason if that fails. Never rejects. */
export function dialSelf({ address, port, fingerprint256, name, now }: Dial): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = address === '::' ? '::1' : address === '0.0.0.0' ? '127.0.0.1' : address;
    const socket = connect({
      host,
      port,
      ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name.replace(/^\*\./, 'x.') }),
      rejectUnauthorized: false, // the pinned fingerprint says more than any authority
    });
    const settle = (reason: string | undefined): void => {
      clearTimeout(timer);
      resolve(reason);
      if (reason === undefined) socket.end();
      else socket.destroy();
    };
    const timer = setTimeout(() => settle(`no TLS handshake within ${patience / 1000}s`), patience);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      if (certificate?.fingerprint256 !== fingerprint256) settle('another certificate than the one in force is served');
      else if (Date.parse(certificate.validTo) <= now) settle(`the certificate expired on ${certificate.validTo}`);
      else settle(undefined);
    });
    socket.on('error', (error) => settle(error.message));
    socket.once('close', () => socket.destroy());
    socket.resume();
  });
}
