/** What can be wrong with a certificate, as values with stable codes; each message is one line: which file, what, what to do. */

export type CertificateErrorCode =
  | 'unreadable'
  | 'half-written'
  | 'not-pem'
  | 'key-encrypted'
  | 'key-mismatch'
  | 'unusable'
  | 'expired'
  | 'not-yet-valid'
  | 'not-for-servers'
  | 'no-names'
  | 'key-missing'
  | 'ca-missing'
  | 'unwritable';

export interface CertificateError {
  readonly kind: 'invalid';
  readonly code: CertificateErrorCode;
  readonly message: string;
}

/** Makes a certificate error. */
export function invalid(code: CertificateErrorCode, message: string): CertificateError {
  return { kind: 'invalid', code, message };
}

/** The reason in an error's own words, on one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
