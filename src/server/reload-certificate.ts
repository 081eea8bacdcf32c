/** Puts a new certificate into a running server, or keeps the old one and says why. Open connections go on as they are. */

import type { Server } from 'node:tls';
import { type Pair, secureContextOf, type TlsSettings } from './connection-settings.ts';
import type { Logger } from './create-logger.ts';
import type { Metrics } from './create-metrics.ts';
import type { Readiness } from './readiness.ts';
import type { Watched } from './watch-content.ts';

/** A certificate that may be served; times in milliseconds since 1970. */
export interface ServedPair extends Pair {
  readonly fingerprint256: string;
  readonly names: readonly string[];
  readonly notAfter: number;
  readonly authorityNotAfter: number | undefined;
}

/** What the certificate files say: a pair, and the authorities of clients where those are asked for. */
export type LoadedTls =
  | { readonly kind: 'loaded'; readonly pair: ServedPair; readonly clientAuthorities: string | undefined }
  | { readonly kind: 'invalid'; readonly code: string; readonly message: string };

export interface CertificateSource {
  /** `digestFiles` of the files, taken before they were first read, so that no change in between is missed. */
  readonly digest: string;
  /** Every file that `load` reads. */
  readonly files: readonly string[];
  load(): LoadedTls;
}

/** Below this a certificate's end is worth a warning when it is loaded. */
const soon = 7 * 24 * 60 * 60 * 1000;

/** Says which certificate is in force: metrics, log and /readyz. */
export function announceCertificate(
  pair: ServedPair,
  { metrics, readiness, log, now }: { metrics: Metrics; readiness: Readiness; log: Logger; now: () => number },
): void {
  const end = new Date(pair.notAfter).toISOString();
  metrics.setCertificateEnds(pair.notAfter, pair.authorityNotAfter);
  readiness.set('certificate', { ok: true, advisory: true, detail: `ends ${end}` });
  const details = { names: pair.names, ends: end, fingerprint256: pair.fingerprint256 };
  if (pair.notAfter - now() < soon) log.warn(details, 'the certificate in force ends within 7 days: renew it');
  else log.debug(details, 'certificate in force');
}

/** Makes what watches the certificate files. `onTaken` is told the pair that is in force from then on. */
export function watchedCertificate(
  server: Server,
  source: CertificateSource,
  settings: Omit<TlsSettings, 'clientAuthorities'>,
  parts: { readonly metrics: Metrics; readonly readiness: Readiness; readonly log: Logger },
  onTaken: (pair: ServedPair) => void,
): Watched {
  const { metrics, readiness, log } = parts;
  return {
    files: source.files,
    take: async () => {
      const loaded = source.load();
      if (loaded.kind === 'invalid') return loaded.message;
      const { pair, clientAuthorities } = loaded;
      try {
        server.setSecureContext(
          secureContextOf(pair, { ...settings, ...(clientAuthorities === undefined ? {} : { clientAuthorities }) }),
        );
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      metrics.countCertificateReload(true);
      log.info(
        { fingerprint256: pair.fingerprint256, ends: new Date(pair.notAfter).toISOString() },
        'certificate reloaded',
      );
      onTaken(pair);
      return undefined;
    },
    onFailure: (reason) => {
      metrics.countCertificateReload(false);
      log.error({ reason }, 'the new certificate cannot be used: the one before stays in force');
      readiness.set('certificate', {
        ok: false,
        advisory: true,
        detail: `not reloaded, the one before stays in force: ${reason}`,
      });
    },
  };
}
